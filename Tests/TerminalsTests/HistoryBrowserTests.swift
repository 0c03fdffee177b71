import Terminals
import Testing

@Suite struct HistoryBrowserTests {
  private let cells = ["load \"a\"", "train steps: 1", "eval", "train steps: 2", "train steps: 2"]

  @Test func `from an empty line it visits every cell once, newest first`() {
    var browser = HistoryBrowser(cells: cells)
    var shown: [String] = []
    var text = ""
    while let cell = browser.earlier(than: text, beforeCursor: text) {
      shown.append(cell)
      text = cell
    }
    #expect(shown == ["train steps: 2", "eval", "train steps: 1", "load \"a\""])
  }

  @Test func `typed text visits only the cells that start with it, and comes back`() {
    var browser = HistoryBrowser(cells: cells)
    #expect(browser.earlier(than: "tr", beforeCursor: "tr") == "train steps: 2")
    let second = browser.earlier(than: "train steps: 2", beforeCursor: "train steps: 2")
    #expect(second == "train steps: 1")
    #expect(browser.earlier(than: "train steps: 1", beforeCursor: "") == nil)
    #expect(browser.later(than: "train steps: 1") == "train steps: 2")
    #expect(browser.later(than: "train steps: 2") == "tr")
    #expect(browser.later(than: "tr") == nil)
  }

  @Test func `an edited cell starts a new search`() {
    var browser = HistoryBrowser(cells: cells)
    _ = browser.earlier(than: "", beforeCursor: "")
    #expect(browser.earlier(than: "lo", beforeCursor: "lo") == "load \"a\"")
  }

  @Test func `Down without Up does nothing, and so does Up in an empty history`() {
    var browser = HistoryBrowser()
    #expect(browser.later(than: "") == nil)
    #expect(browser.earlier(than: "", beforeCursor: "") == nil)
    browser.append("eval")
    #expect(browser.earlier(than: "", beforeCursor: "") == "eval")
  }
}
