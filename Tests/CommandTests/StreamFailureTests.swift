import Glibc
import TestSupport
import Testing

/// Streams that are full, closed or gone, and signals that ask for the end.
@Suite struct StreamFailureTests {
  private func shell(_ skillet: SkilletRun, _ script: String) throws -> ChildProcess.Outcome {
    let process = try ChildProcess(
      "/bin/bash", ["-c", "skillet=\(SkilletRun.executable); \(script)"],
      environment: skillet.environment, folder: skillet.folder.path)
    return withExtendedLifetime(skillet) { process.outcome() }
  }

  @Test(arguments: [
    "run test.recipe", "run --json test.recipe", "check --json test.recipe",
    "fmt - < test.recipe", "fmt --json test.recipe", "explain E0203", "explain", "doctor",
    "doctor --json", "reference", "reference --json", "--help", "help run", "--version",
    "< test.recipe", "--json < test.recipe",
  ])
  func `results that a full device takes not are a failure`(_ command: String) throws {
    let skillet = try SkilletRun()
    skillet.folder.write("1 + 1\n", as: "test.recipe")
    if command.contains("run") || command.contains("check") {
      skillet.folder.write(TinyRecipe.header + "show 1 + 1\n", as: "test.recipe")
    }
    let outcome = try shell(skillet, "$skillet \(command) > /dev/full")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("No space left on device"), outcome.comment)
    let closed = try shell(skillet, "$skillet \(command) >&-")
    #expect(closed.ending == .exited(1), closed.comment)
  }

  @Test func `a training whose reader is gone stops and keeps its adapter`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      TinyRecipe.adapter + "train steps: 10000000, lr: 1e-3\n", as: "long.recipe")
    let outcome = try shell(
      skillet, "$skillet run long.recipe | sleep 2; exit ${PIPESTATUS[0]}")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(skillet.folder.has("interrupted-adapter/adapter_model.safetensors"), outcome.comment)
  }

  @Test func `a closed standard input ends the prompt, and is no recipe`() throws {
    let skillet = try SkilletRun()
    let prompt = try shell(skillet, "exec timeout 20 $skillet <&-")
    #expect(prompt.ending == .exited(0), prompt.comment)
    let recipe = try shell(skillet, "$skillet run - <&-")
    #expect(recipe.ending == .exited(66), recipe.comment)
    #expect(recipe.errors.contains("standard input cannot be read"), recipe.comment)
  }

  @Test(arguments: [(SIGHUP, 129), (SIGTERM, 143)] as [(Int32, Int32)])
  func `SIGHUP and SIGTERM save as Ctrl-C does`(_ signal: Int32, _ status: Int32) throws {
    let skillet = try SkilletRun()
    let lines = TinyRecipe.adapter + "train steps: 10000000, lr: 1e-3\n"
    skillet.folder.write(lines, as: "long.recipe")
    for (arguments, input) in [(["run", "--json", "long.recipe"], ""), (["--json"], lines)] {
      let process = try skillet.start(arguments, input: input)
      #expect(process.waitForOutput("\"verb\":\"train\",\"done\":3"))
      process.signal(signal)
      let outcome = process.outcome()
      #expect(outcome.ending == .exited(status), outcome.comment)
      #expect(
        outcome.output.contains(/in interrupted-adapter(-2)?; with the same model/), outcome.comment
      )
      #expect(skillet.folder.has("interrupted-adapter/training_state.safetensors"))
    }
  }
}
