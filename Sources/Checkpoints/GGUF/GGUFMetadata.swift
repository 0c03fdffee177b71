import Files
import Files
import Files
import Files
import Files

/// The key-value part of a GGUF file.
///
/// Each getter comes in two forms: `integer(_:)` throws where the key is missing, and
/// `integerIfPresent(_:)` gives nil. Both throw where the value has another type.
package struct GGUFMetadata: Sendable {
  /// The file it came from, for messages.
  package let file: String
  /// In the order of the file.
  package private(set) var keys: [String] = []
  private var values: [String: GGUFValue] = [:]

  package init(file: String) {
    self.file = file
  }

  package subscript(key: String) -> GGUFValue? { values[key] }

  /// Adds a value; false, and no change, where the key is taken.
  package mutating func insert(_ key: String, _ value: GGUFValue) -> Bool {
    guard values[key] == nil else { return false }
    keys.append(key)
    values[key] = value
    return true
  }

  package func integerIfPresent(_ key: String) throws(FileError) -> Int? {
    try value(key, "an integer", \.integer)
  }

  package func integer(_ key: String) throws(FileError) -> Int {
    try required(key, integerIfPresent(key))
  }

  package func numberIfPresent(_ key: String) throws(FileError) -> Double? {
    try value(key, "a number", \.number)
  }

  package func number(_ key: String) throws(FileError) -> Double {
    try required(key, numberIfPresent(key))
  }

  package func boolIfPresent(_ key: String) throws(FileError) -> Bool? {
    try value(key, "a Boolean") { if case .bool(let flag) = $0 { flag } else { nil } }
  }

  package func textIfPresent(_ key: String) throws(FileError) -> String? {
    try value(key, "UTF-8 text", \.text)
  }

  package func text(_ key: String) throws(FileError) -> String {
    try required(key, textIfPresent(key))
  }

  package func stringsIfPresent(_ key: String) throws(FileError) -> ByteStrings? {
    try value(key, "an array of strings") {
      if case .strings(let strings) = $0 { strings } else { nil }
    }
  }

  package func strings(_ key: String) throws(FileError) -> ByteStrings {
    try required(key, stringsIfPresent(key))
  }

  package func integersIfPresent(_ key: String) throws(FileError) -> [Int]? {
    try value(key, "an array of integers") {
      if case .numbers(let numbers) = $0 { numbers.integers } else { nil }
    }
  }

  package func numbersIfPresent(_ key: String) throws(FileError) -> [Double]? {
    try value(key, "an array of numbers") {
      if case .numbers(let numbers) = $0 { numbers.doubles } else { nil }
    }
  }

  private func value<Value>(
    _ key: String, _ expected: String, _ convert: (GGUFValue) -> Value?
  ) throws(FileError) -> Value? {
    guard let value = values[key] else { return nil }
    if let converted = convert(value) { return converted }
    throw FileError(
      .malformed, file: file,
      cause: "the metadata key \(key) should be \(expected) but is of type \(value.typeName)",
      fix: "convert the model again with a current converter")
  }

  private func required<Value>(_ key: String, _ value: Value?) throws(FileError) -> Value {
    if let value { return value }
    throw FileError(
      .absent, file: file, cause: "the metadata key \(key) is missing",
      fix: "convert the model again with a current converter")
  }
}
