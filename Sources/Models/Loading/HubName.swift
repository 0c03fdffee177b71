import Checkpoints
import Files

/// What Hugging Face's hub calls a model: an owner's name, a slash, the model's.
package struct HubName {
  let text: String

  /// Of text that has this form and is no path.
  private init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isSound = parts.allSatisfy { part in
      !part.isEmpty && !part.hasPrefix(".")
        && part.utf8.allSatisfy {
          (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
            || [0x2D, 0x2E, 0x5F].contains($0)
        }
    }
    guard parts.count == 2, isSound else { return nil }
    self.text = text
  }

  /// Of a model in the hub's cache, whose folder is called after its commit; nil for any other path.
  init?(cached path: String) {
    let marker = "models--"
    guard
      let folder = Paths.absolute(path).split(separator: "/").first(where: { $0.hasPrefix(marker) })
    else { return nil }
    let name = String(folder.dropFirst(marker.count)).replacing("--", with: "/")
    guard !Paths.exists(name) else { return nil }
    self.init(name)
  }

  /// Without its owner.
  var model: String { String(text.split(separator: "/").last ?? "") }

  /// As the folder's place in the hub's cache says it (`models--OWNER--NAME/snapshots/…`), else as transformers
  /// wrote it where the model was saved. A relative path has the same form, so that of a folder that is there is none.
  init?(_ config: JSONValue, folder: String) {
    if let cached = HubName(cached: folder) {
      self = cached
      return
    }
    let name = config["_name_or_path"]?.string ?? ""
    guard !Paths.exists(name) else { return nil }
    self.init(name)
  }

  /// The commit of a model in the hub's cache (`models--OWNER--NAME/snapshots/COMMIT`); nil for any other path.
  package static func commit(of path: String) -> String? {
    let parts = path.split(separator: "/")
    guard let place = parts.firstIndex(of: "snapshots"), place > 0, place + 1 < parts.count,
      parts[place - 1].hasPrefix("models--")
    else { return nil }
    let commit = parts[place + 1]
    return commit.utf8.count == 40 && commit.allSatisfy(\.isHexDigit) ? String(commit) : nil
  }

  /// As converters write it into a GGUF file: where the file, or else what it was made of, came from.
  init?(_ metadata: GGUFMetadata) {
    let hub = "https://huggingface.co/"
    for key in ["general.repo_url", "general.source.repo_url", "general.source.url", "general.url"]
    {
      guard let url = metadata[key]?.text, url.hasPrefix(hub) else { continue }
      self.init(String(url.dropFirst(hub.count)))
      return
    }
    guard let name = metadata["general.source.huggingface.repository"]?.text else { return nil }
    self.init(name)
  }
}
