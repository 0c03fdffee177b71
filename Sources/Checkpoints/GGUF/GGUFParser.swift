import Files
import Files
import Files
import Files
import Files
import Tensors

/// Reads the parts of a GGUF file in their order.
struct GGUFParser {
  private let file: MappedFile
  private var reader: ByteReader
  private(set) var metadata: GGUFMetadata
  private(set) var tensors = TensorDirectory()
  private(set) var version: UInt32 = 0
  private(set) var alignment = 32

  init(file: MappedFile) {
    self.file = file
    reader = unsafe ByteReader(file.bytes, file: file.path)
    metadata = GGUFMetadata(file: file.path)
  }

  mutating func parse() throws(FileError) {
    try parseMagicAndVersion()
    // A description takes at least a name's length, a rank, a type and an offset; a metadata
    // entry at least a key's length, a type and one byte.
    let tensorCount = try reader.readCount("the tensor count", minimumBytes: 24)
    let entryCount = try reader.readCount("the metadata count", minimumBytes: 13)
    for _ in 0..<entryCount { try parseMetadataEntry() }
    try parseAlignment()
    var descriptions: [Description] = []
    descriptions.reserveCapacity(tensorCount)
    for _ in 0..<tensorCount { descriptions.append(try parseDescription()) }
    try placeTensors(descriptions)
  }

  private mutating func parseMagicAndVersion() throws(FileError) {
    let magic = try unsafe reader.take(4, "the magic number")
    guard unsafe magic.elementsEqual("GGUF".utf8) else {
      throw error(
        .wrongFormat, at: 0, "this is not a GGUF file (it does not begin with \"GGUF\")",
        "give a .gguf file, or a folder with safetensors")
    }
    version = try reader.read(UInt32.self, "the version")
    switch version {
    case 2, 3: return
    case UInt32(2).byteSwapped, UInt32(3).byteSwapped:
      throw error(
        .unsupported, at: 4, "the GGUF file is big-endian", "convert the model to little-endian")
    default:
      throw error(
        .unsupported, at: 4, "GGUF version \(version) is not supported (2 and 3 are)",
        "convert the model again with a current converter")
    }
  }

  private mutating func parseAlignment() throws(FileError) {
    guard let value = try metadata.integerIfPresent("general.alignment") else { return }
    guard (1...1 << 20).contains(value) else {
      throw error(
        .malformed, at: nil, "general.alignment is \(value), not a number from 1 to 1048576",
        "convert the model again with a current converter")
    }
    alignment = value
  }

  func error(
    _ kind: FileError.Kind, at offset: Int?, _ cause: String, _ fix: String
  ) -> FileError {
    FileError(kind, file: file.path, offset: offset, cause: cause, fix: fix)
  }
}

// MARK: - Metadata

extension GGUFParser {
  private mutating func parseMetadataEntry() throws(FileError) {
    let start = reader.offset
    let key = try reader.readText("a metadata key")
    let type = try parseType(of: key)
    let value = type == .array ? try parseArray(of: key) : try parseScalar(type, key)
    guard metadata.insert(key, value) else {
      throw error(
        .malformed, at: start, "the metadata key \(key) occurs twice",
        "convert the model again with a current converter")
    }
  }

  private mutating func parseType(of key: String) throws(FileError) -> GGUFValueType {
    let start = reader.offset
    let number = try reader.read(UInt32.self, "the type of \(key)")
    if let type = GGUFValueType(rawValue: number) { return type }
    throw error(
      .malformed, at: start, "the metadata key \(key) has the unknown type \(number)",
      "convert the model again with a current converter")
  }

  private mutating func parseScalar(
    _ type: GGUFValueType, _ key: String
  ) throws(FileError) -> GGUFValue {
    switch type {
    case .uint8: return .uint8(try reader.read(UInt8.self, key))
    case .int8: return .int8(try reader.read(Int8.self, key))
    case .uint16: return .uint16(try reader.read(UInt16.self, key))
    case .int16: return .int16(try reader.read(Int16.self, key))
    case .uint32: return .uint32(try reader.read(UInt32.self, key))
    case .int32: return .int32(try reader.read(Int32.self, key))
    case .uint64: return .uint64(try reader.read(UInt64.self, key))
    case .int64: return .int64(try reader.read(Int64.self, key))
    case .float32: return .float32(Float(bitPattern: try reader.read(UInt32.self, key)))
    case .float64: return .float64(Double(bitPattern: try reader.read(UInt64.self, key)))
    case .bool: return .bool(try reader.read(UInt8.self, key) != 0)
    case .string, .array: return unsafe .string(Array(try reader.readString(key)))
    }
  }

