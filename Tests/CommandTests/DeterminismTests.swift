import Foundation
import TestSupport
import Testing

/// The same recipe gives the same adapter, byte for byte.
@Suite struct DeterminismTests {
  private static let weights = "out/adapter_model.safetensors"

  private static let recipe =
    TinyRecipe.adapter + """
      lora rank: 3, dropout: 0.1
      let fit = train epochs: 4, lr: 1e-2, batch: 2
      fit.loss
      save "out"

      """

  /// The adapter's files, and the loss with all its digits.
  private func train(
    _ environment: [String: String] = [:]
  ) throws -> (files: [[UInt8]], loss: Double) {
    let skillet = try SkilletRun(environment)
    let outcome = try skillet.recipe(Self.recipe, "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let line = try #require(
      outcome.output.split(separator: "\n").first { $0.contains("\"verb\":null") })
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return (
      try [Self.weights, "out/adapter_config.json"].map { try skillet.folder.bytes(of: $0) },
      try #require(object?["value"] as? Double)
    )
  }

  @Test func `two runs and any number of threads save the same bytes`() throws {
    let first = try train()
    #expect(first.files[0].count > 3000)
    for threads in ["1", "2", "3"] {
      let again = try train(["SKILLET_THREADS": threads])
      #expect(again.files == first.files, "\(threads) threads")
      #expect(again.loss == first.loss)
    }
  }

  @Test func `another instruction set gives nearly the same loss`() throws {
    let best = try train()
    let doctor = try SkilletRun()("doctor", "--json").output
    for name in ["avx512", "avx2", "neon", "portable"] where doctor.contains("\"\(name)\"") {
      let other = try train(["SKILLET_ISA": name])
      // bf16 keeps 8 bits of an operand.
      #expect(abs(other.loss - best.loss) < 0.02 * best.loss, "\(name)")
      #expect(other.loss.isFinite && other.loss > 0)
    }
  }

  @Test func `the fingerprint of a training is that of the file`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(Self.recipe, "--json")
    let key = try #require(outcome.output.firstRange(of: "\"adapter_sha256\":\""))
    let trained = outcome.output[key.upperBound...].prefix(64)
    #expect(outcome.output.contains("\"sha256\":\"\(trained)\""), outcome.comment)
  }
}
