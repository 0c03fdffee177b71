/// Source text without comments and without what stands in string literals; line breaks stay.
struct CodeText {
  private enum Language { case swift, c }

  private let bytes: [UInt8]
  private let language: Language
  private var offset = 0
  private var output: [UInt8] = []

  /// The code of a Swift file, or of a C file if its name says so.
  static func of(_ text: String, file: String) -> String {
    let isC = file.hasSuffix(".c") || file.hasSuffix(".h")
    var reader = CodeText(bytes: Array(text.utf8), language: isC ? .c : .swift)
    reader.readCode(isInterpolated: false)
    return String(decoding: reader.output, as: UTF8.self)
  }

  private init(bytes: [UInt8], language: Language) {
    self.bytes = bytes
    self.language = language
  }

  private func stands(_ text: String) -> Bool { bytes[offset...].starts(with: text.utf8) }

  private mutating func readCode(isInterpolated: Bool) {
    var depth = 0
    while offset < bytes.count {
      if stands("//") {
        while offset < bytes.count, !stands("\n") { offset += 1 }
      } else if stands("/*") {
        skipComment()
      } else if let hashes = hashesOfString {
        readString(hashes: hashes)
      } else if language == .c, stands("'") {
        skipCharacter()
      } else {
        if stands("(") { depth += 1 }
        if stands(")") { depth -= 1 }
        output.append(bytes[offset])
        offset += 1
        if isInterpolated, depth < 0 { return }
      }
    }
  }

  private mutating func skipComment() {
    while offset < bytes.count, !stands("*/") {
      if stands("\n") { output.append(bytes[offset]) }
      offset += 1
    }
    offset = min(offset + 2, bytes.count)
  }

  private mutating func skipCharacter() {
    offset += stands("'\\") ? 3 : 2
    while offset < bytes.count, !stands("'") { offset += 1 }
    offset += 1
  }

  /// How many `#` stand before the quote here; nil if no literal begins.
  private var hashesOfString: Int? {
    let hashes = bytes[offset...].prefix { $0 == UInt8(ascii: "#") }.count
    let quote = offset + hashes
    return quote < bytes.count && bytes[quote] == UInt8(ascii: "\"") ? hashes : nil
  }

  private mutating func readString(hashes: Int) {
    let marks = String(repeating: "#", count: hashes)
    offset += hashes
    let quotes = language == .swift && stands("\"\"\"") ? "\"\"\"" : "\""
    offset += quotes.count
    while offset < bytes.count, !stands(quotes + marks) {
      if stands("\\" + marks + "("), language == .swift {
        offset += 2 + hashes
        readCode(isInterpolated: true)
      } else if stands("\\" + marks) {
        offset += 2 + hashes
      } else {
        if stands("\n") { output.append(bytes[offset]) }
        offset += 1
      }
    }
    offset = min(offset + quotes.count + hashes, bytes.count)
  }
}
