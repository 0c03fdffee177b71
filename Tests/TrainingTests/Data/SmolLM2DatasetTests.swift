import Foundation
import Models
import TestSupport
import Testing

import Training

/// Rows as the default model reads them; see References/README.md.
@Suite struct SmolLM2DatasetTests {
  private struct Golden: Decodable {
    struct Row: Decodable {
      let prompt, completion, template: String
      let tokens: [Int32]
      let trained: Int
    }
    let rows: [Row]
  }

  @Test func makesTheTokensOfTransformers() throws {
    let model = try LoadedModel(path: References.defaultModel)
    let file = URL(filePath: References.path("dataset/smollm2.json"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    for row in golden.rows {
      let line = try JSONEncoder().encode(["prompt": row.prompt, "completion": row.completion])
      let data = try Dataset(
        reading: .inline(String(decoding: line, as: UTF8.self)),
        options: DatasetOptions(template: row.template == "chatml" ? "auto" : row.template),
        text: model.text)
      let example = try #require(data.tokenized.first)
      #expect(data.summary.template == row.template)
      #expect(example.tokens == row.tokens, "\(row.prompt)")
      #expect(example.trainedCount == row.trained)
    }
    #expect(golden.rows.count == 18)
  }

  @Test func readsTheExpenseNotesWhole() throws {
    let model = try LoadedModel(path: References.defaultModel)
    let path = References.tests + "/../examples/expenses/train.jsonl"
    let data = try Dataset(
      reading: .file(path: path), options: DatasetOptions(), text: model.text)
    // Counted with transformers: see examples/expenses/README.md.
    #expect(data.summary.rows == 397)
    #expect(data.summary.tokens == 26_896)
    #expect(data.summary.trainedTokens == 10_075)
    #expect(data.summary.endsTrained == 397)
    #expect(data.summary.longest == 85)
    #expect(data.summary.cut.isEmpty)
    #expect(data.summary.skipped.isEmpty)
    #expect(try DatasetSplit(of: data, seed: 42).duplicates == 0)
  }
}
