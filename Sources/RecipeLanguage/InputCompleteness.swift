import Diagnostics

/// Whether what stands at the prompt can be run, needs another line, or is wrong already.
package enum InputCompleteness: Sendable {
  case complete
  /// More lines are needed; the next one starts with this many spaces.
  case incomplete(indent: Int)
  case broken([Diagnostic])

  package init(of text: String, verbs: VerbCatalog) {
    self.init(of: Parser.parse(SourceText(name: "input", text: text), verbs: verbs))
  }

  package init(of tree: SyntaxTree) {
    guard tree.hasErrors else {
      self = .complete
      return
    }
    let significant = tree.tokens.filter {
      !$0.kind.isTrivia && $0.kind != .newline && $0.kind != .endOfFile
    }
    let endsInsideText = significant.last?.kind == .unknown
    let continues = significant.last?.kind.continuesLine == true
    let open = significant.reduce(0) { open, token in
      if token.kind.opensBracket { return open + 1 }
      return token.kind.closesBracket ? max(0, open - 1) : open
    }
    if tree.endsTooEarly, endsInsideText || continues || open > 0 {
      let needsExtra = continues && open == 0
      self = .incomplete(indent: endsInsideText ? 0 : 2 * open + (needsExtra ? 2 : 0))
    } else {
      self = .broken(tree.diagnostics)
    }
  }
}
