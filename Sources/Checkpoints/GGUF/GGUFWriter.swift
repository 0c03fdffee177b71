import Files
import Files
import Files
import Files
import Files
import Tensors

/// Collects metadata and tensors and writes them as one GGUF version 3 file.
///
/// Tensors lie in the order in which they were added; the same calls give the same bytes.
package struct GGUFWriter {
  private struct Tensor {
    var name: String
    var typeNumber: UInt32
    /// Outermost first.
    var shape: [Int]
    var byteCount: Int
    var contents: () -> [UInt8]
  }

  private let file: String
  private var metadata: [(key: String, value: GGUFValue)] = []
  private var tensors: [Tensor] = []

  /// Bytes; every tensor starts at a multiple of it.
  package static let alignment = 32

  /// `file` is where `write()` will put the result.
  package init(file: String) {
    self.file = file
  }

  package mutating func set(_ key: String, _ value: GGUFValue) {
    metadata.append((key, value))
  }

  /// Adds a tensor of `shape`, outermost dimension first.
  ///
  /// - Parameter contents: gives its bytes in the layout of `elementType`; called once, while the
  ///   file is written, so that the tensors of a large model need not be in memory together.
  package mutating func add(
    _ name: String, _ elementType: ElementType, shape: [Int], contents: @escaping () -> [UInt8]
  ) throws(FileError) {
    guard let number = elementType.ggmlNumber else {
      throw FileError(
        .unsupported, file: file,
        cause: "the tensor \(name) is of type \(elementType), which GGUF does not have",
        fix: "convert it to f32 first")
    }
    guard shape.count <= 4, let byteCount = elementType.byteCount(ofShape: shape) else {
      throw FileError(
        .malformed, file: file,
        cause: "the tensor \(name) of type \(elementType) has the impossible shape \(shape)",
        fix: "give at most 4 dimensions and rows of whole blocks")
    }
    tensors.append(
      Tensor(
        name: name, typeNumber: number, shape: shape, byteCount: byteCount, contents: contents))
  }

  /// Adds a tensor of `shape`, outermost dimension first, whose `bytes` are in the layout of
  /// `elementType`.
  package mutating func add(
    _ name: String, _ elementType: ElementType, shape: [Int], bytes: [UInt8]
  ) throws(FileError) {
    try add(name, elementType, shape: shape) { bytes }
  }

  /// Writes the file under its name, whole or not at all.
  package func write() throws(FileError) {
    var output = try AtomicFile(path: file)
    try output.append(header())
    for tensor in tensors {
      let bytes = tensor.contents()
      guard bytes.count == tensor.byteCount else {
        throw FileError(
          .malformed, file: file,
          cause: "the tensor \(tensor.name) of shape \(tensor.shape) does not have "
            + "\(bytes.count) bytes",
          fix: "give as many bytes as the shape needs")
      }
      try output.append(bytes)
      try output.append(padding(after: bytes.count))
    }
    try output.commit()
  }

  /// Everything before the first tensor's bytes, padded to the alignment.
  private func header() -> [UInt8] {
    var header = Array("GGUF".utf8)
    header.append(little: UInt32(3))
    header.append(little: UInt64(tensors.count))
    header.append(little: UInt64(metadata.count))
    for (key, value) in metadata {
      header.append(string: key.utf8)
      header.append(value)
    }
    var offset = 0
    for tensor in tensors {
      header.append(string: tensor.name.utf8)
      header.append(little: UInt32(tensor.shape.count))
      for size in tensor.shape.reversed() { header.append(little: UInt64(size)) }
      header.append(little: tensor.typeNumber)
      header.append(little: UInt64(offset))
      offset += tensor.byteCount + padding(after: tensor.byteCount).count
    }
    return header + padding(after: header.count)
  }

  private func padding(after count: Int) -> [UInt8] {
    let excess = count % Self.alignment
    return Array(repeating: 0, count: excess == 0 ? 0 : Self.alignment - excess)
  }
}

extension [UInt8] {
  fileprivate mutating func append(little value: some FixedWidthInteger) {
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
  }

  fileprivate mutating func append(string bytes: some Collection<UInt8>) {
    append(little: UInt64(bytes.count))
    append(contentsOf: bytes)
  }

  /// The value's type number and its bytes.
  fileprivate mutating func append(_ value: GGUFValue) {
    func append(_ type: GGUFValueType, _ bits: some FixedWidthInteger) {
      self.append(little: type.rawValue)
      self.append(little: bits)
    }
    switch value {
    case .uint8(let value): append(.uint8, value)
    case .int8(let value): append(.int8, value)
    case .uint16(let value): append(.uint16, value)
    case .int16(let value): append(.int16, value)
    case .uint32(let value): append(.uint32, value)
    case .int32(let value): append(.int32, value)
    case .uint64(let value): append(.uint64, value)
    case .int64(let value): append(.int64, value)
    case .float32(let value): append(.float32, value.bitPattern)
    case .float64(let value): append(.float64, value.bitPattern)
    case .bool(let value): append(.bool, value ? 1 as UInt8 : 0)
    case .string(let bytes):
      self.append(little: GGUFValueType.string.rawValue)
      self.append(string: bytes)
    case .strings(let strings):
      append(.array, GGUFValueType.string.rawValue)
      self.append(little: UInt64(strings.count))
      for string in strings { self.append(string: string) }
    case .numbers(let numbers):
      append(.array, numbers.type.rawValue)
      self.append(little: UInt64(numbers.count))
      self.append(contentsOf: numbers.bytes)
    }
  }
}
