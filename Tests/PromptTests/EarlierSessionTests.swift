import TestSupport
import Testing

/// Ranges of cells, of this session and of earlier ones.
@Suite struct EarlierSessionTests {
  private func withAnEarlierSession() throws -> PromptSession {
    let prompt = try PromptSession()
    for cell in ["let a = 2", "a * 3", "1 / 0", "a * 4", "a * 5", ":undo"] {
      try prompt.enter(cell)
    }
    try prompt.startAgain()
    return prompt
  }

  @Test func `cells of this session are named by numbers and ranges`() throws {
    let prompt = try PromptSession()
    for cell in ["1", "2", "3", "4"] { try prompt.enter(cell) }
    #expect(try prompt.enter(":history 2") == ["2  2"])
    #expect(try prompt.enter(":history 1-2,4") == ["1  1", "2  2", "4  4"])
    #expect(
      try prompt.enter(":save mine 3-") == [
        "2 cells in mine.recipe; replay: skillet run mine.recipe"
      ])
  }

  @Test func `cells of the session before are ~1/2-5, for every command that takes cells`()
    throws
  {
    let prompt = try withAnEarlierSession()
    #expect(try prompt.enter(":history ~1") == ["1  let a = 2", "2  a * 3", "3  a * 4"])
    #expect(try prompt.enter(":history ~1/2-3") == ["2  a * 3", "3  a * 4"])
    let output = try prompt.enter(":rerun ~1/1-2")
    #expect(output.filter { $0.hasPrefix("out") } == ["out[2]  6"])
    prompt.terminal.send(":edit ~1/3\r")
    try prompt.terminal.waitForCursorLine("skillet[3]> a * 4")
    #expect(try prompt.enter("0") == ["out[3]  80"])
    try prompt.enter(":save old ~1/1-3")
    #expect(try prompt.file("old.recipe").hasSuffix("let a = 2\na * 3\na * 4\n"))
    try prompt.enter(":export old.md ~1/3")
    #expect(try prompt.file("old.md").contains("a * 4"))
  }

  @Test func `a session or cell that the history lacks is named`() throws {
    let prompt = try withAnEarlierSession()
    #expect(
      try prompt.enter(":history ~2") == [
        "there is no session ~2; the history has 1 earlier session"
      ])
    #expect(try prompt.enter(":history ~1/7") == ["there is no cell 7; the cells are 1-3"])
    #expect(
      try prompt.enter(":history ~x") == [
        "cells of earlier sessions are written ~1/2-5: cells 2 to 5 of the last session"
      ])
  }

  @Test func `:editor opens cells in the editor of the environment`() throws {
    let prompt = try PromptSession(environment: ["EDITOR": "sed -i s/2/20/"])
    try prompt.enter("1 + 2")
    prompt.terminal.send(":editor 1\r")
    try prompt.terminal.waitForCursorLine("skillet[2]> 1 + 20")
    #expect(try prompt.enter("") == ["out[2]  21"])
  }

  @Test func `an editor that fails changes nothing, and none is asked for`() throws {
    let failing = try PromptSession(environment: ["EDITOR": "false"])
    try failing.enter("1")
    #expect(
      try failing.enter(":editor 1") == ["the editor `false` ended with 1, so nothing has changed"])
    let none = try PromptSession()
    #expect(try none.enter(":editor").first?.hasPrefix(":editor needs to know yours") == true)
  }
}
