/// Why a template is not run, or not to its end.
package enum JinjaError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The text is no template.
  case syntax(line: Int, String)
  /// A construct that Jinja may have and this interpreter does not.
  case unsupported(line: Int, String)
  /// What Jinja would refuse while it runs the template: an undefined name, a wrong type.
  case evaluation(line: Int, String)
  /// The template called `raise_exception`.
  case raised(String)
  /// The template writes today's date, and no date was given.
  case needsDate
  /// More steps, text or depth than a chat template can need.
  case limit(String)

  /// A clause without a full stop.
  package var description: String {
    switch self {
    case .syntax(let line, let what), .evaluation(let line, let what): "line \(line): \(what)"
    case .unsupported(let line, let what): "line \(line): \(what) is not supported"
    case .raised(let message): "it says \"\(message.prefix(200))\""
    case .needsDate:
      "it writes today's date, which would be another one tomorrow: say which it is to write, for "
        + "example date: \"2026-11-26\""
    case .limit(let what): what
    }
  }
}

/// The most that one template may take; a template that needs more is refused.
package struct JinjaLimits: Sendable {
  /// Bytes of its text.
  package var sourceBytes = 1 << 18
  /// Evaluated expressions and statements, and elements that functions walk over.
  package var steps = 200_000
  /// Bytes of all strings that are made on the way.
  package var madeBytes = 64 << 20
  /// Bytes of the result.
  package var outputBytes = 4 << 20
  /// Expressions, blocks and macros within each other.
  package var depth = 150

  package init() {}
}
