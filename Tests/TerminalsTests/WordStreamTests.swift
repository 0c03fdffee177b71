import Terminals
import Testing

@Suite struct WordStreamTests {
  private func shown(_ pieces: [String], columns: Int) -> String {
    var stream = WordStream(columns: columns)
    return pieces.map { stream.append($0) }.joined() + stream.flush()
  }

  @Test func `no word is cut, wherever its pieces end`() {
    #expect(shown(["one tw", "o three", " four"], columns: 8) == "one two\nthree\nfour")
  }

  @Test func `newlines and blanks inside a line stay as they are`() {
    #expect(shown(["a  b\n", "  c"], columns: 20) == "a  b\n  c")
  }

  @Test func `a word as long as the line is shown as it comes`() {
    #expect(shown(["abcdefghij kl"], columns: 6) == "abcde\nfghij\nkl")
  }

  @Test func `East Asian text breaks between any two characters`() {
    #expect(shown(["日本語", "テスト"], columns: 7) == "日本語\nテスト")
  }

  @Test func `a word is held back until it is whole`() {
    var stream = WordStream(columns: 20)
    #expect(stream.append("one tw") == "one")
    #expect(stream.append("o ") == " two")
  }
}
