import Files
import Tensors

/// Weights as PyTorch's `torch.save` writes them: a pickle that describes tensors, and storages with their numbers,
/// in a zip archive or, before PyTorch 1.6, one after the other. Nothing of the pickle is run (see `PickleMachine`).
package struct PickledFile: Sendable {
  package let tensors: TensorDirectory

  static let fix =
    "load and save the model once with a current transformers or PEFT, which write safetensors"
  /// What the older format begins with, as a pickle.
  private static let magic: [UInt8] =
    [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

  /// Opens the file at `path`; no malformed file traps, each gives an error that tells the byte.
  package init(path: String) throws(FileError) {
    try self.init(MappedFile(path: path))
  }

  package init(_ file: MappedFile) throws(FileError) {
    defer { withExtendedLifetime(file) {} }
    if unsafe file.bytes.starts(with: Self.magic) {
      tensors = try Self.sequence(file)
    } else if unsafe file.bytes.starts(with: "PK".utf8) {
      tensors = try Self.archive(file)
    } else {
      throw FileError(
        .wrongFormat, file: file.path, offset: 0,
        cause: "this is no file that torch.save wrote", fix: Self.fix)
    }
  }

  // MARK: - Zip archives

  private static func archive(_ file: MappedFile) throws(FileError) -> TensorDirectory {
    let entries = try ZipEntries(file)
    let ending = "/data.pkl"
    guard let pickle = entries.names.first(where: { $0.hasSuffix(ending) }) else {
      throw malformed(file, "the archive has no data.pkl")
    }
    let folder = pickle.dropLast(ending.utf8.count)
    if let order = entries.ranges[folder + "/byteorder"],
      unsafe !file.bytes[order].elementsEqual("little".utf8)
    {
      throw FileError(
        .unsupported, file: file.path, cause: "its numbers are big-endian",
        fix: "save it again on another machine")
    }
    guard let range = entries.ranges[pickle] else {
      throw malformed(file, "the archive has no data.pkl")
    }
    var reader = unsafe ByteReader(
      UnsafeRawBufferPointer(rebasing: file.bytes[..<range.upperBound]), file: file.path)
    _ = try unsafe reader.take(range.lowerBound, "the archive")
    var machine = PickleMachine(reader, file: file.path)
    let root = try machine.run()
    return try directory(root, machine, file) { storage in
      entries.ranges["\(folder)/data/\(storage.key)"]
    }
  }

  // MARK: - One after the other

  /// Five pickles (magic number, version, system, tensors, keys), and the storages in the order of their keys.
  private static func sequence(_ file: MappedFile) throws(FileError) -> TensorDirectory {
    var reader = unsafe ByteReader(file.bytes, file: file.path)
    _ = try unsafe reader.take(magic.count, "the magic number")
    var version = PickleMachine(reader, file: file.path)
    _ = try version.run()
    var system = PickleMachine(version.reader, file: file.path)
    guard case .dictionary(let place) = try system.run(),
      system.dictionaries[place].contains(where: {
        if case (.text("little_endian"), .bool(true)) = $0 { true } else { false }
      })
    else { throw malformed(file, "it does not say that its numbers are little-endian") }
    var machine = PickleMachine(system.reader, file: file.path)
    let root = try machine.run()
    var keys = PickleMachine(machine.reader, file: file.path)
    _ = try keys.run()
    reader = keys.reader
    var types: [String: ElementType] = [:]
    for storage in machine.storages { types[storage.key] = storage.type }
    var ranges: [String: Range<Int>] = [:]
    for key in keys.texts {
      guard let type = types[key] else {
        throw malformed(file, "the storage \(key) belongs to no tensor")
      }
      let count = try reader.readCount("a storage", minimumBytes: type.bytesPerBlock)
      let start = reader.offset
      _ = try unsafe reader.take(count * type.bytesPerBlock, "the storage \(key)")
      ranges[key] = start..<reader.offset
    }
    return try directory(root, machine, file) { ranges[$0.key] }
  }

  // MARK: - Tensors

  private static func directory(
    _ root: PickleMachine.Value, _ machine: PickleMachine, _ file: MappedFile,
    range: (PickleMachine.Storage) -> Range<Int>?
  ) throws(FileError) -> TensorDirectory {
    guard case .dictionary(let place) = root else {
      throw malformed(file, "it holds something else than tensors by name")
    }
    var directory = TensorDirectory()
    for (key, value) in machine.dictionaries[place] {
      guard case .text(let name) = key else {
        throw malformed(file, "a tensor has no text for a name")
      }
      guard case .tensor(let tensor) = value else {
        throw FileError(
          .unsupported, file: file.path,
          cause: "\"\(name)\" is no tensor: this is more than a model's weights",
          fix: "save the model's own state_dict, best with a current transformers, as safetensors")
      }
      let entry = try entry(name, machine.tensors[tensor], file, range: range)
      guard directory.insert(entry) else {
        throw malformed(file, "the tensor \(name) occurs twice")
      }
    }
    return directory
  }

  private static func entry(
    _ name: String, _ tensor: PickleMachine.Tensor, _ file: MappedFile,
    range: (PickleMachine.Storage) -> Range<Int>?
  ) throws(FileError) -> TensorEntry {
    guard let storage = range(tensor.storage) else {
      throw malformed(file, "the storage of the tensor \(name) is missing")
    }
    guard isInOrder(tensor) else {
      throw FileError(
        .unsupported, file: file.path,
        cause: "the tensor \(name) is a view with its numbers in another order", fix: fix)
    }
    let size = tensor.type.bytesPerBlock
    guard let count = tensor.type.byteCount(ofShape: tensor.shape),
      case let start = tensor.offset.multipliedReportingOverflow(by: size), !start.overflow,
      start.partialValue <= storage.count, count <= storage.count - start.partialValue
    else { throw malformed(file, "the tensor \(name) goes beyond its storage") }
    let first = storage.lowerBound + start.partialValue
    return TensorEntry(
      name: name, elementType: tensor.type, shape: tensor.shape, owner: file,
      range: first..<first + count)
  }

  /// Whether the numbers stand row by row.
  private static func isInOrder(_ tensor: PickleMachine.Tensor) -> Bool {
    var expected = 1
    for (size, stride) in zip(tensor.shape, tensor.strides).reversed() where size != 1 {
      guard stride == expected || tensor.shape.contains(0) else { return false }
      let product = expected.multipliedReportingOverflow(by: size)
      guard !product.overflow else { return false }
      expected = product.partialValue
    }
    return true
  }

  private static func malformed(_ file: MappedFile, _ cause: String) -> FileError {
    FileError(
      .malformed, file: file.path, cause: cause, fix: "download the file again; else \(fix)")
  }
}
