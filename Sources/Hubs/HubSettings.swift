import Files
import Glibc

/// What the environment says of the hub, by the names that Hugging Face's own programs read.
package struct HubSettings: Sendable {
  /// Where files of the hub are kept.
  package let cacheFolder: String?
  /// The hub's address, without a slash at its end.
  package let endpoint: String
  /// Whether nothing is asked of the hub.
  package let isOffline: Bool
  /// Where a token may stand that is not in the environment.
  private let tokenFile: String?
  private let givenToken: String?

  private static let standardEndpoint = "https://huggingface.co"

  /// - Parameter value: a variable of the environment.
  package init(_ value: (String) -> String? = Self.variable) {
    func isSet(_ name: String) -> Bool {
      ["1", "on", "yes", "true"].contains(value(name)?.lowercased())
    }
    let home = value("HOME")
    func expanded(_ path: String) -> String {
      path.hasPrefix("~/") ? (home ?? "~") + path.dropFirst() : path
    }
    let caches = value("XDG_CACHE_HOME").map(expanded) ?? home.map { $0 + "/.cache" }
    let folder = value("HF_HOME").map(expanded) ?? caches.map { $0 + "/huggingface" }
    cacheFolder =
      (value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE")).map(expanded)
      ?? folder.map { $0 + "/hub" }
    var endpoint = value("HF_ENDPOINT") ?? Self.standardEndpoint
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    self.endpoint = endpoint
    isOffline = isSet("HF_HUB_OFFLINE") || isSet("TRANSFORMERS_OFFLINE")
    let isNameless = isSet("HF_HUB_DISABLE_IMPLICIT_TOKEN")
    givenToken = isNameless ? nil : value("HF_TOKEN") ?? value("HUGGING_FACE_HUB_TOKEN")
    tokenFile =
      isNameless ? nil : value("HF_TOKEN_PATH").map(expanded) ?? folder.map { $0 + "/token" }
  }

  /// A variable's value; nil where it is not set or empty.
  package static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The user's token. It is sent to the hub's own address and nowhere else, and neither shown nor kept.
  func token() throws(FileError) -> String? {
    let text: String
    if let givenToken {
      text = givenToken
    } else if let tokenFile, Paths.exists(tokenFile) {
      text = String(decoding: try MappedFile.contents(of: tokenFile), as: UTF8.self)
    } else {
      return nil
    }
    let token = text.filter { !$0.isWhitespace }
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw FileError(
        .malformed, file: givenToken == nil ? tokenFile ?? "" : "HF_TOKEN",
        cause: "the token has characters that none has",
        fix: "copy it again from the hub's settings")
    }
    guard token.isEmpty || isPrivate else {
      throw FileError(
        .unsupported, file: endpoint,
        cause: "a token would go over the network readable, as HF_ENDPOINT begins with http:",
        fix: "take its https: address, or unset the token")
    }
    return token.isEmpty ? nil : token
  }

  /// Whether nobody between here and the hub can read what is sent.
  private var isPrivate: Bool {
    let host = endpoint.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    return endpoint.hasPrefix("https://")
      || ["localhost", "127.0.0.1", "[::1]"].contains { host == $0 || host.hasPrefix($0 + ":") }
  }
}
