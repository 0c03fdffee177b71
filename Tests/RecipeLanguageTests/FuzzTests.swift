import Diagnostics
import RecipeLanguage
import Testing

/// Reading never traps, whatever the text; every complaint points into it.
@Suite struct FuzzTests {
  /// SplitMix64: the same texts in every run.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static let pieces = [
    "let", "for", "in", "as", "param", "include", "recipe", "assert", "expect", "within", "matches",
    "where", "one", "of", "and", "or", "not", "true", "none", "load", "eval", "lora", "train", "x",
    "runs", "nf4", "best", "max", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "..", "..<",
    "=",
    "==", "~=", "!=", "<", "<=", "+", "-", "*", "/", "1", "2.5", "10%", "3m", "4MB", "1e-4",
    "\"a\"",
    "\"{x}\"", "\"\"\"\nhi\n\"\"\"", "\n", "\n", "# c\n", "## p\n", " ", "\t", "\r\n", "9e999",
    "99999999999999999999", "\"", "\\", "é", "_", "_3", "while", "?", "\u{0}",
  ]

  func check(_ source: SourceText) {
    let tree = Parser.parse(source)
    let joined = tree.tokens.flatMap { source.bytes[$0.range.lowerBound..<$0.range.upperBound] }
    if joined != source.bytes { record("tokens do not join", source) }
    _ = Completion.at(source.bytes.count / 2, in: source.text)
    for diagnostic in Checker.check(tree) {
      if diagnostic.range.lowerBound < 0 || diagnostic.range.upperBound > source.bytes.count {
        record("\(diagnostic.code) points outside", source)
      }
      _ = DiagnosticRenderer(isColored: false).render(diagnostic)
    }
    _ = InputCompleteness(of: tree)
    if !tree.hasErrors { checkFormat(of: tree) }
  }

  func checkFormat(of tree: SyntaxTree) {
    let once = Formatter.format(tree)
    let again = Parser.parse(SourceText(name: "formatted", text: once))
    if TreeOutline.of(again) != TreeOutline.of(tree) { record("format changes it", tree.source) }
    if Formatter.format(again) != once { record("formatting twice differs", tree.source) }
  }

  func record(_ problem: String, _ source: SourceText) {
    Issue.record("\(problem): \(source.text.debugDescription)")
  }

  @Test func anyBytesAreRead() {
    var generator = Generator(state: 1)
    for _ in 0..<300 {
      let count = Int.random(in: 0..<60, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      check(SourceText(name: "bytes", bytes: bytes))
    }
  }

  @Test func anyTokensAreRead() {
    var generator = Generator(state: 2)
    for _ in 0..<1000 {
      let count = Int.random(in: 0..<25, using: &generator)
      let separator = Bool.random(using: &generator) ? " " : ""
      let text = (0..<count).compactMap { _ in Self.pieces.randomElement(using: &generator) }
      check(SourceText(name: "tokens", text: text.joined(separator: separator)))
    }
  }

  @Test(arguments: ["first-tune", "rank-sweep", "quantization-study", "ci-smoke"])
  func changedRecipesAreRead(name: String) throws {
    let bytes = Array(try Golden.recipe("study/\(name).recipe").utf8)
    var generator = Generator(state: 3)
    check(SourceText(name: name, bytes: bytes))
    for _ in 0..<40 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1..<4, using: &generator) {
        let place = Int.random(in: 0..<changed.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: changed.remove(at: place)
        case 1: changed[place] = UInt8.random(in: 0..<128, using: &generator)
        case 2: changed.removeSubrange(place..<min(changed.count, place + 30))
        default:
          let piece = Self.pieces.randomElement(using: &generator) ?? ""
          changed.insert(contentsOf: Array(piece.utf8), at: place)
        }
        if changed.isEmpty { break }
      }
      check(SourceText(name: name, bytes: changed))
    }
  }

  @Test(arguments: [
    "(", "[", "{", "f(", "{a:", "- ", "not ", "x[", "1 + (", "for a in b {\n", "[int",
  ])
  func endlessNestingIsRefusedNotFollowed(opening: String) {
    let text = "let a = " + String(repeating: opening, count: opening == "(" ? 100_000 : 5_000)
    let tree = Parser.parse(SourceText(name: "deep", text: text))
    #expect(tree.hasErrors)
    #expect(tree.diagnostics.count < 10)
  }

  @Test(arguments: ["1 + 1", "a.b", "a[0]", "1 and 1", "a, b"])
  func endlessChainsAreRefusedNotFollowed(piece: String) {
    let separator =
      piece.contains("a[") || piece.contains("a.") ? "" : piece.contains("and") ? " and " : " + "
    let text = "let a = " + Array(repeating: piece, count: 10_000).joined(separator: separator)
    #expect(Parser.parse(SourceText(name: "long", text: text)).diagnostics.count < 10)
  }
}
