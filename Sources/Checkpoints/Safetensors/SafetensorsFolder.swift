import Files
import Files
import Files
import Files
import Files
import Glibc
import Tensors

extension SafetensorsFile {
  /// The tensors of a Hugging Face folder, as transformers takes them: those of `model.safetensors`,
  /// else of the shards that `model.safetensors.index.json` names; else the same of `pytorch_model.bin`.
  package static func directory(
    ofFolder folder: String
  ) throws(FileError) -> TensorDirectory {
    let safe = folder + "/model.safetensors"
    let pickled = folder + "/pytorch_model.bin"
    for whole in [safe, pickled] {
      if Paths.exists(whole) { return try directory(ofFile: whole) }
      let index = whole + ".index.json"
      if Paths.exists(index) { return try shards(of: index, in: folder) }
    }
    return try directory(ofFile: safe)
  }

  /// Whether a folder has safetensors, in one file or in several.
  package static func isWithin(_ folder: String) -> Bool {
    let file = folder + "/model.safetensors"
    return Paths.exists(file) || Paths.exists(file + ".index.json")
  }

  /// Those of a file, which by its name is one of PyTorch's or has safetensors.
  package static func directory(ofFile path: String) throws(FileError) -> TensorDirectory {
    path.hasSuffix(".bin")
      ? try PickledFile(path: path).tensors : try SafetensorsFile(path: path).tensors
  }

  /// What an index may say.
  package static let indexKeys = KeyTable(
    [KeyTable.Entry("weight_map", .read(.object))], ignoring: ["metadata"],
    fix: "download the index and its shards again, together")

  /// Every tensor of every shard; the index must name each where it is, and nothing else.
  private static func shards(
    of index: String, in folder: String
  ) throws(FileError) -> TensorDirectory {
    let root = try JSONValue(file: index)
    guard let object = root.object, let map = object["weight_map"]?.object else {
      throw shardError(index, .malformed, "weight_map is missing or not an object")
    }
    try indexKeys.check(object, file: index)
    var places: [String: String] = [:]
    var names: [String] = []
    for member in map.members {
      guard let name = member.value.string, !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/"))
      else {
        throw shardError(
          index, .malformed, "the tensor \(member.key) is not in a file of this folder")
      }
      if !names.contains(name) { names.append(name) }
      places[member.key] = name
    }
    var directory = TensorDirectory()
    for name in names {
      for entry in try Self.directory(ofFile: folder + "/" + name).entries {
        guard let place = places.removeValue(forKey: entry.name), place == name else {
          throw shardError(
            index, .malformed,
            "the shard \(name) holds the tensor \(entry.name), which the index has "
              + (directory[entry.name] == nil ? "elsewhere or not at all" : "in another shard"))
        }
        _ = directory.insert(entry)
      }
    }
    if let missing = places.min(by: { $0.key < $1.key }) {
      throw shardError(
        index, .absent, "the shard \(missing.value) lacks the tensor \(missing.key)")
    }
    return directory
  }

  private static func shardError(
    _ index: String, _ kind: FileError.Kind, _ cause: String
  ) -> FileError {
    FileError(
      kind, file: index, cause: cause, fix: "download the index and its shards again, together")
  }
}
