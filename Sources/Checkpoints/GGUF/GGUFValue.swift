/// The types a GGUF metadata value can have, with their numbers in the file.
package enum GGUFValueType: UInt32, Sendable {
  case uint8 = 0
  case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// Bytes of one value; nil for strings and arrays, whose length is in the file.
  var byteCount: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }
}

/// A GGUF metadata value, in the type that the file gives it.
package enum GGUFValue: Equatable, Sendable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case uint64(UInt64)
  case int64(Int64)
  case float32(Float)
  case float64(Double)
  case bool(Bool)
  /// Bytes, as the format does not promise UTF-8.
  case string([UInt8])
  case strings(ByteStrings)
  /// An array of numbers or Booleans.
  case numbers(GGUFNumbers)

  package static func string(_ text: String) -> GGUFValue { .string(Array(text.utf8)) }

  /// The value as an integer, whatever its width; nil for other types and beyond `Int`.
  package var integer: Int? {
    switch self {
    case .uint8(let value): Int(value)
    case .int8(let value): Int(value)
    case .uint16(let value): Int(value)
    case .int16(let value): Int(value)
    case .uint32(let value): Int(value)
    case .int32(let value): Int(value)
    case .uint64(let value): Int(exactly: value)
    case .int64(let value): Int(value)
    default: nil
    }
  }

  /// The value as a number; nil for other types.
  package var number: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    default: integer.map(Double.init)
    }
  }

  /// The value as text; nil for other types and for bytes that are not UTF-8.
  package var text: String? {
    guard case .string(let bytes) = self else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The type's name as in messages.
  package var typeName: String {
    switch self {
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .uint32: "uint32"
    case .int32: "int32"
    case .uint64: "uint64"
    case .int64: "int64"
    case .float32: "float32"
    case .float64: "float64"
    case .bool: "bool"
    case .string: "string"
    case .strings: "array of string"
    case .numbers(let numbers): "array of \(numbers.type)"
    }
  }
}

/// An array of numbers or Booleans as it lies in a file: little-endian, read on demand.
package struct GGUFNumbers: Equatable, Sendable {
  package let type: GGUFValueType
  /// A whole number of values.
  let bytes: [UInt8]

  /// `bytes` must be a whole number of values of a type that is neither string nor array.
  package init(type: GGUFValueType, bytes: [UInt8]) {
    self.type = type
    self.bytes = bytes
  }

  package init(int32 values: [Int32]) {
    self.init(
      type: .int32,
      bytes: values.flatMap { value in unsafe withUnsafeBytes(of: value.littleEndian, Array.init) })
  }

  package init(float32 values: [Float]) {
    self.init(
      type: .float32,
      bytes: values.flatMap { value in
        unsafe withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
      })
  }

  package var count: Int { bytes.count / (type.byteCount ?? 1) }

  /// The values as integers; nil for floats and for a value beyond `Int`.
  package var integers: [Int]? {
    switch type {
    case .uint8, .bool: values(of: UInt8.self)
    case .int8: values(of: Int8.self)
    case .uint16: values(of: UInt16.self)
    case .int16: values(of: Int16.self)
    case .uint32: values(of: UInt32.self)
    case .int32: values(of: Int32.self)
    case .uint64: values(of: UInt64.self)
    case .int64: values(of: Int64.self)
    case .float32, .float64, .string, .array: nil
    }
  }

  /// The values as numbers, integers included; nil for an integer beyond `Int`.
  package var doubles: [Double]? {
    switch type {
    case .float32:
      values(of: UInt32.self)?.map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
    case .float64:
      values(of: Int64.self)?.map { Double(bitPattern: UInt64(bitPattern: Int64($0))) }
    default: integers?.map(Double.init)
    }
  }

  private func values<Value: FixedWidthInteger & BitwiseCopyable>(of: Value.Type) -> [Int]? {
    unsafe bytes.withUnsafeBytes { raw in
      let size = MemoryLayout<Value>.size
      var result: [Int] = []
      result.reserveCapacity(raw.count / size)
      for start in stride(from: 0, to: raw.count, by: size) {
        let value = unsafe Value(
          littleEndian: raw.loadUnaligned(fromByteOffset: start, as: Value.self))
        guard let number = Int(exactly: value) else { return nil }
        result.append(number)
      }
      return result
    }
  }
}
