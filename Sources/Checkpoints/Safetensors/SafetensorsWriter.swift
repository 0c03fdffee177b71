import Files
import Files
import Files
import Files
import Files
import Tensors

/// Collects tensors and writes them as one safetensors file; the same tensors and metadata always
/// give the same bytes, in whatever order they were added.
///
/// The order is that of huggingface/safetensors, by type and then by name, so that each tensor lies
/// at a multiple of its element's size.
package struct SafetensorsWriter {
  private struct Tensor {
    var name: String
    var elementType: ElementType
    var typeName: String
    var shape: [Int]
    var byteCount: Int
    var contents: () -> [UInt8]
  }

  private let file: String
  private let metadata: [String: String]
  private var tensors: [Tensor] = []

  /// `file` is where `write()` will put the result.
  package init(file: String, metadata: [String: String] = [:]) {
    self.file = file
    self.metadata = metadata
  }

  /// Adds a tensor of `shape`, outermost dimension first.
  ///
  /// - Parameter contents: gives its bytes, little-endian; called once, while the file is written,
  ///   so that the tensors of a large model need not be in memory together.
  package mutating func add(
    _ name: String, _ elementType: ElementType, shape: [Int], contents: @escaping () -> [UInt8]
  ) throws(FileError) {
    guard let typeName = SafetensorsType.name(elementType) else {
      throw error(
        .unsupported, "the tensor \(name) is of type \(elementType), which safetensors lacks")
    }
    guard let byteCount = elementType.byteCount(ofShape: shape) else {
      throw error(.malformed, "the tensor \(name) has the impossible shape \(shape)")
    }
    guard !tensors.contains(where: { $0.name == name }), name != "__metadata__" else {
      throw error(.malformed, "the tensor name \(name) is taken")
    }
    tensors.append(
      Tensor(
        name: name, elementType: elementType, typeName: typeName, shape: shape,
        byteCount: byteCount, contents: contents))
  }

  /// Adds a tensor of `shape`, outermost dimension first, whose `bytes` are little-endian.
  package mutating func add(
    _ name: String, _ elementType: ElementType, shape: [Int], bytes: [UInt8]
  ) throws(FileError) {
    try add(name, elementType, shape: shape) { bytes }
  }

  /// Adds a tensor of f32.
  package mutating func add(
    _ name: String, shape: [Int], values: [Float]
  ) throws(FileError) {
    try add(name, .f32, shape: shape) {
      values.flatMap { value in
        unsafe withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
      }
    }
  }

  /// Writes the file under its name, whole or not at all.
  package func write() throws(FileError) {
    var output = try AtomicFile(path: file)
    try forEachPart { part throws(FileError) in try output.append(part) }
    try output.commit()
  }

  /// The bytes that `write` would write.
  package func bytes() throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachPart { part throws(FileError) in bytes += part }
    return bytes
  }

  /// Gives the bytes that `write` would write, part by part.
  package func forEachPart(
    _ body: ([UInt8]) throws(FileError) -> Void
  ) throws(FileError) {
    let sorted = tensors.sorted {
      let orders = (SafetensorsType.order($0.elementType), SafetensorsType.order($1.elementType))
      if orders.0 != orders.1 { return orders.0 < orders.1 }
      return $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    try body(try header(sorted))
    for tensor in sorted {
      let bytes = tensor.contents()
      guard bytes.count == tensor.byteCount else {
        throw error(
          .malformed,
          "the tensor \(tensor.name) of shape \(tensor.shape) and type \(tensor.elementType) does "
            + "not have \(bytes.count) bytes")
      }
      try body(bytes)
    }
  }

  /// The header's size and the header, padded with spaces so that the data starts at a multiple of
  /// 8 bytes.
  private func header(_ sorted: [Tensor]) throws(FileError) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      var strings = JSONObject()
      for key in metadata.keys.sorted() { strings[key] = metadata[key].map { .string($0) } }
      header["__metadata__"] = .object(strings)
    }
    var members = header.members
    var offset = 0
    for tensor in sorted {
      let (end, overflow) = offset.addingReportingOverflow(tensor.byteCount)
      guard !overflow else { throw error(.malformed, "the tensors are larger than any file") }
      let description: JSONValue = [
        "dtype": .string(tensor.typeName), "shape": .array(tensor.shape.map { .int($0) }),
        "data_offsets": [.int(offset), .int(end)],
      ]
      members.append(JSONObject.Member(key: tensor.name, value: description))
      offset = end
    }
    let document = JSONValue.object(JSONObject(checked: members))
    var text = Array(document.text(sortedKeys: false).utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return unsafe withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
  }

  private func error(_ kind: FileError.Kind, _ cause: String) -> FileError {
    FileError(
      kind, file: file, cause: cause, fix: "give each tensor its own name, shape and bytes")
  }
}
