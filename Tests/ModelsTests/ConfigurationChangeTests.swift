import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Changes of config.json, with what transformers makes of each: `make interop` compares all files
/// with the libraries themselves, this replays what it recorded of one.
@Suite struct ConfigurationChangeTests {
  private let folder = TemporaryFolder()
  private let model = References.path("tiny-llama/hf")
  private let compute = Compute(threadCount: 1, precision: .f32, usesLibrary: false)

  @Test func `each change of a key gives transformers' loss or is refused by its name`() throws {
    let tokens = try JSONValue(golden: "tiny-llama/expected.json").at("sequences", "s33").tokens()
    let records = try JSONValue(golden: "interop/config.json").elements()
    #expect(records.count > 500)
    for record in records {
      let change = try record.at("change").string ?? ""
      do {
        // What does not fit the context is refused when it is run.
        guard let found = try loss(of: tokens, "changed", text: try changed(by: record)) else {
          continue
        }
        let expected = try record.at("loss").double
        let difference = expected.map { relativeError(found, $0) } ?? .infinity
        #expect(difference < 1e-5, "\(change): \(found), not \(String(describing: expected))")
      } catch let error as FileError {
        #expect(try isClear(error, about: record), "\(change): \(error)")
      }
    }
  }

  /// Whether a refusal names a key that was changed, or what does not fit it any more.
  private func isClear(_ error: FileError, about record: JSONValue) throws -> Bool {
    let removed = try record.at("removed").elements().compactMap(\.string)
    let keys = try #require(try record.at("set").object).keys + removed
    let sizes = keys.flatMap { Self.wordsOfSizes[$0] ?? [] }
    return (keys + sizes + ["rope", "shape"]).contains { error.cause.contains($0) }
  }

  /// What a refusal calls sizes that do not fit together.
  private static let wordsOfSizes = [
    // Another family has other keys.
    "model_type": ["architectures", "is not known", "hidden_act"], "attention_bias": [".bias"],
    "mlp_bias": [".bias"], "head_dim": ["head size"],
    "hidden_size": ["hidden size"],
    "num_attention_heads": ["attention heads"], "num_key_value_heads": ["key/value heads"],
    "num_hidden_layers": ["layers"], "vocab_size": ["its embedding only"],
  ]

  /// The mean loss of the sequence, or nil where it is longer than the model's context.
  private func loss(of tokens: [Int32], _ name: String, text: String) throws -> Double? {
    folder.write(text, as: "\(name)/config.json")
    for file in ["model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    where !folder.has("\(name)/\(file)") {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(name)/\(file)", withDestinationPath: "\(model)/\(file)")
    }
    let decoder = try LoadedModel(path: folder.path + "/" + name).decoder
    guard decoder.description.sizes.context >= tokens.count else { return nil }
    let score = decoder.score(TokenBatch(sequences: [tokens]), with: compute)
    return score.loss / Double(score.tokens)
  }

  /// The configuration with the members of a record, whose values are kept as they were written.
  private func changed(by record: JSONValue) throws -> String {
    var base = try #require(try JSONValue(file: model + "/config.json").object)
    for key in try record.at("removed").elements().compactMap(\.string) { base[key] = nil }
    let set = try #require(try record.at("set").object)
    for key in set.keys { base[key] = nil }
    let kept = base.members.map { "\(JSONValue.string($0.key).text()): \($0.value.text())" }
    let new = set.members.map { "\(JSONValue.string($0.key).text()): \($0.value.string ?? "")" }
    return "{" + (kept + new).joined(separator: ", ") + "}"
  }
}
