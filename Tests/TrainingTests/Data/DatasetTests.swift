import Testing
import Tokenizers

import Training

@Suite struct DatasetTests {
  let pairs = """
    {"prompt": "a", "completion": "bb"}
    {"prompt": "c", "completion": ""}
    {"prompt": "dddddd", "completion": "e"}
    {"prompt": "f", "completion": "gggggggggg"}
    """

  @Test func accountsForEveryRow() throws {
    let data = try dataset(pairs, DatasetOptions(template: "none", maxLength: 6))
    #expect(data.summary.rows == 2)
    #expect(data.summary.tokens == 4 + 6)
    #expect(data.summary.trainedTokens == 3 + 2)
    #expect(data.summary.endsTrained == 2)
    #expect(data.summary.longest == 6)
    #expect(data.summary.cut.map(\.line) == [3])
    #expect(data.summary.skipped.map(\.line) == [2, 4])
    #expect(data.examples.map(\.line) == data.tokenized.map(\.line))
  }

  @Test(arguments: [
    ("{\"prompt\": \"a\", \"completion\": \"b\"}", nil, "none"),
    ("{\"prompt\": \"a\", \"completion\": \"b\"}", chatML, "chatml"),
    ("{\"instruction\": \"a\", \"output\": \"b\"}", nil, "alpaca"),
    ("{\"instruction\": \"a\", \"output\": \"b\"}", chatML, "chatml"),
    ("{\"text\": \"a\"}", chatML, "none"),
  ])
  func choosesTheTemplate(row: String, jinja: String?, template: String) throws {
    #expect(try dataset(row, DatasetOptions(), jinja: jinja).summary.template == template)
  }

  @Test func wantsATemplateNamedForConversationsOfAModelWithoutOne() {
    let row = "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}"
    #expect(dataError(row, DatasetOptions())?.fix.contains("template: chatml") == true)
  }

  @Test func neverGuessesATemplateOfTheModelThatCannotBeRun() throws {
    let row = "{\"prompt\": \"a\", \"completion\": \"b\"}"
    let error = #expect(throws: DataError.self) {
      try dataset(row, DatasetOptions(), jinja: "{% if %}")
    }
    #expect(error?.fix.contains("The model's own chat template cannot be used: line 1") == true)
    #expect(
      try dataset(row, DatasetOptions(template: "zephyr"), jinja: "{% if %}")
        .summary.template == "zephyr")
  }

  @Test func refusesATemplateForPlainText() {
    let options = DatasetOptions(template: "chatml")
    #expect(dataError("{\"text\": \"a\"}", options)?.reason.contains("no turns") == true)
  }

  @Test func namesTheNearestTemplate() {
    let options = DatasetOptions(template: "chatlm")
    #expect(
      dataError("{\"prompt\": \"a\", \"completion\": \"b\"}", options)?
        .fix.contains("Did you mean \"chatml\"?") == true)
  }
}
