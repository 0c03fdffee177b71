import Diagnostics
import RecipeLanguage
import Sessions

/// Why a run stopped, and what to tell about it.
package struct RunFailure: Error, Sendable {
  package enum Kind: Sendable {
    /// A run, an assertion or an expectation failed.
    case failed
    /// The recipe itself is wrong.
    case recipe
    /// An input file is missing or malformed.
    case input
    case interrupted
  }

  package let kind: Kind
  /// nil if there is nothing to add to what was already said.
  package let diagnostic: Diagnostic?

  package init(kind: Kind, diagnostic: Diagnostic?) {
    self.kind = kind
    self.diagnostic = diagnostic
  }

  init(_ failure: VerbFailure, call: VerbCall, source: SourceText) {
    kind =
      switch failure.kind {
      case .failed: .failed
      case .input: .input
      case .interrupted: .interrupted
      }
    let range = failure.argument.flatMap { call.ranges[$0.name] } ?? call.range
    diagnostic = Diagnostic(
      failure.code, failure.message, at: Label(source, range), notes: failure.notes,
      help: failure.help)
  }
}
