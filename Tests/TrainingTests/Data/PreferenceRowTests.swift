import Testing
import Tokenizers

import Training

/// Preferences whose parts no columns name: the preferred reply is learnt, and what was said before it is read.
@Suite struct PreferenceRowTests {
  private func turns(_ row: String) throws -> [String] {
    guard
      case .messages(let messages)? = try dataset(row, DatasetOptions(template: "chatml"))
        .examples.first?.content
    else { return [] }
    return messages.map { "\($0.role): \($0.content)|\($0.isTrained)" }
  }

  private func rejection(_ row: String) -> String? {
    dataError(row, DatasetOptions(template: "chatml"))?.reason
      .replacing("none of the 1 rows can be used; this one: ", with: "")
  }

  @Test func `of OpenAI's rows the preferred output is learnt`() throws {
    let row = """
      {"input": {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, \
      {"role": "user", "content": "c"}], "tools": [], "parallel_tool_calls": true}, \
      "preferred_output": [{"role": "assistant", "content": "d"}], \
      "non_preferred_output": [{"role": "assistant", "content": "e"}]}
      """
    #expect(
      try turns(row) == [
        "user: a|false", "assistant: b|false", "user: c|false", "assistant: d|true",
      ])
    let notices = try dataset(row, DatasetOptions(template: "chatml")).summary.notices
    #expect(notices.contains { $0.hasPrefix("rows of OpenAI's preferences are read as") })
    #expect(notices.contains("not used: input.parallel_tool_calls (in 1 row)"))
  }

  @Test func `of one text the turns that both share are read and the rest of chosen is learnt`()
    throws
  {
    let row = """
      {"chosen": "\\n\\nHuman: a\\n\\nAssistant: b\\n\\nHuman: c\\n\\nAssistant: d\\n\\nmore", \
      "rejected": "\\n\\nHuman: a\\n\\nAssistant: b\\n\\nHuman: c\\n\\nAssistant: e"}
      """
    #expect(
      try turns(row)
        == [
          "user: a|false", "assistant: b|false", "user: c|false", "assistant: d\n\nmore|true",
        ])
    let same = row.replacing("Assistant: e", with: "Assistant: d\\n\\nmore")
    #expect(try turns(same) == turns(row))
    let split = """
      {"prompt": "\\n\\nHuman: a\\n\\nAssistant:", "chosen": " b", "rejected": " c"}
      """
    #expect(try turns(split) == ["user: a|false", "assistant: b|true"])
  }

  @Test func `a text without a reply is refused, by what it lacks`() throws {
    let good =
      "{\"chosen\": \"\\n\\nHuman: a\\n\\nAssistant: b\", \"rejected\": \"\\n\\nHuman: a\"}"
    let bad = good.replacing("\\n\\nAssistant: b", with: "")
    #expect(
      rejection(bad) == "its chosen has no turn of an Assistant after one of a Human")
    let empty = good.replacing("Assistant: b", with: "Assistant: ")
    #expect(rejection(empty) == "message 1 is an empty reply")
    let data = try dataset("\(good)\n\(bad)\n{\"x\": 1}", DatasetOptions(template: "chatml"))
    #expect(data.summary.rows == 1 && data.summary.skippedRows == 2)
  }
}
