import Files
import Models
import RecipeLanguage
import Tensors
import Training

/// `train.py`: the session's training as Hugging Face's stack has it, to be run by `python train.py` or, on many
/// GPUs, `accelerate launch train.py`.
struct TRLScript {
  private let handover: Handover
  /// What the files with rows are called, in the script's folder.
  private let rows: (train: String, valid: String)

  init(_ handover: Handover, rows: (train: String, valid: String)) {
    (self.handover, self.rows) = (handover, rows)
  }

  private var call: VerbCall { handover.call }

  var text: String {
    let quantization = BitsAndBytes(handover.model)
    let notes = handover.differences + quantization.notes + modelNotes
    let evaluates = handover.evaluationInterval != nil
    return [
      """
      \"""The training of a Skillet session with transformers, PEFT and TRL: \\
      python train.py, or accelerate launch train.py.

      """.replacing("\\\n", with: "")
        + "\nWhat is not as there:\n" + notes.map { "- \($0)" }.joined(separator: "\n")
        + "\n\"\"\"\n",
      """
      \(call[Train.groups].isEmpty ? "" : "import re\n")from pathlib import Path

      import torch
      from datasets import load_dataset
      from peft import LoraConfig
      from transformers import AutoModelForCausalLM, AutoTokenizer\(imports(quantization))
      from trl import SFTConfig, SFTTrainer

      HERE = Path(__file__).resolve().parent
      ON_GPU = torch.cuda.is_available()
      DTYPE = torch.bfloat16 if ON_GPU else torch.float32

      """, model(quantization), data, lora, training, groups, end(evaluates),
    ].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func imports(_ quantization: BitsAndBytes) -> String {
    (quantization.python == nil ? "" : ", BitsAndBytesConfig")
      + (call[Train.patience] == nil || handover.evaluationInterval == nil
        ? "" : ", EarlyStoppingCallback")
  }

  // MARK: - The five steps

  private func model(_ quantization: BitsAndBytes) -> String {
    let source = handover.model.loaded
    var place = "\(JSONValue.string(source.identity.reference).python)"
    var file = ""
    if source.format == "gguf" {
      place = JSONValue.string(Paths.parent(of: Paths.absolute(source.path))).python
      file = ", gguf_file=\(JSONValue.string(Paths.name(of: source.path)).python)"
    }
    let config =
      quantization.python.map {
        """
        quantization = BitsAndBytesConfig(\($0))

        """
      } ?? ""
    let argument =
      quantization.python == nil ? "" : ",\n    quantization_config=quantization"
    return """
      # 1. the base, frozen
      BASE = \(place)
      \(config)tokenizer = AutoTokenizer.from_pretrained(BASE\(file))
      model = AutoModelForCausalLM.from_pretrained(BASE\(file), dtype=DTYPE\(argument))

      """
  }

  private var data: String {
    let names =
      "\"train\": str(HERE / \(JSONValue.string(rows.train).python))"
      + (handover.valid.count > 0
        ? ", \"valid\": str(HERE / \(JSONValue.string(rows.valid).python))" : "")
    return """
      # 2. the rows, in the parts and the order of the session; only tokens of learnt segments count
      def tokenize(row):
          ids, learnt = row.get("input_ids"), row.get("learnt")
          if not ids:
              parts = [tokenizer(s["text"], add_special_tokens=False)["input_ids"] for s in row["segments"]]
              ids = sum(parts, [])
              learnt = [s["label"] for s, part in zip(row["segments"], parts) for _ in part]
          return {"input_ids": ids, "labels": [i if use else -100 for i, use in zip(ids, learnt)]}

      files = {\(names)}
      rows = load_dataset("json", data_files=files)
      rows = rows.map(tokenize, remove_columns=rows["train"].column_names)

      """
  }

  private var lora: String {
    let options = handover.loraOptions.map { "\($0.key)=\($0.value.python)" }
    return """
      # 3. the adapter
      lora = LoraConfig(task_type="CAUSAL_LM", \(options.joined(separator: ", ")))

      """
  }

  private var training: String {
    var settings: [(String, JSONValue)] = [
      ("max_steps", .int(handover.steps)),
      ("per_device_train_batch_size", .int(call[Train.batch])),
      ("gradient_accumulation_steps", .int(call[Train.accumulate])),
      ("learning_rate", .double(call[Train.learningRate])),
      ("lr_scheduler_type", .string(handover.schedule ?? "")),
      ("warmup_steps", .int(handover.warmupSteps)),
      ("optim", .string(handover.optimizer ?? "")),
      ("weight_decay", .double(call[Train.weightDecay])),
      ("max_grad_norm", .double(call[Train.clip])), ("max_length", .int(handover.maxLength)),
      ("train_sampling_strategy", "sequential"),
      ("gradient_checkpointing", .bool(call[Train.checkpointing] ?? false)),
      ("seed", .int(Int(truncatingIfNeeded: handover.seed & 0xFFFF_FFFF))), ("logging_steps", 1),
      ("report_to", "none"),
    ]
    if let interval = handover.evaluationInterval {
      settings += [("eval_strategy", "steps"), ("eval_steps", .int(interval))]
      if call[Train.keep] == .best {
        settings += [
          ("save_strategy", "steps"), ("save_steps", .int(interval)),
          ("load_best_model_at_end", true), ("metric_for_best_model", "eval_loss"),
        ]
      }
    }
    let lines = settings.map { "    \($0.0)=\($0.1.python)," }.joined(separator: "\n")
    return """
      # 4. how it is trained
      config = SFTConfig(
          output_dir=str(HERE / "trained"), bf16=ON_GPU, use_cpu=not ON_GPU,
      \(lines)
      )

      """
  }

  /// A trainer whose optimizer has a parameter group for each learning rate; empty where all learn alike.
  private var groups: String {
    let groups = call[Train.groups]
    guard !groups.isEmpty else { return "" }
    let rates = groups.map {
      "    (\(JSONValue.string($0.name).python), \(JSONValue.double($0.number).python)),"
    }
    return """
      # learning rates of modules, by regular expressions for the ends of their paths; the first that fits counts
      RATES = [
      \(rates.joined(separator: "\n"))
      ]


      class GroupedTrainer(SFTTrainer):
          def create_optimizer(self, model=None):
              optimizer = super().create_optimizer(model)
              names = {id(weight): name for name, weight in self.model.named_parameters()}
              for group in list(optimizer.param_groups):
                  weights, group["params"] = group["params"], []
                  own = {}
                  for weight in weights:
                      rate = next(
                          (rate for end, rate in RATES if re.fullmatch(rf"(?:.*\\.)?(?:{end})(?:\\..*)?", names[id(weight)])),
                          group["lr"])
                      own.setdefault(rate, []).append(weight)
                  group["params"] = own.pop(group["lr"], [])
                  for rate, weights in own.items():
                      optimizer.add_param_group({**group, "params": weights, "lr": rate})
              return optimizer


      """
  }

  private func end(_ evaluates: Bool) -> String {
    let validation = handover.valid.count > 0 ? ", eval_dataset=rows[\"valid\"]" : ""
    let callbacks =
      evaluates
      ? call[Train.patience].map {
        ",\n    callbacks=[EarlyStoppingCallback(early_stopping_patience=\($0))]"
      } ?? "" : ""
    return """
      # 5. the trainer
      trainer = \(call[Train.groups].isEmpty ? "SFTTrainer" : "GroupedTrainer")(
          model=model, args=config, train_dataset=rows["train"]\(validation),
          processing_class=tokenizer, peft_config=lora\(callbacks))
      trainer.train()
      trainer.save_model(str(HERE / "trained"))

      """
  }

  private var modelNotes: [String] {
    handover.model.loaded.format == "gguf"
      ? [
        "The base is a GGUF file, which transformers dequantizes when it loads it: more memory, the same weights. "
          + "A folder that `use base` and export \"base\", type: bf16 write can stand in its place as BASE, without gguf_file."
      ] : []
  }
}
