/// Colour for people, plain text for everything else.
package struct TextStyle: Equatable, Sendable {
  /// What a piece of text is, not which colour it has.
  package enum Role: Sendable {
    case prompt, heading, name, number, error, warning, note, help, good, dim

    /// Parameters of the sequence "select graphic rendition" that switches it on.
    package var code: String {
      switch self {
      case .prompt: "1;32"
      case .heading: "1"
      case .name: "36"
      case .number: "35"
      case .error: "1;31"
      case .warning: "1;33"
      case .note: "1;34"
      case .help: "1;36"
      case .good: "32"
      case .dim: "2"
      }
    }
  }

  /// `--color`.
  package enum Choice: String, CaseIterable, Sendable {
    case auto, always, never
  }

  package let isEnabled: Bool

  package static let plain = TextStyle(isEnabled: false)
  package static let colored = TextStyle(isEnabled: true)

  package init(isEnabled: Bool) {
    self.isEnabled = isEnabled
  }

  /// `always` and `never` are obeyed; `auto` needs a terminal, not `TERM=dumb`, and no `NO_COLOR`
  /// (https://no-color.org: set and not empty).
  package init(_ choice: Choice, isTerminal: Bool, environment: [String: String]) {
    switch choice {
    case .always: isEnabled = true
    case .never: isEnabled = false
    case .auto:
      let kind = environment["TERM"] ?? ""
      let refused = !(environment["NO_COLOR"] ?? "").isEmpty
      isEnabled = isTerminal && !refused && kind != "dumb" && !kind.isEmpty
    }
  }

  /// The text in its role's colour, or as it is. The colour becomes an escape sequence when it is
  /// written (`TextOutput.write`).
  package func callAsFunction(_ role: Role, _ text: String) -> String {
    isEnabled && !text.isEmpty ? StyledText.text(text, code: role.code) : text
  }

  /// False where the locale names another character set or the terminal has few characters; box drawing
  /// and braille then become ASCII. An unset locale, common in containers, says nothing.
  package static func canShowUnicode(environment: [String: String]) -> Bool {
    let kind = environment["TERM"] ?? ""
    if kind == "dumb" || kind == "linux" { return false }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }
      .first { !$0.isEmpty }
    guard let locale, let dot = locale.firstIndex(of: ".") else { return true }
    let name = locale[locale.index(after: dot)...].lowercased()
    return name.hasPrefix("utf-8") || name.hasPrefix("utf8")
  }
}
