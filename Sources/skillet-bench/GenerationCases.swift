import Foundation
import Models
import Tensors
import Tokenizers

/// A model with a real text to read, from its quantized weights.
struct ReadingModel {
  let frozen: FrozenModel
  /// Behind the names of its cases; empty for the file's own format.
  let label: String
  /// The text's tokens, as many as any case needs or all there are.
  let tokens: [Int32]

  /// - Parameter text: a file; its beginning is read.
  init(_ frozen: FrozenModel, label: String = "", text path: String) throws {
    self.frozen = frozen
    self.label = label
    let text = try String(contentsOfFile: path, encoding: .utf8)
    tokens = Array(
      frozen.loaded.tokenizer.encode(String(text.prefix(8000)), parseSpecial: false).prefix(1024))
  }

  var decoder: DecoderModel { frozen.decoder }

  /// With its weights quantized, so that no round does it.
  func prepared() throws -> ReadingModel {
    guard !tokens.isEmpty else { throw WrongResult(description: "the text has no tokens to read") }
    _ = decoder
    return self
  }

  /// Feeds the first `count` tokens in pieces of `chunk`; `score` sees the logits after each piece.
  func feed(
    _ count: Int, chunk: Int, _ compute: Compute,
    score: (_ position: Int, _ logits: UnsafeMutableBufferPointer<Float>) -> Void = { _, _ in }
  ) {
    let text = Array(tokens.prefix(count))
    let cache = KeyValueCache(sizes: decoder.description.sizes, capacity: text.count)
    compute.arena.scoped {
      let logits = compute.arena.matrix(1, decoder.weights.head.rows)
      for start in stride(from: 0, to: text.count, by: chunk) {
        let end = min(text.count, start + chunk)
        decoder.feed(Array(text[start..<end]), cache: cache, into: logits, with: compute)
        unsafe score(
          end - 1, UnsafeMutableBufferPointer(start: logits.base, count: logits.columns))
      }
    }
  }

  var weightBytes: Int {
    (decoder.weights.linears + [decoder.weights.head]).reduce(0) { $0 + $1.byteCount }
  }

  /// All weights, and keys and values of as many tokens.
  func plannedBytes(tokens: Int) -> Int {
    decoder.weights.byteCount
      + KeyValueCache.byteCount(sizes: decoder.description.sizes, capacity: tokens)
  }

  var weightCount: Int { decoder.weights.linears.reduce(0) { $0 + $1.elementCount } }
}

/// Processing a prompt in one batch.
struct PromptCase: BenchmarkCase {
  let model: ReadingModel
  let tokens: Int

  var name: String { "prompt of \(tokens) tokens" }
  var work: Double { Double(tokens) }
  var unit: String { "tokens/s" }
  /// The head is needed for the last position only.
  var limit: Limit {
    let sizes = model.decoder.description.sizes
    let seen = sizes.layers * sizes.query * (tokens + 1) / 2
    return .products(Double(2 * model.weightCount + 4 * seen) * work / 1e9)
  }
  var tolerance: Double { 0.05 }

  /// Of the last position's logits: root mean square of the difference over their spread.
  func check(_ compute: Compute, against exact: Compute) throws -> Double {
    var results: [[Float]] = []
    for compute in [compute, exact] {
      model.feed(tokens, chunk: tokens, compute) { results.append(Array($1)) }
    }
    let mean = results[1].reduce(0.0) { $0 + Double($1) } / Double(results[1].count)
    let spread = results[1].reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let error = zip(results[0], results[1]).reduce(0.0) {
      $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
    }
    return (error / spread).squareRoot()
  }

  func prepare(_ compute: Compute) throws -> () -> Void {
    let model = try model.prepared()
    return { model.feed(tokens, chunk: tokens, compute) }
  }
}

/// One token at a time, as a reply is made.
struct DecodingCase: BenchmarkCase {
  let model: ReadingModel
  let tokens: Int
  /// Tokens whose perplexity is compared.
  let checkedTokens: Int

