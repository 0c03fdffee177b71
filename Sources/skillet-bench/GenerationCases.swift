import Models
import Tensors

/// Logits after a prompt, from the quantized weights.
private func logits(
  after tokens: [Int32], chunk: Int, _ model: DecoderModel, _ compute: Compute
) -> [Float] {
  let cache = KeyValueCache(configuration: model.configuration, capacity: tokens.count)
  var logits = [Float](repeating: 0, count: model.weights.head.rows)
  logits.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    for start in stride(from: 0, to: tokens.count, by: chunk) {
      model.feed(
        Array(tokens[start..<min(tokens.count, start + chunk)]), cache: cache, into: base,
        with: compute)
    }
  }
  return logits
}

private func tokens(_ count: Int, _ model: DecoderModel) -> [Int32] {
  var random = RandomGenerator(seed: 5, stream: "bench prompt")
  return (0..<count).map { _ in
    Int32(random.integer(below: model.configuration.vocabularySize))
  }
}

/// Root mean square of the difference of logits over their spread.
private func difference(_ first: [Float], _ second: [Float]) -> Double {
  let mean = second.reduce(0.0) { $0 + Double($1) } / Double(second.count)
  let spread = second.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  let error = zip(first, second).reduce(0.0) {
    $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
  }
  return (error / spread).squareRoot()
}

/// Processing a prompt in one batch.
struct PromptCase: BenchmarkCase {
  let model: DecoderModel
  let tokens: Int

  var name: String { "prompt of \(tokens) tokens" }
  var work: Double { Double(tokens) }
  var unit: String { "tokens/s" }
  var tolerance: Double { 0.05 }

  func check(_ compute: Compute, against exact: Compute) throws -> Double {
    let prompt = skillet_bench.tokens(tokens, model)
    return difference(
      logits(after: prompt, chunk: tokens, model, compute),
      logits(after: prompt, chunk: tokens, model, exact))
  }

  func prepare(_ compute: Compute) throws -> () -> Void {
    let prompt = skillet_bench.tokens(tokens, model)
    return { _ = logits(after: prompt, chunk: tokens, model, compute) }
  }
}

/// One token at a time.
struct DecodingCase: BenchmarkCase {
  let model: DecoderModel
  let tokens: Int

  var name: String { "decoding \(tokens) tokens, batch 1" }
  var work: Double { Double(tokens) }
  var unit: String { "tokens/s" }
  var tolerance: Double { 0.05 }

  func check(_ compute: Compute, against exact: Compute) throws -> Double {
    let text = skillet_bench.tokens(tokens, model)
    return difference(
      logits(after: text, chunk: 1, model, compute), logits(after: text, chunk: 1, model, exact))
  }

  func prepare(_ compute: Compute) throws -> () -> Void {
    let text = skillet_bench.tokens(tokens, model)
    return { _ = logits(after: text, chunk: 1, model, compute) }
  }
}
