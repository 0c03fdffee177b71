import CKernels
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Tokenizers

/// The default model against transformers with the same weights in f32; see References/README.md.
@Suite struct DefaultModelTests {
  private let loaded: LoadedModel
  private let expected: JSONValue
  private let exact = Compute(threadCount: 2, precision: .f32)

  init() throws {
    loaded = try DefaultModel.load()
    expected = try JSONValue(golden: "smollm2/expected.json")
  }

  @Test func theFileIsTheOneThatTheReferencesWereMadeWith() throws {
    #expect(
      try FileDigest.sha256(file: loaded.path) == (try expected.at("gguf_sha256").string))
  }

  @Test(arguments: ["prompt", "stretch"])
  func lastLogitsAreThoseOfTransformers(name: String) throws {
    let golden = try expected.at(name)
    let logits = try #require(
      loaded.decoder.logitRows(try golden.at("ids").tokens(), with: exact).last)
    let first = try golden.at("first_16_logits").numbers().map { Float($0) }
    #expect(relativeError(Array(logits.prefix(16)), first) < 2e-5)
    let top = try golden.at("top_5").tokens().map { Int($0) }
    let values = try golden.at("top_5_logits").numbers().map { Float($0) }
    #expect(relativeError(top.map { logits[$0] }, values) < 2e-5)
    #expect(logits.likeliest == (try golden.at("argmax").int))
    let sum = logits.reduce(0.0) { $0 + exp(Double($1)) }
    #expect(relativeError(log(sum), try golden.at("log_sum_exp").number()) < 2e-5)
  }

  @Test func theLossesOfAStretchAreThoseOfTransformers() throws {
    let golden = try expected.at("stretch")
    let tokens = try golden.at("ids").tokens()
    let logits = loaded.decoder.logitRows(tokens, with: exact)
    let losses = try golden.at("token_losses").numbers()
    for (place, loss) in losses.enumerated() {
      let sum = logits[place].reduce(0.0) { $0 + exp(Double($1)) }
      let found = log(sum) - Double(logits[place][Int(tokens[place + 1])])
      #expect(abs(found - loss) < 1e-4)
    }
    let score = loaded.decoder.score(TokenBatch(sequences: [tokens]), with: exact)
    #expect(
      relativeError(score.loss / Double(score.tokens), try golden.at("mean_loss").number())
        < 1e-5)
  }

  @Test(.enabled(if: LicenceText.isThere, "the text comes with Debian"))
  func theTokensOfALongTextAreThoseOfTransformers() throws {
    let golden = try expected.at("stretch")
    let text = try String(contentsOfFile: LicenceText.path, encoding: .utf8)
    #expect(FileDigest.sha256(Array(text.utf8)) == (try golden.at("source_sha256").string))
    let tokens = loaded.tokenizer.encode(text, parseSpecial: false)
    #expect(tokens.count == (try golden.at("source_tokens").int))
    let stretch = Array(tokens[1000..<1064])
    #expect(stretch == (try golden.at("ids").tokens()))
    #expect(loaded.tokenizer.decode(stretch) == (try golden.at("text").string))
  }

  /// The likeliest token leads by 0.08 at least, far above what f32 rounds.
  @Test func theGreedyReplyIsThatOfTransformers() throws {
    let golden = try expected.at("chat")
    let question = try #require(try golden.at("question").string)
    let template = try loaded.text.template(named: "auto", fallback: "none")
    let segments = try template.segments(for: [Message(.user, question)], opensReply: true)
    #expect(segments.map(\.text).joined() == (try golden.at("prompt_text").string))
    let prompt = loaded.text.encode(segments).tokens
    #expect(prompt == (try golden.at("prompt_ids").tokens()))
    let result = TextGenerator(model: loaded.decoder, adapter: nil, compute: exact).generate(
      prompt: prompt, maxTokens: 24, stopTokens: loaded.stopTokens(of: template),
      sampling: SamplingOptions(), seed: 0)
    // The golden ends with the token that ended the turn.
    #expect(result.tokens == Array(try golden.at("new_ids").tokens().dropLast()))
    #expect(result.stopReason == .endOfTurn)
    #expect(loaded.tokenizer.decode(result.tokens) == "The capital of France is Paris.")
  }

  @Test func theReplyByDefaultPrecisionIsTheSame() throws {
    let golden = try expected.at("chat")
    let result = TextGenerator(
      model: loaded.decoder, adapter: nil, compute: Compute(threadCount: 2)
    ).generate(
      prompt: try golden.at("prompt_ids").tokens(), maxTokens: 24,
      stopTokens: loaded.stopTokens(of: nil), sampling: SamplingOptions(), seed: 0)
    #expect(loaded.tokenizer.decode(result.tokens) == "The capital of France is Paris.")
  }

  @Test(arguments: [LinearRole.query, .down], [false, true])
  func nf4MakesTheErrorsOfBitsandbytes(role: LinearRole, isDouble: Bool) throws {
    let path = try loaded.decoder.description.path(role, layer: 0)
    let golden = try expected.at("nf4_errors", path + ".weight")
    let weight = inHuggingFaceOrder(loaded.decoder.weights.blocks[0][role].weight, role)
    #expect([weight.rows, weight.columns] == (try golden.at("shape").tokens().map { Int($0) }))
    let (matrix, error) = weight.quantized(
      to: QuantizationScheme(format: .nf4, isDouble: isDouble), with: exact)
    let errors = try golden.at(isDouble ? "nf4_double" : "nf4")
    // bitsandbytes rounds a few factors to the second nearest code: see QuantizationGoldenTests.
    let limit = isDouble ? 2e-5 : 1e-6
    #expect(relativeError(error.rootMeanSquare, try errors.at("rms_error").number()) < limit)
    #expect(relativeError(Double(error.largest), try errors.at("max_error").number()) < limit)
    let codes = UnsafeRawBufferPointer(
      start: matrix.kernelMatrix.data, count: matrix.rows * matrix.kernelMatrix.row_bytes)
    let digest = withExtendedLifetime(matrix) { FileDigest.sha256(codes) }
    #expect(digest == (try errors.at("codes_sha256").string))
    guard isDouble else { return }
    let offset = try errors.at("offset").number()
    #expect(relativeError(Double(matrix.kernelMatrix.nested_offset), offset) < 1e-6)
    let nested = try errors.at("nested_absmax").numbers().map { Float($0) }
    let found = try withExtendedLifetime(matrix) {
      Array(
        UnsafeBufferPointer(
          start: try #require(matrix.kernelMatrix.nested_scales), count: nested.count))
    }
    #expect(relativeError(found, nested) < 1e-6)
  }

  /// GGUF has rotary pairs side by side; row j·d/2 + i of a head is its row 2i + j.
  private func inHuggingFaceOrder(_ weight: FrozenMatrix, _ role: LinearRole) -> FrozenMatrix {
    let buffer = RawBuffer(byteCount: weight.elementCount * 4)
    let size = loaded.decoder.description.sizes.head
    for row in 0..<weight.rows {
      let place = row % size
      let stored =
        role <= .key ? row - place + 2 * (place % (size / 2)) + place / (size / 2) : row
      weight.dequantize(
        row: stored, into: buffer.bound(to: Float.self) + row * weight.columns)
    }
    return FrozenMatrix(
      format: .f32, rows: weight.rows, columns: weight.columns, data: buffer.base,
      rowByteCount: weight.columns * 4, owners: [buffer])
  }

  @Test(arguments: [false, true], [[LinearRole.query, .value], LinearRole.allCases])
  func aPassTakesTheMemoryThatIsPlanned(recomputes: Bool, targets: [LinearRole]) {
    requirePlanned(LoRAConfiguration(rank: 8, targets: targets), recomputes: recomputes)
  }

  /// The tables of this model are one matrix, which is trained in both places.
  @Test(
    arguments: [false, true],
    [["norm"], ["input_layernorm", "post_attention_layernorm"], ["embed_tokens", "lm_head"]])
  func `a pass that trains modules themselves takes the memory that is planned`(
    recomputes: Bool, names: [String]
  ) {
    var configuration = LoRAConfiguration(rank: 8, targets: [.query, .value])
    for name in names {
      configuration.saved.formUnion(loaded.decoder.description.savedModules(named: name))
    }
    requirePlanned(configuration, recomputes: recomputes)
  }

  private func requirePlanned(_ configuration: LoRAConfiguration, recomputes: Bool) {
    let model = loaded.decoder.description
    let adapter = Adapter(configuration: configuration, model: model, seed: 1)
    adapter.takeValues(of: loaded.decoder.weights)
    let layout = adapter.parameters.layout
    // OpenBLAS, which the portable table takes, has room for a whole head beside what is planned
    let compute = Compute(threadCount: 2, usesLibrary: false)
    let sequences = (0..<2).map { _ in (0..<128).map { Int32($0 + 100) } }
    _ = TrainingPass(model: loaded.decoder, recomputes: recomputes).run(
      TokenBatch(sequences: sequences),
      adapter: AdapterUse(adapter, gradient: AdapterVector(layout: layout)), weight: 1,
      with: compute)
    let planned = ActivationPlan(model: model, layout: layout, precision: compute.precision)
      .byteCount(tokens: 254, recomputes: recomputes)
    #expect(abs(relativeDifference(compute.arena.peakByteCount, planned)) < 0.1)
  }
}

private func relativeDifference(_ value: Int, _ expected: Int) -> Double {
  Double(value - expected) / Double(expected)
}
