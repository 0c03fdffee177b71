import Files
import Models
import RecipeLanguage
import Training

/// The session's training as a configuration for Axolotl, in YAML.
struct AxolotlConfiguration {
  private let handover: Handover
  private let rows: (train: String, valid: String)

  /// - Parameter rows: what the files with rows are called, in the configuration's folder.
  init(_ handover: Handover, rows: (train: String, valid: String)) {
    (self.handover, self.rows) = (handover, rows)
  }

  private static let loraNames = [
    "r": "lora_r", "lora_alpha": "lora_alpha", "lora_dropout": "lora_dropout",
    "target_modules": "lora_target_modules", "layers_to_transform": "peft_layers_to_transform",
    "use_rslora": "peft_use_rslora", "use_dora": "peft_use_dora",
    "rank_pattern": "lora_rank_pattern",
    "alpha_pattern": "lora_alpha_pattern", "modules_to_save": "lora_modules_to_save",
    "init_lora_weights": "peft_init_lora_weights",
    "trainable_token_indices": "peft_trainable_token_indices",
  ]

  /// A key of PEFT's configuration that Axolotl has no name for.
  var untranslated: String? {
    handover.loraOptions.first { Self.loraNames[$0.key] == nil }?.key
  }

  var text: String {
    let call = handover.call
    let scheme = handover.model.scheme ?? ""
    let is4Bit = ["nf4", "fp4"].contains(scheme)
    let kind = handover.lora["peft_type"]?.string?.lowercased() ?? ""
    var settings: [(String, JSONValue)] = [
      ("base_model", .string(handover.model.loaded.identity.reference)),
      ("adapter", .string(is4Bit ? "qlora" : kind)), ("load_in_4bit", .bool(is4Bit)),
      ("load_in_8bit", .bool(scheme == "int8")),
    ]
    settings += handover.loraOptions.compactMap { option in
      Self.loraNames[option.key].map { ($0, option.value) }
    }
    settings += [
      ("datasets", [["path": .string(rows.train), "ds_type": "json", "type": "input_output"]]),
      ("shuffle_merged_datasets", false), ("curriculum_sampling", true),
      ("sequence_len", .int(handover.maxLength)), ("sample_packing", false),
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
    if handover.valid.count > 0 {
      settings.append(
        (
          "test_datasets",
          [
            [
              "path": .string(rows.valid), "ds_type": "json", "type": "input_output",
              "split": .string(DatasetSplit.Part.train.rawValue),
            ]
          ]
        ))
    }
    if let interval = handover.evaluationInterval {
      settings.append(("eval_steps", .int(interval)))
    }
    if let patience = call[Train.patience], handover.evaluationInterval != nil {
      settings.append(("early_stopping_patience", .int(patience)))
    }
    let notes = handover.differences.map { "#   \($0)" }
    return
      ([
        "# The training of a Skillet session for Axolotl: axolotl train FILE, in this folder.",
        "# What is not as there:",
      ] + notes + settings.map { "\($0.0): \($0.1.yaml)" })
      .joined(separator: "\n") + "\n"
  }
}

extension JSONValue {
  /// The value as YAML 1.1 reads it, to which a number with an exponent and without a point is text.
  fileprivate var yaml: String {
    guard case .double = self, case let text = text(), text.contains("e"), !text.contains(".")
    else {
      return text()
    }
    return text.replacing("e", with: ".0e")
  }
}
