import Models
import Testing

/// Values of a `Modelfile` as Ollama reads them.
@Suite struct OllamaModelfileTests {
  /// The value that Ollama's `ParseFile` finds behind a command (parser/parser.go of 2026): it ends with the first
  /// line at whose end its quotes are closed, and has no characters but those of Go's `strconv.IsPrint`, line ends
  /// and tabs.
  private func read(_ written: String) -> String? {
    var text = ""
    for scalar in (written + "\n").unicodeScalars {
      if ["\n", "\r"].contains(scalar), let value = unquoted(text) { return value }
      let isKept = scalar.isASCII && scalar.value >= 32 && scalar.value < 127
      let isLetter =
        !scalar.isASCII && (scalar.properties.isAlphabetic || scalar == "｜" || scalar == "▁")
      if isKept || isLetter || ["\n", "\r", "\t"].contains(scalar) {
        text.unicodeScalars.append(scalar)
      }
    }
    return nil
  }

  private func unquoted(_ text: String) -> String? {
    let three = "\"\"\""
    let scalars = Array(text.unicodeScalars)
    func inner(_ count: Int) -> String {
      var inner = String.UnicodeScalarView()
      inner.append(contentsOf: scalars.dropFirst(count).dropLast(count))
      return String(inner)
    }
    if text.hasPrefix(three) {
      return text.hasSuffix(three) && scalars.count >= 6 ? inner(3) : nil
    }
    guard text.hasPrefix("\"") else { return text }
    return text.hasSuffix("\"") && scalars.count >= 2 ? inner(1) : nil
  }

  @Test(arguments: [
    "<|im_end|>", "", " a ", "<｜end▁of▁sentence｜>", "a \"b\" c", "\"", "\"\"", "ends in \"", "\n",
    "two\nlines\n", "\té\r\nß", "# no comment",
  ])
  func `a value is read as it was`(value: String) throws {
    let written = try #require(OllamaModelfile.argument(value))
    #expect(read(written) == value, "\(written)")
  }

  @Test(arguments: [
    "\"\"\"", "a\u{0}", "a\u{A0}b", "a\u{200B}b", "a\u{1B}[0m", "\u{E000}", "\u{2028}",
  ])
  func `what it would read otherwise is not written`(value: String) {
    #expect(OllamaModelfile.argument(value) == nil)
  }
}
