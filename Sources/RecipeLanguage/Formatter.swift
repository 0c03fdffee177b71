import Diagnostics

/// Writes a recipe in its one style: two spaces a level, one space between words, at most one empty
/// line, a line a statement. Line breaks inside brackets and all comments stay where they are; every
/// line ends with a line feed, also where the recipe has CR LF or a byte order mark.
package struct Formatter {
  private let tree: SyntaxTree
  /// Offsets of minus signs before an operand.
  private var signs: Set<Int> = []
  /// Offsets of `(` of calls and `[` of indexing, which touch what stands before.
  private var attached: Set<Int> = []
  /// Offsets of the braces of blocks.
  private var blocks: Set<Int> = []

  private var output = ""
  private var previous: Token?
  /// The last token that is no comment.
  private var lastCode: Token?
  private var newlines = 0
  private var lineIndent = 0
  private var open: [Opening] = []

  private struct Opening {
    let lineIndent: Int
    let isBlock: Bool
  }

  /// The formatted text of a tree without errors; a tree with errors keeps its text.
  package static func format(_ tree: SyntaxTree) -> String {
    guard !tree.hasErrors else { return tree.source.text }
    var formatter = Formatter(tree: tree)
    formatter.collectMarks()
    for token in tree.tokens { formatter.take(token) }
    return formatter.output.isEmpty ? "" : formatter.output + "\n"
  }

  private init(tree: SyntaxTree) {
    self.tree = tree
  }

  private mutating func collectMarks() {
    var (signs, attached, blocks): (Set<Int>, Set<Int>, Set<Int>) = ([], [], [])
    let visit = { (expression: Expression) in
      switch expression.kind {
      case .unary(.minus, let operand):
        signs.insert(operand.range.lowerBound)
      case .call(let name, _): attached.insert(name.range.upperBound)
      case .index(let base, _): attached.insert(base.range.upperBound)
      default: break
      }
    }
    for statement in tree.statements {
      statement.walk { statement in
        for expression in statement.expressions { expression.walk(visit) }
        guard let range = statement.loop?.bodyRange else { return }
        blocks.formUnion([range.lowerBound, range.upperBound - 1])
      }
    }
    (self.signs, self.attached, self.blocks) = (signs, attached, blocks)
  }

  // MARK: Tokens

  private mutating func take(_ token: Token) {
    switch token.kind {
    case .whitespace, .endOfFile: break
    case .newline: newlines += 1
    case .semicolon: takeSemicolon(token)
    default: write(token)
    }
  }

  /// Keeps a `;` directly behind a statement, which silences it; others separate nothing.
  private mutating func takeSemicolon(_ token: Token) {
    guard let previous, newlines == 0, previous.kind != .semicolon, !isBlockOpening(previous) else {
      return
    }
    output += ";"
    self.previous = token
    lastCode = token
  }

  private mutating func write(_ token: Token) {
    let closed = token.kind.closesBracket ? open.popLast() : nil
    let breaks = lineBreaks(before: token)
    if breaks > 0 || previous == nil {
      lineIndent = closed?.lineIndent ?? indent(of: token)
      output += String(repeating: "\n", count: breaks)
      output += String(repeating: " ", count: lineIndent)
    } else {
      output += space(before: token)
    }
    output += text(of: token)
    if token.kind.opensBracket {
      open.append(Opening(lineIndent: lineIndent, isBlock: isBlockBrace(token)))
    }
    previous = token
    if token.kind != .comment { lastCode = token }
    newlines = 0
  }

  private func isBlockBrace(_ token: Token) -> Bool { blocks.contains(token.range.lowerBound) }

  private func isBlockOpening(_ token: Token) -> Bool {
    token.kind == .leftBrace && isBlockBrace(token)
  }

  /// Whether line ends separate statements here.
  private var isAmongStatements: Bool { open.last?.isBlock ?? true }

  private func text(of token: Token) -> String {
    let text = tree.source.text(in: token.range)
    switch token.kind {
    case .prose where isAmongStatements:
      let content = text.dropFirst(2)
      return content.isEmpty || content.hasPrefix(" ") ? text : "## " + content
    case .comment:
      let content = text.dropFirst()
      let trimmed = content.isEmpty || content.hasPrefix(" ") || content.hasPrefix("!")
      return Self.trimmingEnd(trimmed ? text : "# " + content)
    case .text: return text.replacingLineEndings()
    default: return text
    }
  }

  private static func trimmingEnd(_ text: String) -> String {
    var bytes = Array(text.utf8)
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Lines

  private func lineBreaks(before token: Token) -> Int {
    guard let previous else { return 0 }
    var breaks = min(newlines, 2)
    if previous.kind.opensBracket || token.kind.closesBracket { breaks = min(breaks, 1) }
    let staysBehind = token.kind == .comment
    let mustBreak =
      isBlockOpening(previous) && !staysBehind || previous.kind == .semicolon && !staysBehind
      || previous.kind == .prose || previous.kind == .comment
      || token.kind == .rightBrace && isBlockBrace(token)
      || token.kind == .prose && isAmongStatements
    return mustBreak ? max(breaks, 1) : breaks
  }

  private func indent(of token: Token) -> Int {
    let base = open.last.map { $0.lineIndent + 2 } ?? 0
    guard isAmongStatements, lastCode?.kind.continuesLine == true else { return base }
    return base + 2
  }

  // MARK: Spaces

  private func space(before token: Token) -> String {
    guard let previous else { return "" }
    if token.kind == .comment || token.kind == .prose { return "  " }
    switch token.kind {
    case .rightParenthesis, .rightBracket, .rightBrace, .comma, .colon, .dot, .closedRange,
      .halfOpenRange:
      return ""
    case .leftParenthesis, .leftBracket:
      if attached.contains(token.range.lowerBound) { return "" }
    default: break
    }
    switch previous.kind {
    case .leftParenthesis, .leftBracket, .leftBrace, .dot, .closedRange, .halfOpenRange: return ""
    case .minus where signs.contains(token.range.lowerBound): return ""
    default: return " "
    }
  }
}