  var name: String { "decoding \(tokens) tokens, batch 1" + model.label }
  var work: Double { Double(tokens) }
  var unit: String { "tokens/s" }
  var limit: Limit { .reading(Double(model.weightBytes) * work / 1e9) }
  var plannedBytes: Int? { model.plannedBytes(tokens: tokens) }
  /// Rounding activations to 8 bits moves the loss of a token by 0.09 nats (Q4_1) to 0.14 (NF4), up and
  /// down alike and with every table of kernels; chance moves the mean by as much over the root of their
  /// number, of which three times are allowed.
  var tolerance: Double { 3 * 0.14 / Double(checkedTokens).squareRoot() }

  /// The relative change of perplexity.
  func check(_ compute: Compute, against exact: Compute) throws -> Double {
    let losses = [compute, exact].map { compute in
      var loss = 0.0
      model.feed(checkedTokens, chunk: 1, compute) { position, logits in
        guard position + 1 < min(checkedTokens, model.tokens.count) else { return }
        loss += Self.surprise(at: Int(model.tokens[position + 1]), logits)
      }
      return loss / Double(max(1, min(checkedTokens, model.tokens.count) - 1))
    }
    return abs(exp(losses[0] - losses[1]) - 1)
  }

  /// −log p(token), in nats.
  private static func surprise(
    at token: Int, _ logits: UnsafeMutableBufferPointer<Float>
  ) -> Double {
    let most = Double(logits.max() ?? 0)
    let sum = logits.reduce(0.0) { $0 + exp(Double($1) - most) }
    return most + log(sum) - Double(logits[token])
  }

  func prepare(_ compute: Compute) throws -> () -> Void {
    let model = try model.prepared()
    return { model.feed(tokens, chunk: 1, compute) }
  }
}

/// A token of each of several texts at a time, as replies to a list of prompts are made.
struct TogetherCase: BenchmarkCase {
  let model: ReadingModel
  let texts: Int
  /// Of each text.
  let tokens: Int

  var name: String { "decoding \(tokens) tokens, batch \(texts)" + model.label }
  var work: Double { Double(texts * tokens) }
  var unit: String { "tokens/s" }
  var limit: Limit { .reading(Double(model.weightBytes) * Double(tokens) / 1e9) }
  /// Each text comes out as alone.
  var tolerance: Double { 0 }

  /// The largest difference of a logit from what the text gives alone.
  func check(_ compute: Compute, against exact: Compute) throws -> Double {
    _ = try model.prepared()
    let count = min(tokens, 8)
    let together = logits(of: Array(0..<texts), count, compute)
    return (0..<texts).reduce(0) { most, text in
      zip(together[text], logits(of: [text], count, compute)[0]).reduce(most) {
        max($0, Double(abs($1.0 - $1.1)))
      }
    }
  }

  func prepare(_ compute: Compute) throws -> () -> Void {
    let model = try model.prepared()
    let prepared = TogetherCase(model: model, texts: texts, tokens: tokens)
    return { _ = prepared.logits(of: Array(0..<texts), tokens, compute) }
  }

  /// What follows the first tokens of texts that begin at different places; a token of each at a time.
  private func logits(of texts: [Int], _ count: Int, _ compute: Compute) -> [[Float]] {
    let sizes = model.decoder.description.sizes
    let caches = texts.map { _ in KeyValueCache(sizes: sizes, capacity: count) }
    return compute.arena.scoped {
      let logits = compute.arena.matrix(texts.count, model.decoder.weights.head.rows)
      for place in 0..<count {
        let next = texts.map { model.tokens[($0 * 7 + place) % model.tokens.count] }
        model.decoder.step(next, caches: caches, into: logits, with: compute)
      }
      return (0..<logits.rows).map { row in
        (0..<logits.columns).map { unsafe logits.row(row)[$0] }
      }
    }
  }
}