  private mutating func parseArray(of key: String) throws(FileError) -> GGUFValue {
    let start = reader.offset
    let type = try parseType(of: key)
    switch type {
    case .array:
      throw error(
        .unsupported, at: start, "the metadata key \(key) is an array of arrays",
        "convert the model again without it")
    case .string:
      let count = try reader.readCount("the length of \(key)", minimumBytes: 8)
      var strings = ByteStrings()
      strings.reserveCapacity(count)
      for _ in 0..<count { unsafe strings.append(try reader.readString(key)) }
      return .strings(strings)
    default:
      let size = type.byteCount ?? 1
      let count = try reader.readCount("the length of \(key)", minimumBytes: size)
      return unsafe .numbers(
        GGUFNumbers(type: type, bytes: Array(try reader.take(count * size, key))))
    }
  }
}

// MARK: - Tensors

extension GGUFParser {
  /// What the file tells of a tensor before its data.
  private struct Description {
    var name: String
    var elementType: ElementType
    /// Outermost first.
    var shape: [Int]
    var byteCount: Int
    /// From the start of the data part.
    var dataOffset: UInt64
    /// Where this description stands in the file, for messages.
    var place: Int
  }

  private mutating func parseDescription() throws(FileError) -> Description {
    let place = reader.offset
    let name = try reader.readText("a tensor name")
    let rank = try reader.read(UInt32.self, "the rank of \(name)")
    guard rank <= 4 else {
      throw error(
        .malformed, at: place, "the tensor \(name) has \(rank) dimensions, more than GGUF's 4",
        "convert the model again with a current converter")
    }
    var shape: [Int] = []
    for _ in 0..<rank {
      let size = try reader.read(UInt64.self, "the shape of \(name)")
      guard let size = Int(exactly: size), size > 0 else {
        throw error(
          .malformed, at: place, "the tensor \(name) has a dimension of \(size)",
          "convert the model again with a current converter")
      }
      shape.insert(size, at: 0)
    }
    let elementType = try parseElementType(of: name)
    guard let byteCount = elementType.byteCount(ofShape: shape) else {
      throw error(
        .malformed, at: place,
        "the tensor \(name) of shape \(shape) does not fill whole \(elementType) blocks, or is "
          + "larger than any memory",
        "convert the model again with a current converter")
    }
    let offset = try reader.read(UInt64.self, "the offset of \(name)")
    return Description(
      name: name, elementType: elementType, shape: shape, byteCount: byteCount,
      dataOffset: offset, place: place)
  }

  private mutating func parseElementType(of name: String) throws(FileError) -> ElementType {
    let place = reader.offset
    let number = try reader.read(UInt32.self, "the type of \(name)")
    if let type = GGUFTensorType.elementType(number) { return type }
    guard let typeName = GGUFTensorType.nameOfUnread(number) else {
      throw error(
        .malformed, at: place, "the tensor \(name) has the unknown type number \(number)",
        "convert the model again with a current converter")
    }
    throw error(
      .unsupported, at: place, "the tensor \(name) is of type \(typeName), which is not supported",
      "take the model in another type, such as Q4_K_M, Q8_0 or F16")
  }

  private mutating func placeTensors(_ descriptions: [Description]) throws(FileError) {
    let dataStart = (reader.offset + alignment - 1) / alignment * alignment
    for description in descriptions {
      let range = try self.range(of: description, dataStart: dataStart)
      let entry = TensorEntry(
        name: description.name, elementType: description.elementType, shape: description.shape,
        owner: file, range: range)
      guard tensors.insert(entry) else {
        throw error(
          .malformed, at: description.place, "the tensor name \(description.name) occurs twice",
          "convert the model again with a current converter")
      }
    }
    if let (first, second) = tensors.firstOverlap {
      throw error(
        .malformed, at: second.range.lowerBound,
        "the data of the tensors \(first.name) and \(second.name) overlap",
        "download or convert the file again")
    }
  }

  private func range(
    of description: Description, dataStart: Int
  ) throws(FileError) -> Range<Int> {
    guard description.dataOffset % UInt64(alignment) == 0 else {
      throw error(
        .malformed, at: description.place,
        "the offset \(description.dataOffset) of the tensor \(description.name) is not a multiple "
          + "of the alignment \(alignment)",
        "convert the model again with a current converter")
    }
    let available = unsafe max(0, file.bytes.count - dataStart)
    guard let offset = Int(exactly: description.dataOffset), offset <= available,
      description.byteCount <= available - offset
    else {
      throw error(
        .truncated, at: description.place,
        "the tensor \(description.name) needs \(description.byteCount) bytes from byte "
          + "\(description.dataOffset) of the data, but the data is \(available) bytes long",
        "download or copy the file again")
    }
    let start = dataStart + offset
    return start..<start + description.byteCount
  }
}
