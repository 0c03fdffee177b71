import Glibc
import TestSupport
import Testing

/// Ctrl-C while a recipe runs.
@Suite struct InterruptionTests {
  @Test(arguments: ["", "save \"out\"\n"])
  func `a training that is interrupted keeps its adapter and ends with 130`(
    _ rest: String
  ) throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      TinyRecipe.adapter + "train steps: 1000000, lr: 1e-3\n" + rest, as: "long.recipe")
    let process = try skillet.start(["run", "--json", "long.recipe"])
    #expect(process.waitForOutput("\"verb\":\"train\",\"done\":3"))
    process.signal(SIGINT)
    let outcome = process.outcome()
    #expect(outcome.ending == .exited(130), outcome.comment)
    #expect(outcome.output.contains("{\"event\":\"done\",\"ok\":false,"), outcome.comment)
    #expect(outcome.output.contains("the adapter of step "), outcome.comment)
    #expect(skillet.folder.has("interrupted-adapter/adapter_model.safetensors"))
    #expect(!skillet.folder.has("out"))
    let again = try skillet.recipe(
      TinyRecipe.header + "load \"\(TinyRecipe.model)\", adapter: \"interrupted-adapter\"\n")
    #expect(again.ending == .exited(0), again.comment)
  }

  /// The one test that takes its time: a line comes every ten seconds.
  @Test func `long work without a terminal is estimated, and writes a line now and then`()
    throws
  {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + "train steps: 10000000, budget: 15s\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let line = /\ntrain \d+\/10000000, loss [\d.]+, \d+ tok\/s, 0:\d\d left, [\d.]+ MB\n/
    #expect(outcome.errors.matches(of: line).count == 1, outcome.comment)
    #expect(outcome.errors.contains("this will take about 15 s, by the first "), outcome.comment)
    #expect(outcome.errors.contains(/it took 1\ds?[^;]*; 15 s were promised/), outcome.comment)
    #expect(!outcome.errors.contains("\r") && !outcome.output.contains("tok/s,"), outcome.comment)
  }

  @Test func `a second interruption leaves the adapter of the first where it is`() throws {
    let skillet = try SkilletRun()
    let recipe = TinyRecipe.adapter + "train steps: 1000000, lr: 1e-3\n"
    skillet.folder.write(recipe, as: "long.recipe")
    var bytes: [[UInt8]] = []
    for name in ["interrupted-adapter", "interrupted-adapter-2"] {
      let process = try skillet.start(["run", "--json", "long.recipe"])
      #expect(process.waitForOutput("\"verb\":\"train\",\"done\":3"))
      process.signal(SIGINT)
      let outcome = process.outcome()
      #expect(outcome.output.contains("in \(name); with the same model"), outcome.comment)
      bytes.append(try skillet.folder.bytes(of: "interrupted-adapter/adapter_model.safetensors"))
    }
    #expect(bytes[0] == bytes[1])
  }

  @Test func `a piped session stops where it is interrupted and keeps its adapter`() throws {
    let skillet = try SkilletRun()
    let process = try skillet.start(
      ["--json"], input: TinyRecipe.adapter + "train steps: 1000000, lr: 1e-3\nsave \"out\"\n")
    #expect(process.waitForOutput("\"verb\":\"train\",\"done\":3"))
    process.signal(SIGINT)
    let outcome = process.outcome()
    #expect(outcome.ending == .exited(130), outcome.comment)
    #expect(outcome.output.contains("in interrupted-adapter; with the same model"), outcome.comment)
    #expect(skillet.folder.has("interrupted-adapter/adapter_model.safetensors"))
    #expect(!skillet.folder.has("out"))
  }
}
