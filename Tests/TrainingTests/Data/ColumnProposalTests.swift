import Testing
import Tokenizers
import Training

@Suite struct ColumnProposalTests {
  @Test(arguments: [
    (
      "{\"question\": \"2+2?\", \"answer\": \"4\"}",
      "{prompt: \"question\", completion: \"answer\"}"
    ),
    ("{\"query\": \"2+2?\", \"response\": \"4\"}", "{prompt: \"query\", completion: \"response\"}"),
    ("{\"input\": \"2+2?\", \"output\": \"4\"}", "{prompt: \"input\", completion: \"output\"}"),
    ("{\"prompt\": \"Hi\", \"response\": \"Hello.\"}", "{completion: \"response\"}"),
    ("{\"instruction\": \"Hi\", \"response\": \"Hello.\"}", "{output: \"response\"}"),
    (
      "{\"question\": \"a\", \"context\": \"c\", \"answer\": \"b\"}",
      "{instruction: \"question\", input: \"context\", output: \"answer\"}"
    ),
    (
      "{\"system_prompt\": \"s\", \"question\": \"a\", \"response\": \"b\"}",
      "{prompt: \"question\", completion: \"response\", system: \"system_prompt\"}"
    ),
    (
      "{\"Instruction\": \"Hi\", \"Output\": \"Hello.\"}",
      "{instruction: \"Instruction\", output: \"Output\"}"
    ),
    ("{\"content\": \"Roses are red.\"}", "{text: \"content\"}"),
    (
      "{\"dialog\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}",
      "{messages: \"dialog\"}"
    ),
  ])
  func `the columns that are proposed read the row`(row: String, columns: String) throws {
    let error = try #require(dataError(row, DatasetOptions(template: "chatml")))
    #expect(error.fix.contains("columns: \(columns)"), "\(error.fix)")
    let names = columns.dropFirst().dropLast().split(separator: ", ").map { pair in
      let sides = pair.split(separator: ": ")
      return (String(sides[0]), String(sides[1].dropFirst().dropLast()))
    }
    let mapping = try ColumnMapping(columns: Dictionary(uniqueKeysWithValues: names))
    let isText = columns.hasPrefix("{text")
    let data = try dataset(
      row, DatasetOptions(columns: mapping, template: isText ? "none" : "chatml"))
    #expect(data.summary.rows == 1)
  }

  @Test func `the row is shown as the proposal reads it`() {
    let fix = dataError("{\"ticket\": \"It broke.\", \"label\": {\"kind\": \"bug\", \"n\": 1.50}}")?
      .fix
    #expect(
      fix == "Say which is which: columns: {prompt: \"ticket\", completion: \"label\"}; "
        + "it reads \"It broke.\", answered \"{\"kind\":\"bug\",\"n\":1.50}\"", "\(fix ?? "")")
  }

  @Test func `objects in named columns are their JSON, with the file's digits and order`() throws {
    let row = "{\"q\": [1, 2.50], \"a\": {\"z\": 1e2, \"b\": null}}"
    let mapping = try ColumnMapping(columns: ["prompt": "q", "completion": "a"])
    let data = try dataset(row, DatasetOptions(columns: mapping, template: "chatml"))
    guard case .messages(let messages) = data.examples[0].content else {
      Issue.record("no conversation")
      return
    }
    #expect(messages.map(\.content) == ["[1,2.50]", "{\"z\":1e2,\"b\":null}"])
    #expect(
      data.summary.notices.contains {
        $0.hasSuffix("lists or objects where text belongs: they are written as JSON")
      }, "\(data.summary.notices)")
    let label = try ColumnMapping(columns: ["prompt": "q", "completion": "label"])
    let verdict = "{\"q\": \"spam?\", \"label\": false}"
    #expect(
      try dataset(verdict, DatasetOptions(columns: label, template: "chatml")).summary.rows == 1)
    let named = "{\"prompt\": \"a\", \"completion\": {\"z\": 1}}"
    #expect(
      dataError(named, DatasetOptions(template: "chatml"))?.reason.contains("an object") == true)
  }

  /// How columns are named, where nothing is known of the keys.
  private let form = "columns: {prompt: \"…\", completion: \"…\"}"

  /// Of these the proposal would train what is not wanted, or lose the labels.
  @Test(arguments: [
    "{\"chosen\": \"Human: q Assistant: a\", \"rejected\": \"Human: q Assistant: b\"}",
    "{\"prompt\": \"q\", \"rejected\": \"z\"}",
    "{\"prompt\": \"p\", \"completions\": [\"a\", \"b\"], \"labels\": [true, false]}",
    "{\"prompt|completion\": \"a|b\"}",
    "{\"subject\": \"s\", \"body\": \"b\", \"department\": \"d\", \"urgency\": \"u\"}",
  ])
  func `replies that are judged, lists and one text of several are not proposed`(row: String) {
    let fix = dataError(row, DatasetOptions(template: "chatml"))?.fix ?? ""
    #expect(!fix.isEmpty && (!fix.contains("{") || fix.hasSuffix(form)), "\(fix)")
  }

  @Test func `an object as a completion is proposed as its JSON`() throws {
    let row = "{\"prompt\": \"p\", \"completion\": {\"urgency\": null}}"
    #expect(
      dataError(row)?.reason.hasSuffix(
        "should be text and is an object; columns: {completion: \"completion\"} reads its JSON")
        == true)
    let columns = try ColumnMapping(columns: ["completion": "completion"])
    #expect(dataError(row, DatasetOptions(columns: columns, template: "none")) == nil)
  }

  @Test(arguments: ["{\"a\": \"x\", \"b\": \"y\"}", "{\"question\": \"a\"}", "{\"answer\": [1]}"])
  func `nothing is proposed that would not read the row`(row: String) {
    let fix = dataError(row)?.fix ?? ""
    #expect(!fix.contains("columns: {messages"), "\(fix)")
    #expect(!fix.contains("columns: {prompt") || fix.hasSuffix(form), "\(fix)")
  }

  @Test func `a system or a context under another name is proposed beside what is read`() throws {
    let row = "{\"instruction\": \"a\", \"context\": \"c\", \"output\": \"b\"}"
    let notices = try dataset(row, DatasetOptions(template: "chatml")).summary.notices
    #expect(
      notices.contains("not used: context (in 1 row); columns: {input: \"context\"} reads it"))
  }
}
