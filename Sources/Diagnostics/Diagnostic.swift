/// One thing to say about a text: what is wrong, where, why, and what to do.
package struct Diagnostic: Sendable {
  package enum Severity: String, Sendable {
    case error, warning, note
  }

  /// A stable code such as `E0203`; `explain` knows a page for each.
  package var code: String
  package var severity: Severity
  /// One sentence in lower case without a full stop, names in backticks.
  package var message: String
  /// The place that the message is about.
  package var primary: Label
  /// Other places that say why.
  package var secondary: [Label]
  package var notes: [String]
  /// What to write instead; may have several lines.
  package var help: String?

  package init(
    _ code: String, _ message: String, at primary: Label, severity: Severity = .error,
    secondary: [Label] = [], notes: [String] = [], help: String? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.primary = primary
    self.secondary = secondary
    self.notes = notes
    self.help = help
  }

  package var source: SourceText { primary.source }
  package var range: SourceRange { primary.range }
  package var isError: Bool { severity == .error }
}

/// A range of one source with the few words that stand under its carets.
package struct Label: Sendable {
  package var source: SourceText
  package var range: SourceRange
  package var text: String

  package init(_ source: SourceText, _ range: SourceRange, _ text: String = "") {
    self.source = source
    self.range = range
    self.text = text
  }
}

extension [Diagnostic] {
  package var containsError: Bool { contains(where: \.isError) }

  /// The same diagnostics, source by source in the order in which sources first appear, and in the
  /// order of their places within each.
  package func sortedByPosition() -> [Diagnostic] {
    var turns: [ObjectIdentifier: Int] = [:]
    for diagnostic in self {
      let source = ObjectIdentifier(diagnostic.source)
      turns[source] = turns[source] ?? turns.count
    }
    let keys = enumerated().map { index, diagnostic in
      let turn = turns[ObjectIdentifier(diagnostic.source)] ?? 0
      return (turn, diagnostic.range.lowerBound, index)
    }
    return keys.sorted { $0 < $1 }.map { self[$0.2] }
  }
}
