import Testing

import Training

@Suite struct WrappedRowsTests {
  private let row = "{\"prompt\": \"a\", \"completion\": \"b\"}"

  @Test(arguments: [
    ("{\n \"version\": \"1\",\n \"data\": [\n  %,\n  %\n ]\n}", [4, 5]),
    ("{\"train\": [%, %], \"test\": []}", [1, 1]),
    ("\u{FEFF}{\"a,[\": {\"b\": [1, 2]},\n\"rows\": [\n%,%]}", [3, 3]),
  ])
  func `rows under a key are read, with their lines`(shape: String, lines: [Int]) throws {
    let data = try dataset(shape.replacing("%", with: row))
    #expect(data.examples.map(\.line) == lines)
    #expect(data.summary.notices.first?.hasPrefix("the rows stand under ") == true)
  }

  @Test func `what stands beside the rows is named`() throws {
    let data = try dataset("{\"version\": \"1\", \"test\": [], \"data\": [\(row)]}")
    #expect(data.summary.notices.first == "the rows stand under \"data\"; not used: version")
  }

  @Test func `of two lists none is chosen`() {
    let error = dataError("{\"train\": [\(row)], \"test\": [\(row)]}")
    #expect(
      error?.reason == "the rows stand under \"train\" and \"test\", and one list is read")
    #expect(error?.fix == "Write each list to a file of its own")
  }

  @Test(arguments: [
    "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}",
    "{\"prompt\": \"a\", \"completion\": \"b\", \"meta\": [{\"x\": 1}]}",
  ])
  func `a single row is a row`(text: String) throws {
    #expect(try dataset(text, DatasetOptions(template: "chatml")).summary.rows == 1)
  }
}
