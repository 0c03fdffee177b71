import Tokenizers

/// Names of linear layers after the rules of PEFT 0.21 (`check_target_module_exists`).
package enum ModuleNames: Sendable, Equatable {
  /// Every linear layer of the blocks.
  case all
  /// Each stands for every layer whose path it is, or ends with it.
  case list([String])
  /// A regular expression that a whole path fits.
  case pattern(ModulePattern)

  /// How a layer is meant.
  enum Fit {
    case no
    /// With all others that have the name.
    case byName
    /// By its whole path.
    case byPath
  }

  func fit(of path: String) -> Fit {
    switch self {
    case .all: .byName
    case .list(let names):
      names.contains(path)
        ? .byPath : names.contains { path.hasSuffix("." + $0) } ? .byName : .no
    case .pattern(let pattern): pattern.fits(path) ? .byPath : .no
    }
  }
}

/// A regular expression for paths of layers, as Python reads it.
package struct ModulePattern: Sendable, Equatable {
  private let pattern: Pattern

  /// Patterns are matched with each layer of a model; the largest is still a matter of a second.
  private static let longest = 1000
  /// What Python reads otherwise, or not at all.
  private static let others = ["&&", "[[", "\\p", "\\P", "\\x{", "\\u{"]

  /// - Parameter text: what the whole path fits.
  package init(whole text: String) throws(TokenizerError) {
    try self.init(text) { "\\A(?:\($0))\\z" }
  }

  /// - Parameter text: what the path fits, or its end behind a dot (`get_pattern_key`).
  package init(ending text: String) throws(TokenizerError) {
    try self.init(text) { "\\A(?:.*\\.)?(?:\($0))\\z" }
  }

  private init(_ text: String, _ enclose: (String) -> String) throws(TokenizerError) {
    if let other = Self.others.first(where: { text.contains($0) }) {
      throw TokenizerError(isUnsupported: true, "\(other) in a pattern")
    }
    guard text.utf8.count <= Self.longest else {
      throw TokenizerError(isUnsupported: true, "a pattern of \(text.utf8.count) characters")
    }
    // By itself first, since what is wrong alone might be right between brackets.
    _ = try Pattern(text, endsAtLines: false, mostInstructions: Self.longest)
    pattern = try Pattern(enclose(text), endsAtLines: false, mostInstructions: 2 * Self.longest)
  }

  /// Whether it fits a path, or that of a module that it is part of.
  package func fits(within path: String) -> Bool { path.modulePaths.contains { fits($0) } }

  package func fits(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { unsafe pattern.fits($0) }
  }
}

extension String {
  /// A path, and those of all modules that it is part of, the outermost first.
  package var modulePaths: [String] {
    let parts = split(separator: ".")
    return parts.indices.map { parts[...$0].joined(separator: ".") }
  }
}
