import Diagnostics
import Foundation
import RecipeLanguage
import TestSupport
import Sessions
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

  /// Texts of each of the three kinds, and where their random numbers begin. To look longer by hand:
  /// SKILLET_FUZZ_COUNT=400000 SKILLET_FUZZ_SEED=7 swift test --filter FuzzTests
  static let count = setting("SKILLET_FUZZ_COUNT") ?? 10_000
  static let seed = UInt64(setting("SKILLET_FUZZ_SEED") ?? 0)

  private static func setting(_ name: String) -> UInt32? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt32($0) }
  }

  /// Makes texts and checks each; the same ones on every machine.
  func checkMany(_ kind: String, seed: UInt64, _ text: (inout Generator) -> [UInt8]) {
    var generator = Generator(state: seed &+ Self.seed &* 1000)
    var slowest = 0.0
    for _ in 0..<Self.count {
      let bytes = text(&generator)
      let seconds = ProcessorTime.seconds {
        check(SourceText(name: kind, bytes: bytes), &generator)
      }
      slowest = max(slowest, seconds)
      if seconds > 1 { record("took \(seconds) s", SourceText(name: kind, bytes: bytes)) }
    }
    print("\(kind): \(Self.count) texts, the slowest took \(slowest) s")
  }

  func check(_ source: SourceText, _ generator: inout Generator) {
    let tree = Parser.parse(source)
    let joined = tree.tokens.flatMap { source.bytes[$0.range.lowerBound..<$0.range.upperBound] }
    if joined != source.bytes { record("tokens do not join", source) }
    var cell = CheckContext()
    cell.isPrompt = true
    cell.names = ["x": .int(3), "runs": EvaluatorTests.runs, "_": .string("last")]
    for diagnostic in Checker.check(tree, context: CheckContext())
      + Checker.check(tree, context: cell)
    {
      checkPlaces(of: diagnostic, in: source)
    }
    if tree.hasErrors, Checker.check(tree, context: CheckContext()).isEmpty {
      record("refused without a reason", source)
    }
    checkCompletion(source, at: Int.random(in: 0...source.bytes.count, using: &generator), cell)
    _ = InputCompleteness(of: tree)
    if !tree.hasErrors { checkFormat(of: tree) }
  }

  func checkPlaces(of diagnostic: Diagnostic, in source: SourceText) {
    for label in [diagnostic.primary] + diagnostic.secondary {
      if label.range.lowerBound < 0 || label.range.upperBound > source.bytes.count {
        record("\(diagnostic.code) points outside", source)
      }
    }
    _ = DiagnosticRenderer(isColored: false).render(diagnostic)
  }

  func checkCompletion(_ source: SourceText, at offset: Int, _ context: CheckContext) {
    // completion knows text, in which bytes that are none have become other ones
    let text = source.text
    let offset = min(offset, text.utf8.count)
    let range = Completion.at(offset, in: text, context: context).range
    if range.lowerBound < 0 || range.upperBound > text.utf8.count || range.upperBound > offset {
      record("completion at \(offset) replaces \(range)", source)
    }
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

  @Test func `any bytes are read`() {
    checkMany("bytes", seed: 1) { generator in
      let count = Int.random(in: 0..<60, using: &generator)
      return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
  }

  @Test func `any tokens are read`() {
    checkMany("tokens", seed: 2) { generator in
      let count = Int.random(in: 0..<25, using: &generator)
      let separator = Bool.random(using: &generator) ? " " : ""
      let text = (0..<count).compactMap { _ in Self.pieces.randomElement(using: &generator) }
      return Array(text.joined(separator: separator).utf8)
    }
  }

  /// The recipes that are shipped, and those of the study.
  static func recipes() throws -> [[UInt8]] {
    let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let folders = [
      top.appending(path: "recipes"),
      URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/study"),
    ]
    return try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".recipe") }.sorted()
        .map { Array(try Data(contentsOf: folder.appending(path: $0))) }
    }
  }

  @Test func `changed recipes are read`() throws {
    let recipes = try Self.recipes()
    #expect(recipes.count >= 7)
    var unchanged = Generator(state: 0)
    for recipe in recipes { check(SourceText(name: "recipe", bytes: recipe), &unchanged) }
    checkMany("changed recipes", seed: 3) { generator in
      var changed = recipes.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1..<4, using: &generator) where !changed.isEmpty {
        Self.change(&changed, &generator)
      }
      return changed
    }
  }

  /// One slip of a finger, one lost line, one pasted piece, one part doubled.
  static func change(_ text: inout [UInt8], _ generator: inout Generator) {
    let place = Int.random(in: 0..<text.count, using: &generator)
    let end = min(text.count, place + Int.random(in: 1..<40, using: &generator))
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: text.remove(at: place)
    case 1: text[place] = UInt8.random(in: 0..<128, using: &generator)
    case 2: text.removeSubrange(place..<end)
    case 3: text.insert(contentsOf: text[place..<end], at: place)
    default:
      let piece = pieces.randomElement(using: &generator) ?? ""
      text.insert(contentsOf: Array(piece.utf8), at: place)
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
