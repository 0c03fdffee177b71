import Glibc

/// Where tests find their files.
package enum References {
  /// The folder `Tests`.
  package static let tests = folder(#filePath, up: 2)

  /// A golden file or folder under `Tests/References`.
  package static func path(_ name: String) -> String { tests + "/References/" + name }

  /// The default model, which `make test` fetches: in SKILLET_MODELS, else in the folder `models`.
  package static var defaultModel: String {
    let folder = getenv("SKILLET_MODELS").map { String(cString: $0) } ?? tests + "/../models"
    return folder + "/SmolLM2-135M-Instruct.Q4_1.gguf"
  }

  private static func folder(_ path: String, up levels: Int) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).dropLast(levels)
      .joined(separator: "/")
  }
}
