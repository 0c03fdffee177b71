import Glibc
import Tensors

extension SafetensorsFile {
  /// The tensors of a Hugging Face folder: those of `model.safetensors`, or of the shards that
  /// `model.safetensors.index.json` names.
  package static func directory(
    ofFolder folder: String
  ) throws(CheckpointError) -> TensorDirectory {
    let index = folder + "/model.safetensors.index.json"
    guard access(index, F_OK) == 0 else {
      return try SafetensorsFile(path: folder + "/model.safetensors").tensors
    }
    guard let map = try JSONValue(file: index)["weight_map"]?.object else {
      throw shardError(index, .malformed, "weight_map is missing")
    }
    var shards: [String: TensorDirectory] = [:]
    var directory = TensorDirectory()
    for member in map.members {
      guard let name = member.value.string, !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/"))
      else {
        throw shardError(
          index, .malformed, "the tensor \(member.key) is not in a file of this folder")
      }
      if shards[name] == nil {
        shards[name] = try SafetensorsFile(path: folder + "/" + name).tensors
      }
      guard let entry = shards[name]?[member.key] else {
        throw shardError(index, .absent, "the shard \(name) lacks the tensor \(member.key)")
      }
      _ = directory.insert(entry)
    }
    return directory
  }

  private static func shardError(
    _ index: String, _ kind: CheckpointError.Kind, _ cause: String
  ) -> CheckpointError {
    CheckpointError(
      kind, file: index, cause: cause, fix: "download the index and its shards again, together")
  }
}
