import ArgumentParser
import Models
import Tensors

/// `skillet-bench`: checks each case's result, then times it.
@main
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "skillet-bench",
    abstract: "Check, then time, products, training steps, prompts and decoding.",
    discussion: """
      Every figure is the median of the rounds, with the slowest and fastest beside it, its share of \
      what this machine can do at best, and stands only behind a check of the same result. Nothing \
      else should run meanwhile.
      """)

  @Option(help: "The model; a .gguf file or a Hugging Face folder.")
  var model = "models/SmolLM2-135M-Instruct.Q4_1.gguf"

  @Option(help: "Only the case of this name, or those whose name contains it.")
  var only = ""

  @Option(help: "Rounds of each case.")
  var rounds = 5

  @Option(help: "Format of the frozen weights in training cases; keep takes the file's.")
  var scheme = "nf4"

  @Option(help: "A text whose perplexity checks decoding.")
  var text = "LICENSE"

  @Flag(help: "Tables over sequence length, batch and rank instead.")
  var growth = false

  @Flag(help: "One JSON object a case.")
  var json = false

  @Flag(help: "Leave the check out and print the peak memory of the work alone.")
  var unchecked = false

  @Option(help: "Run other tools in turn with ours: peers.")
  var vs: String?

  @Option(help: "The Python that has the peers.")
  var python = ".venv-peers/bin/python"

  @Option(help: "The peers' copy of the model, a Hugging Face folder.")
  var peerModel = "models/smollm2-hf"

  @Flag(help: "With the peers, also PyTorch's compiled step.")
  var compiled = false

  @Option(help: "With the peers, a whole fine-tune on these JSON lines of prompt and completion.")
  var rows: String?

  @Option(help: "The rows that the fine-tune is scored on.")
  var heldOut: String?

  func validate() throws {
    if (rows == nil) != (heldOut == nil) {
      throw ValidationError("--rows and --held-out belong together")
    }
    if let vs, vs != "peers" { throw ValidationError("--vs takes peers, not \(vs)") }
    if scheme != "keep", !QuantizationScheme.formats.contains(where: { $0.rawValue == scheme }) {
      throw ValidationError("there is no format \(scheme)")
    }
  }

  func run() throws {
    if !json { print(MachineDescription.line) }
    if vs != nil {
      try PeerComparison(
        python: python, folder: peerModel, model: model, rounds: rounds,
        includesCompiled: compiled, fineTune: fineTuneRows
      ).run(only: only)
      return
    }
    let compute = Compute()
    let peak = MachinePeak(compute)
    if !json { print(peak.line) }
    let cases = try growth ? growthCases(compute) : standardCases(compute)
    let chosen = cases.contains { $0.name == only } ? cases.filter { $0.name == only } : cases
    for item in chosen where only.isEmpty || item.name.contains(only) {
      let measurement = try Measurement(
        item, rounds: rounds, peak: peak, isChecked: !unchecked)
      print(json ? measurement.json : measurement.line)
    }
  }

  private var fineTuneRows: FineTuneRows? {
    guard let rows, let heldOut else { return nil }
    return FineTuneRows(train: rows, heldOut: heldOut)
  }

  private func standardCases(_ compute: Compute) throws -> [any BenchmarkCase] {
    let loaded = try LoadedModel(path: model)
    let frozen = FrozenModel(loaded, format: WeightFormat(rawValue: scheme))
    var cases: [any BenchmarkCase] = ProductCase.standard
    for targets in [[LinearRole.query, .value], LinearRole.allCases] {
      for recomputes in [false, true] {
        cases.append(
          StepCase(
            frozen: frozen, precision: compute.precision, setting: TrainingSetting(scheme: scheme),
            targets: targets, recomputes: recomputes))
      }
    }
    let reading = try ReadingModel(FrozenModel(loaded), text: text)
    cases.append(PromptCase(model: reading, tokens: 512))
    cases.append(DecodingCase(model: reading, tokens: 64, checkedTokens: 512))
    cases.append(TogetherCase(model: reading, texts: 16, tokens: 64))
    if WeightFormat(rawValue: scheme) != nil {
      let quantized = try ReadingModel(frozen, label: ", \(scheme)", text: text)
      cases.append(DecodingCase(model: quantized, tokens: 64, checkedTokens: 512))
      cases.append(TogetherCase(model: quantized, texts: 16, tokens: 64))
    }
    return cases
  }

  private func growthCases(_ compute: Compute) throws -> [any BenchmarkCase] {
    let frozen = FrozenModel(
      try LoadedModel(path: model), format: WeightFormat(rawValue: scheme))
    func step(_ change: (inout TrainingSetting) -> Void) -> StepCase {
      var setting = TrainingSetting(scheme: scheme)
      change(&setting)
      return StepCase(
        frozen: frozen, precision: compute.precision, setting: setting,
        targets: LinearRole.allCases, recomputes: false)
    }
    return [128, 256, 512, 1024, 2048].map { length in
      step { ($0.sequences, $0.length) = (1, length) }
    } + [1, 2, 4, 8, 16].map { sequences in step { $0.sequences = sequences } }
      + [1, 2, 4, 8, 16, 32, 64, 128, 256].map { rank in step { $0.rank = rank } }
  }
}
