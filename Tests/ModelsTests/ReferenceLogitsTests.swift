import Files
import Models
import Tensors
import TestSupport
import Testing

/// Logits and losses of transformers with the same weights; see References/README.md.
@Suite struct ReferenceLogitsTests {
  /// One weight file, and the results that it must give.
  struct Case: Sendable, CustomTestStringConvertible {
    let model: String
    let file: String
    let results: String
    let usesLibrary: Bool

    var testDescription: String { "\(model)/\(file)" + (usesLibrary ? ", OpenBLAS" : "") }
    var compute: Compute {
      Compute(threadCount: 2, precision: .f32, usesLibrary: usesLibrary)
    }

    func decoder() throws -> DecoderModel {
      try LoadedModel(path: References.path("\(model)/\(file)")).decoder
    }

    func expected() throws -> JSONValue { try JSONValue(golden: "\(model)/expected.json") }
  }

  static let cases = [false, true].flatMap { usesLibrary in
    [
      ("tiny-llama", "hf", "hf"), ("tiny-llama", "f32.gguf", "hf"),
      ("tiny-llama", "q8_0.gguf", "q8_0"), ("tiny-llama", "q4_1.gguf", "q4_1"),
      ("block_formats", "mixed.gguf", "mixed"),
      ("tiny-llama-tied", "hf", "hf"), ("tiny-llama-tied", "q4_1.gguf", "q4_1"),
    ].map { Case(model: $0.0, file: $0.1, results: $0.2, usesLibrary: usesLibrary) }
  }

  private static let limit = 1e-5

  @Test(arguments: cases, ["s7", "s33"])
  func logitsAreThoseOfTransformers(of sample: Case, sequence: String) throws {
    let expected = try sample.expected()
    let tokens = try expected.at("sequences", sequence).tokens()
    let logits = try sample.decoder().logitRows(tokens, with: sample.compute)
    let golden = try Goldens("\(sample.model)/logits.safetensors")
      .floats("\(sample.results).\(sequence).logits")
    let found = logits.flatMap { $0 }.suffix(golden.count)
    #expect(relativeError(Array(found), golden) < Self.limit)
    let likeliest = try expected.at("results", sample.results, sequence, "argmax").tokens()
    #expect(logits.map(\.likeliest) == likeliest.map { Int($0) })
  }

  @Test(arguments: cases, ["s7", "s33"])
  func tokenLossesAreThoseOfTransformers(of sample: Case, sequence: String) throws {
    let expected = try sample.expected()
    let tokens = try expected.at("sequences", sequence).tokens()
    let results = try expected.at("results", sample.results, sequence)
    let (model, compute) = (try sample.decoder(), sample.compute)
    let each = try results.at("token_loglikelihoods").numbers()
    for (place, loglikelihood) in each.enumerated() {
      var batch = TokenBatch()
      batch.append(tokens, trained: tokens.indices.map { $0 == place + 1 })
      let loss = model.score(batch, with: compute).loss
      #expect(relativeError(-loss, loglikelihood) < Self.limit)
    }
    let whole = model.score(TokenBatch(sequences: [tokens]), with: compute)
    #expect(whole.tokens == each.count)
    #expect(relativeError(-whole.loss, try results.at("loglikelihood").number()) < Self.limit)
  }

  @Test(arguments: cases)
  func theMaskedLossIsThatOfTransformers(of sample: Case) throws {
    let expected = try sample.expected()
    let tokens = try expected.at("sequences", "s33").tokens()
    let masked = try expected.at("results", sample.results, "masked")
    func score(_ trained: [Bool]) throws -> CrossEntropy.Score {
      var batch = TokenBatch()
      batch.append(tokens, trained: trained)
      return try sample.decoder().score(batch, with: sample.compute)
    }
    let some = try score(try expected.at("train_flags_s33").flags())
    #expect(some.tokens == (try masked.at("trained_tokens").int))
    #expect(
      relativeError(some.loss / Double(some.tokens), try masked.at("loss").number()) < Self.limit)
    let all = try score(tokens.map { _ in true })
    #expect(
      relativeError(all.loss / Double(all.tokens), try masked.at("loss_of_all").number())
        < Self.limit)
  }

  @Test(arguments: cases)
  func oneTokenAtATimeGivesTheSameLogits(of sample: Case) throws {
    let tokens = try sample.expected().at("sequences", "s7").tokens()
    let golden = try Goldens("\(sample.model)/logits.safetensors")
      .floats("\(sample.results).s7.logits")
    let (model, compute) = (try sample.decoder(), sample.compute)
    let cache = KeyValueCache(sizes: model.description.sizes, capacity: tokens.count)
    let found = tokens.flatMap { model.fed([$0], cache: cache, with: compute) }
    #expect(relativeError(found, golden) < Self.limit)
  }
}
