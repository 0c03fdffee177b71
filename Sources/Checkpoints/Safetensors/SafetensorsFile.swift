import Files
import Files
import Files
import Files
import Files
import Tensors

/// A safetensors file, opened and checked after the rules of huggingface/safetensors: the header's
/// size, a JSON object, and tensors whose bytes fill the rest of the file, without holes or
/// overlaps.
package struct SafetensorsFile: Sendable {
  package let tensors: TensorDirectory
  /// The `__metadata__` of the header.
  package let metadata: [String: String]
  package let file: MappedFile

  /// The limit of the reference implementation.
  private static let headerLimit = 100_000_000
  private static let fix = "download the file again, or write it with a current safetensors"

  /// Opens the file at `path`; no malformed file traps, each gives an error that tells the byte.
  package init(path: String) throws(FileError) {
    try self.init(MappedFile(path: path))
  }

  package init(_ file: MappedFile) throws(FileError) {
    defer { withExtendedLifetime(file) {} }
    var reader = unsafe ByteReader(file.bytes, file: file.path)
    let size = try reader.read(UInt64.self, "the header's size")
    guard size <= Self.headerLimit else {
      throw FileError(
        .wrongFormat, file: file.path, offset: 0,
        cause: "the header's size is \(size) bytes, more than the \(Self.headerLimit) allowed",
        fix: "check that this is a safetensors file")
    }
    let header = try unsafe Self.parse(reader.take(Int(size), "the header"), file)
    var descriptions: [Description] = []
    var metadata: [String: String] = [:]
    for member in header.members {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value, file)
      } else {
        unsafe descriptions.append(
          try Description(member, file: file.path, dataCount: file.bytes.count - reader.offset))
      }
    }
    self.file = file
    self.metadata = metadata
    tensors = try Self.directory(descriptions, dataStart: reader.offset, file)
  }

  private static func parse(
    _ bytes: UnsafeRawBufferPointer, _ file: MappedFile
  ) throws(FileError) -> JSONObject {
    guard unsafe bytes.first == UInt8(ascii: "{") else {
      throw FileError(
        .wrongFormat, file: file.path, offset: 8, cause: "the header does not begin with {",
        fix: "check that this is a safetensors file")
    }
    do throws(JSONError) {
      if let object = try unsafe JSONValue(parsing: bytes).object { return object }
      return JSONObject()
    } catch {
      throw FileError(
        .malformed, file: file.path, offset: 8 + error.offset,
        cause: "the header is not JSON: \(error.cause)", fix: fix)
    }
  }

  private static func metadata(
    _ value: JSONValue, _ file: MappedFile
  ) throws(FileError) -> [String: String] {
    var result: [String: String] = [:]
    for member in value.object?.members ?? [] { result[member.key] = member.value.string }
    guard let count = value.object?.members.count, result.count == count else {
      throw FileError(
        .malformed, file: file.path, offset: 8,
        cause: "__metadata__ is not an object with strings only", fix: fix)
    }
    return result
  }

  /// The tensors in the order of their bytes, which must follow one another to the end.
  private static func directory(
    _ descriptions: [Description], dataStart: Int, _ file: MappedFile
  ) throws(FileError) -> TensorDirectory {
    var directory = TensorDirectory()
    var end = 0
    let sorted = descriptions.sorted { ($0.begin, $0.end) < ($1.begin, $1.end) }
    for description in sorted {
      guard description.begin == end else {
        let fault = description.begin < end ? "overlaps the tensor before it" : "follows a hole"
        throw FileError(
          .malformed, file: file.path, offset: dataStart + description.begin,
          cause: "the data of the tensor \(description.name) \(fault)", fix: fix)
      }
      end = description.end
      let inserted = directory.insert(
        TensorEntry(
          name: description.name, elementType: description.elementType, shape: description.shape,
          owner: file, range: dataStart + description.begin..<dataStart + description.end))
      guard inserted else {
        throw FileError(
          .malformed, file: file.path, offset: 8,
          cause: "the tensor name \(description.name) occurs twice", fix: fix)
      }
    }
    guard unsafe dataStart + end == file.bytes.count else {
      throw FileError(
        .malformed, file: file.path, offset: dataStart + end,
        cause: unsafe "\(file.bytes.count - dataStart - end) bytes at the end belong to no tensor",
        fix: fix)
    }
    return directory
  }

  /// A tensor as the header tells of it, checked by itself.
  private struct Description {
    let name: String
    let elementType: ElementType
    let shape: [Int]
    /// From the start of the data, as is `end`.
    let begin: Int
    let end: Int

    init(_ member: JSONObject.Member, file: String, dataCount: Int) throws(FileError) {
      func error(
        _ kind: FileError.Kind, _ cause: String, _ fix: String = SafetensorsFile.fix
      ) -> FileError {
        FileError(
          kind, file: file, offset: 8, cause: "the tensor \(member.key) \(cause)", fix: fix)
      }
      name = member.key
      guard let type = member.value["dtype"]?.string else {
        throw error(.malformed, "has no dtype")
      }
      guard let elementType = SafetensorsType.elementType(type) else {
        throw error(
          .unsupported, "is of type \(type), which is not supported",
          type.hasPrefix("F8") || type.hasPrefix("F4")
            ? "take the model's files in BF16 or F16, or a GGUF file of it; transformers can load these "
              + "and save them in BF16"
            : "use a model in F32, F16 or BF16")
      }
      self.elementType = elementType
      guard let sizes = member.value["shape"]?.array, case let shape = sizes.compactMap(\.int),
        shape.count == sizes.count
      else { throw error(.malformed, "has no sound shape") }
      self.shape = shape
      guard let offsets = member.value["data_offsets"]?.array, offsets.count == 2,
        let begin = offsets[0].int, let end = offsets[1].int, 0 <= begin, begin <= end
      else { throw error(.malformed, "has no sound data_offsets") }
      guard end <= dataCount else {
        throw error(.truncated, "ends at byte \(end) of the data, which has \(dataCount) bytes")
      }
      guard elementType.byteCount(ofShape: shape) == end - begin else {
        throw error(
          .malformed, "of shape \(shape) and type \(type) does not have \(end - begin) bytes")
      }
      self.begin = begin
      self.end = end
    }
  }
}
