import Glibc
import Models

/// The real model that the suite is held to, opened once.
package enum DefaultModel {
  private static let opened = Result { try open() }

  /// The default model; an error that says how to get it if it is not there.
  package static func load() throws -> LoadedModel { try opened.get() }

  private static func open() throws -> LoadedModel {
    let path = References.defaultModel
    guard access(path, R_OK) == 0 else {
      throw GoldenError("\(path) is missing; `make model` fetches it")
    }
    return try LoadedModel(path: path)
  }
}

/// The text that perplexities are measured on; it comes with Debian and is not shipped here.
package enum LicenceText {
  package static let path = "/usr/share/common-licenses/GPL-3"
  package static var isThere: Bool { access(path, R_OK) == 0 }
}
