/// What a recipe calls a model of the hub: `hf:OWNER/NAME` or `OWNER/NAME`; behind it may stand a branch, tag
/// or commit (`@main`), and of a repository of GGUF files one of them (`/FILE.gguf`) or its type (`:Q4_K_M`).
package struct HubReference: Equatable, Sendable {
  /// `OWNER/NAME`; a few old ones have no owner.
  package let repository: String
  package let revision: String
  /// The path of a GGUF file in the repository.
  package let file: String?
  /// How the name of a GGUF file ends, such as `Q4_K_M`.
  package let type: String?
  /// Whether the text says that it is of the hub.
  package let isExplicit: Bool

  package static let prefix = "hf:"
  /// What a text of the hub may begin with; addresses are what people copy.
  private static let prefixes = [prefix, "hf.co/", "https://huggingface.co/", "https://hf.co/"]
  static let standardRevision = "main"

  /// Nil for a text that is none: only a name of two parts goes without a prefix.
  package init?(_ text: String) {
    let prefix = Self.prefixes.first(where: text.hasPrefix)
    isExplicit = prefix != nil
    var rest = text.dropFirst(prefix?.count ?? 0)
    var revision = Self.standardRevision
    var file: String?
    var type: String?
    if rest.hasSuffix(".gguf") {
      let isPinned = rest.contains("@")
      let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
      guard isExplicit, parts.count > 2 else { return nil }
      // a revision beside a file is one part of the path
      rest = parts[..<2].joined(separator: "/")[...]
      file = parts[2...].joined(separator: "/")
      guard isPinned == rest.contains("@") else { return nil }
    }
    if let at = rest.firstIndex(of: "@") {
      revision = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    if file == nil {
      if let colon = revision.firstIndex(of: ":") {
        type = String(revision[revision.index(after: colon)...])
        revision = String(revision[..<colon])
      } else if let colon = rest.firstIndex(of: ":") {
        type = String(rest[rest.index(after: colon)...])
        rest = rest[..<colon]
      }
    }
    let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 || (parts.count == 1 && isExplicit),
      parts.allSatisfy(Self.isName), SafePath.isSound(revision),
      file.map(SafePath.isSound) != false, type.map({ Self.isName($0[...]) }) != false
    else { return nil }
    if !isExplicit, parts[1].hasSuffix(".gguf") { return nil }
    repository = String(rest)
    (self.revision, self.file, self.type) = (revision, file, type)
  }

  /// The same at another revision, as `load` takes it.
  package func text(at revision: String) -> String {
    Self.prefix + repository + (revision == Self.standardRevision ? "" : "@" + revision)
      + (file.map { "/" + $0 } ?? type.map { ":" + $0 } ?? "")
  }

  /// As `load` takes it.
  package var text: String { text(at: revision) }

  /// Letters, digits and `-_.`, of which the hub lets no two of a kind stand side by side, as folders of its
  /// cache join parts by `--`.
  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.count <= 96 && !text.hasPrefix(".") && !text.hasPrefix("-")
      && !text.contains("--") && !text.contains("..") && text.utf8.allSatisfy(SafePath.isNameByte)
  }
}

/// Paths that others wrote, made sure that they stay below the folder that they are put behind.
enum SafePath {
  /// Parts without `.` and `..`, with nothing but letters of names and blanks.
  static func isSound(_ path: String) -> Bool {
    !path.isEmpty && path.utf8.count <= 1024
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 255
          && part.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C }
      }
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || [0x2D, 0x2E, 0x5F].contains(byte)
  }

  /// A path as it stands in a URL: what no URL has as `%` and two digits.
  static func inURL(_ path: String) -> String {
    path.utf8.map { byte in
      if isNameByte(byte) || byte == UInt8(ascii: "/") {
        return String(UnicodeScalar(byte))
      }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
    }.joined()
  }
}
