import ArgumentParser
import Models
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `skillet-bench`: checks each case's result, then times it.
@main
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "skillet-bench",
    abstract: "Check, then time, products, training steps, prompts and decoding.",
    discussion: """
      Every figure is the median of the rounds, with the fastest and slowest beside it, and stands \
      only behind a check of the same result. Nothing else should run meanwhile.
      """)

  @Argument(help: "The model; a .gguf file or a Hugging Face folder.")
  var model = "models/SmolLM2-135M-Instruct.Q4_1.gguf"

  @Option(help: "Only cases whose name contains this.")
  var only = ""

  @Option(help: "Rounds of each case.")
  var rounds = 5

  @Option(help: "Format of the frozen weights in training cases; keep takes the file's.")
  var scheme = "nf4"

  @Option(help: "Rank of the adapter.")
  var rank = 8

  @Option(help: "Sequences in a training step.")
  var batch = 4

  @Option(help: "Tokens of each sequence.")
  var sequence = 256

  func run() throws {
    print(MachineDescription.line)
    let compute = Compute()
    let exact = Compute(precision: .f32)
    let loaded = try LoadedModel(path: model)
    var cases: [any BenchmarkCase] = ProductCase.standard
    let training = TrainingSetting(
      scheme: scheme, rank: rank, sequences: batch, length: sequence)
    for targets in [[TargetModule.q_proj, .v_proj], TargetModule.allCases] {
      for recomputes in [false, true] {
        cases.append(
          StepCase(
            model: loaded.decoder, setting: training, targets: targets, recomputes: recomputes))
      }
    }
    cases.append(PromptCase(model: loaded.decoder, tokens: 512))
    cases.append(DecodingCase(model: loaded.decoder, tokens: 64))
    for item in cases where only.isEmpty || item.name.contains(only) {
      print(try Measurement(item, rounds: rounds, compute: compute, exact: exact).line)
    }
    print("peak memory of this process: \(PeakMemory.megabytes) MB")
  }
}
