import Files
import Models
import Testing
import Tokenizers

/// Normalizers of compatibility forms: what Hugging Face's tokenizers makes of hard texts.
@Suite struct CompatibilityFormTests {
  private static let texts: [(text: String, composed: String, decomposed: String)] = [
    ("\u{FB01}ne \u{FB02}ow", "fine flow", "fine flow"),
    ("x\u{B2}+y\u{B3} \u{BD} \u{2167}", "x2+y3 1\u{2044}2 VIII", "x2+y3 1\u{2044}2 VIII"),
    ("\u{FF21}\u{FF22}\u{FF23}\u{FF11}\u{FF12}\u{FF13}", "ABC123", "ABC123"),
    (
      "\u{2460}\u{2473}\u{32C0}\u{337F}", "1201\u{6708}\u{682A}\u{5F0F}\u{4F1A}\u{793E}",
      "1201\u{6708}\u{682A}\u{5F0F}\u{4F1A}\u{793E}"
    ),
    ("\u{FF76}\u{FF9E}\u{FF77}\u{FF9E}", "\u{30AC}\u{30AE}", "\u{30AB}\u{3099}\u{30AD}\u{3099}"),
    ("\u{C5} \u{1E9B}\u{323}", "\u{C5} \u{1E69}", "A\u{30A} s\u{323}\u{307}"),
    (
      "\u{2026}\u{2122}\u{2103}\u{FDFA}",
      "...TM\u{B0}C\u{635}\u{644}\u{649} \u{627}\u{644}\u{644}\u{647} \u{639}\u{644}\u{64A}\u{647} \u{648}\u{633}\u{644}\u{645}",
      "...TM\u{B0}C\u{635}\u{644}\u{649} \u{627}\u{644}\u{644}\u{647} \u{639}\u{644}\u{64A}\u{647} \u{648}\u{633}\u{644}\u{645}"
    ),
    (
      "\u{D55C}\u{AE00} \u{1112}", "\u{D55C}\u{AE00} \u{1112}",
      "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF} \u{1112}"
    ),
    ("a\u{A0}b\u{3000}c", "a b c", "a b c"),
    (
      "\u{1E9B}\u{323} \u{FB2C}", "\u{1E69} \u{5E9}\u{5BC}\u{5C1}",
      "s\u{323}\u{307} \u{5E9}\u{5BC}\u{5C1}"
    ),
    ("\u{1D49C}\u{1D7D8}\u{1D538}", "A0A", "A0A"),
    (
      "\u{E9} e\u{301} q\u{307}\u{323}", "\u{E9} \u{E9} q\u{323}\u{307}",
      "e\u{301} e\u{301} q\u{323}\u{307}"
    ),
    (
      "\u{338F} \u{3300} \u{33C7}", "kg \u{30A2}\u{30D1}\u{30FC}\u{30C8} Co.",
      "kg \u{30A2}\u{30CF}\u{309A}\u{30FC}\u{30C8} Co."
    ),
    ("\u{2126}\u{212B}\u{1FEF}", "\u{3A9}\u{C5}`", "\u{3A9}A\u{30A}`"),
  ]

  private func tokenizer(_ normalizer: JSONValue) throws -> Tokenizer {
    let folder = try ModelFolder()
    defer { folder.remove() }
    try folder.change("tokenizer.json") { $0["normalizer"] = normalizer }
    return try Tokenizer(huggingFaceFolder: folder.path)
  }

  @Test func `NFKC and NFKD give the tokens of the texts that they make`() throws {
    let plain = try tokenizer(nil)
    let composing = try tokenizer(["type": "NFKC"])
    let decomposing = try tokenizer(["type": "NFKD"])
    for (text, composed, decomposed) in Self.texts {
      func ids(_ tokenizer: Tokenizer, _ text: String) -> [Int32] {
        tokenizer.encode(text, parseSpecial: false)
      }
      #expect(ids(composing, text) == ids(plain, composed), "\(text)")
      #expect(ids(decomposing, text) == ids(plain, decomposed), "\(text)")
    }
  }
}
