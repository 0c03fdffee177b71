import Diagnostics
import Testing

@Suite struct TextStyleTests {
  @Test func `automatic colour needs a terminal that shows it and a user who wants it`() {
    func isOn(_ isTerminal: Bool, _ environment: [String: String]) -> Bool {
      TextStyle(.auto, isTerminal: isTerminal, environment: environment).isEnabled
    }
    #expect(isOn(true, ["TERM": "xterm"]))
    #expect(isOn(true, ["TERM": "xterm", "NO_COLOR": ""]))
    #expect(!isOn(false, ["TERM": "xterm"]))
    #expect(!isOn(true, ["TERM": "xterm", "NO_COLOR": "1"]))
    #expect(!isOn(true, ["TERM": "dumb"]))
    #expect(!isOn(true, [:]))
  }

  @Test func `an explicit choice is obeyed`() {
    let environment = ["TERM": "xterm", "NO_COLOR": "1"]
    #expect(TextStyle(.always, isTerminal: false, environment: environment).isEnabled)
    #expect(!TextStyle(.never, isTerminal: true, environment: ["TERM": "xterm"]).isEnabled)
  }

  @Test func `plain text stays as it is`() {
    #expect(TextStyle.plain(.error, "no") == "no")
    #expect(VisibleText.rendered(TextStyle.colored(.good, "yes")) == "\u{1B}[32myes\u{1B}[0m")
    #expect(TextStyle.colored(.good, "") == "")
  }

  @Test func `only a named character set other than UTF-8 forbids box drawing`() {
    #expect(TextStyle.canShowUnicode(environment: [:]))
    #expect(TextStyle.canShowUnicode(environment: ["LANG": "de_DE.utf8", "TERM": "xterm"]))
    #expect(!TextStyle.canShowUnicode(environment: ["LANG": "de_DE.ISO-8859-1"]))
    #expect(!TextStyle.canShowUnicode(environment: ["LC_ALL": "C.UTF-8", "TERM": "linux"]))
  }
}
