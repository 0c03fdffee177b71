import Files
import Models
import RecipeLanguage
import Training

/// The session's training as a configuration for Axolotl, in YAML.
struct AxolotlConfiguration {
  private let handover: Handover
  private let rows: (train: String, valid: String)
  private let rates: AxolotlRates

  /// - Parameter rows: what the files with rows are called, in the configuration's folder.
  init(
    _ handover: Handover, rows: (train: String, valid: String)
  ) throws(VerbFailure) {
    (self.handover, self.rows) = (handover, rows)
    rates = try AxolotlRates(of: handover.call, handover.layout)
  }

  private static let loraNames = [
    "r": "lora_r", "lora_alpha": "lora_alpha", "lora_dropout": "lora_dropout",
    "target_modules": "lora_target_modules", "layers_to_transform": "peft_layers_to_transform",
    "use_rslora": "peft_use_rslora", "use_dora": "peft_use_dora",
    "rank_pattern": "lora_rank_pattern",
    "alpha_pattern": "lora_alpha_pattern", "modules_to_save": "lora_modules_to_save",
    "init_lora_weights": "peft_init_lora_weights",
    "trainable_token_indices": "peft_trainable_token_indices",
    "ensure_weight_tying": "peft_ensure_weight_tying",
  ]

  /// What Axolotl cannot be told, as a clause.
  var obstacle: String? {
    if isGGUF { return "no reader of a base in a GGUF file" }
    return handover.loraOptions.first { Self.loraNames[$0.key] == nil }.map {
      "nothing for the adapter's \($0.key)"
    } ?? rates.obstacle
  }

  /// What to write in its place.
  var way: String {
    isGGUF
      ? "write a folder of it, use base and export \"base\", and train on that"
      : "write a script for TRL: export \"train.py\""
  }

  private var isGGUF: Bool { handover.model.loaded.format == "gguf" }

  var text: String {
    let notes = handover.differences + quantization.notes + ownNotes
    let settings = base + adapter + data + training + rates.settings + evaluation
    return
      ([
        "# The training of a Skillet session for Axolotl: axolotl train FILE, in this folder.",
        "# What is not as there:",
      ] + notes.map { "#   \($0)" } + settings.map { "\($0.0): \($0.1.yaml)" })
      .joined(separator: "\n") + "\n"
  }

  private typealias Settings = [(String, JSONValue)]

  private var quantization: BitsAndBytes { BitsAndBytes(handover.model) }

  private var ownNotes: [String] {
    var notes: [String] = []
    if handover.warmupSteps == 1 {
      notes.append("Axolotl makes two steps of a warm-up of one.")
    }
    if handover.keepsBest != handover.loadsBest {
      notes.append("With `patience` Axolotl keeps the adapter of the best evaluation.")
    }
    if let note = rates.note { notes.append(note) }
    return notes
  }

  private var base: Settings {
    let is4Bit = if case .fourBits = quantization.loading { true } else { false }
    let kind = handover.lora["peft_type"]?.string?.lowercased() ?? ""
    return [
      ("base_model", .string(handover.model.loaded.identity.reference)),
      ("adapter", .string(is4Bit ? "qlora" : kind)),
    ] + quantization.axolotl
  }

  private var adapter: Settings {
    handover.loraOptions.compactMap { option in
      Self.loraNames[option.key].map { ($0, option.value) }
    }
  }

  private var data: Settings {
    [
      ("datasets", [["path": .string(rows.train), "ds_type": "json", "type": "input_output"]]),
      ("shuffle_merged_datasets", false), ("curriculum_sampling", true),
      ("sequence_len", .int(handover.maxLength)), ("sample_packing", false),
    ]
  }

  private var training: Settings {
    let call = handover.call
    return [
      ("micro_batch_size", .int(call[Train.batch])),
      ("gradient_accumulation_steps", .int(call[Train.accumulate])),
      ("max_steps", .int(handover.steps)), ("learning_rate", .double(call[Train.learningRate])),
      ("lr_scheduler", .string(handover.schedule ?? "")),
      ("warmup_steps", .int(handover.warmupSteps)),
      ("optimizer", .string(handover.optimizer ?? "")),
      ("weight_decay", .double(call[Train.weightDecay])),
      ("max_grad_norm", .double(call[Train.clip])),
      ("gradient_checkpointing", .bool(call[Train.checkpointing] ?? false)), ("bf16", "auto"),
      ("seed", .int(Int(truncatingIfNeeded: handover.seed & 0xFFFF_FFFF))), ("logging_steps", 1),
      ("output_dir", "trained"),
    ]
  }

  private var evaluation: Settings {
    guard handover.valid.count > 0 else { return [] }
    var settings: Settings = [
      (
        "test_datasets",
        [
          [
            "path": .string(rows.valid), "ds_type": "json", "type": "input_output",
            "split": .string(DatasetSplit.Part.train.rawValue),
          ]
        ]
      )
    ]
    guard let interval = handover.evaluationInterval else { return settings }
    settings.append(("eval_steps", .int(interval)))
    if handover.loadsBest {
      settings += [("save_steps", .int(interval)), ("load_best_model_at_end", true)]
    }
    if let patience = handover.call[Train.patience] {
      settings.append(("early_stopping_patience", .int(patience)))
    }
    return settings
  }
}

extension JSONValue {
  /// The value as YAML 1.1 reads it, to which a number with an exponent and without a point is text.
  fileprivate var yaml: String {
    let text = text()
    return switch self {
    case .double where text.contains("e") && !text.contains("."): text.replacing("e", with: ".0e")
    case .array(let values): "[" + values.map(\.yaml).joined(separator: ",") + "]"
    case .object(let object):
      "{"
        + object.members.map { "\(JSONValue.string($0.key).text()): \($0.value.yaml)" }
        .joined(separator: ",") + "}"
    default: text
    }
  }
}
