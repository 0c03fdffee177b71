import Files
import Models
import Tensors
import TestSupport
import Testing

/// What tokens attend to, against transformers; see References/README.md.
@Suite struct AttentionSharesTests {
  static let names = [
    "tiny-llama", "families/gemma2-gguf", "families/gemma3", "families/bloom", "families/gpt2",
    "families/qwen3-gguf",
  ]

  @Test(arguments: names)
  func `shares of each head are those of transformers`(model name: String) throws {
    let golden = try JSONValue(golden: "attention/shares.json").at(name)
    let model = try LoadedModel(path: References.path(name + "/hf")).decoder
    let found = model.attentionShares(
      of: try golden.at("tokens").tokens(), layer: Int(try golden.at("layer").number()),
      with: Compute(threadCount: 2, precision: .f32))
    let heads = try golden.at("shares").elements()
    #expect(found.count == heads.count)
    for (head, expected) in zip(found, heads) {
      for (row, expected) in zip(head, try expected.elements()) {
        let expected = try expected.numbers()
        #expect(row.count == expected.count)
        #expect(zip(row, expected).allSatisfy { abs(Double($0) - $1) < 2e-6 })
      }
    }
  }
}
