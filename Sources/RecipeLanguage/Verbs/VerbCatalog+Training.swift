extension VerbCatalog {
  static let trainingVerbs: [VerbDeclaration] = [train, eval, perplexity]

  private static let train = VerbDeclaration(
    "train", "trains the adapter on the training part",
    arguments: [
      ArgumentDeclaration(
        "epochs", .float(0.001...10_000), default: .int(1), "passes over the training part"),
      ArgumentDeclaration(
        "steps", .int(1...10_000_000), "optimizer updates, instead of epochs"),
      ArgumentDeclaration("budget", .duration, "no new step begins after this time"),
      ArgumentDeclaration("lr", .float(0...10), default: .float(2e-4), "learning rate at its peak"),
      ArgumentDeclaration("batch", .int(1...65_536), default: .int(8), "examples a step"),
      ArgumentDeclaration(
        "accumulate", .int(1...65_536), default: .int(1), "makes a step this many batches"),
      ArgumentDeclaration(
        "schedule", .word(["cosine", "linear", "constant"]), default: .word("cosine"),
        "how the rate falls after the warm-up"),
      ArgumentDeclaration(
        "warmup", .percentOrInt, default: .percent(0.03), "steps in which the rate rises"),
      ArgumentDeclaration(
        "optimizer", .word(["adamw"]), default: .word("adamw"), "how gradients become updates"),
      ArgumentDeclaration(
        "weight_decay", .float(0...1), default: .int(0), "pull of A and B towards zero"),
      ArgumentDeclaration(
        "clip", .float(0...1e9), default: .float(1), "longest gradient; 0 never clips"),
      ArgumentDeclaration(
        "pack", .bool, default: .bool(true), "work on examples end to end; none sees another"),
      ArgumentDeclaration(
        "shuffle", .bool, default: .bool(true), "another order in every epoch"),
      ArgumentDeclaration(
        "eval_every", .int(1...10_000_000), "steps between evaluations on the validation part"),
      ArgumentDeclaration(
        "keep", .word(["last", "best"]), default: .word("last"),
        "the adapter of the last step, or of the evaluation with the lowest loss"),
      ArgumentDeclaration(
        "patience", .int(1...1_000_000), "ends after so many evaluations without a lower loss"),
      ArgumentDeclaration("save_every", .int(1...10_000_000), "steps between savings into `to`"),
      ArgumentDeclaration("to", .path, "a folder that takes the adapter on the way and at the end"),
      ArgumentDeclaration(
        "resume", .either([.record, .path]),
        "a training to go on with, or the folder that has it; what is not given is as there"),
      ArgumentDeclaration(
        "checkpointing", .either([.word(["auto"]), .bool]), default: .word("auto"),
        "compute activations again instead of keeping them; auto decides by free memory"),
    ],
    fields: [
      FieldDeclaration("steps", "int", "optimizer updates done"),
      FieldDeclaration("epochs", "float", "passes over the training part"),
      FieldDeclaration("first_loss", "float", "loss of the first step"),
      FieldDeclaration("loss", "float", "mean loss of the last tenth of the steps"),
      FieldDeclaration(
        "valid_loss", "float", "the adapter's evaluation on the way; none without eval_every"),
      FieldDeclaration("tokens", "int", "tokens processed"),
      FieldDeclaration("trained_tokens", "int", "tokens that counted in the loss"),
      FieldDeclaration("tokens_per_second", "float", "tokens processed a second"),
      FieldDeclaration("seconds", "duration", "time for all steps"),
      FieldDeclaration("peak_memory", "size", "most memory of the process so far"),
      FieldDeclaration("finite", "bool", "false if the loss became NaN or infinite"),
      FieldDeclaration(
        "adapter_sha256", "string", "fingerprint of the adapter, as `save` writes it"),
    ],
    examples: [
      "train epochs: 1, lr: 2e-4, batch: 8",
      "train steps: 20, lr: 1e-3, eval_every: 5, keep: best",
    ],
    related: ["lora", "eval", "save"], needs: [.model, .adapter, .dataset],
    alternatives: [["epochs", "steps"]],
    companions: ["save_every": ["to"], "patience": ["eval_every"]],
    details: """
      Each step lays its examples end to end, runs forward and backward through the frozen model,
      divides by the trained tokens of the whole step, clips the gradient and updates A and B with
      AdamW. Ctrl-C stops after the current step and keeps the adapter and the optimizer's state;
      `train resume: _7` then goes on to the same adapter, bit for bit, as without the stop. A folder
      that `to` or an interrupted recipe wrote holds that state as well, so that another session goes on
      with `train resume: "folder"`, after the same model, quantization, data and split; that folder is
      only read, and `to` names one to write anew. `steps` and `epochs` always count from the first
      step of the training that is resumed.
      """)

  private static let eval = VerbDeclaration(
    "eval", "measures the loss on a part of the dataset",
    arguments: [
      ArgumentDeclaration("on", .word(parts), default: .word("valid"), "the part"),
      ArgumentDeclaration(
        "metrics", .words(["loss", "perplexity", "token_accuracy"]),
        "the figures to give; all of them if not given"),
    ],
    fields: [
      FieldDeclaration("loss", "float", "mean loss a token, in nats"),
      FieldDeclaration("perplexity", "float", "e to the loss: how many tokens seem equally likely"),
      FieldDeclaration("token_accuracy", "percent", "tokens that the model would have chosen"),
      FieldDeclaration("tokens", "int", "tokens that count"),
      FieldDeclaration("seconds", "duration", "time taken"),
      FieldDeclaration("finite", "bool", "false if the loss is NaN or infinite"),
      FieldDeclaration("seen", "int", "rows that the adapter in use was trained on"),
    ],
    examples: ["eval", "eval on: train, metrics: [loss, token_accuracy]"],
    related: ["train", "perplexity", "compare"],
    needs: [.model, .dataset])

  private static let perplexity = VerbDeclaration(
    "perplexity", "measures a text file by llama.cpp's convention",
    arguments: [
      ArgumentDeclaration("file", .path, positional: true, required: true, "a text file"),
      ArgumentDeclaration(
        "context", .int(8...1_000_000), default: .int(512),
        "window in tokens; the second half of each is scored"),
    ],
    fields: [
      FieldDeclaration("perplexity", "float", "e to the mean loss"),
      FieldDeclaration("standard_error", "float", "uncertainty of the perplexity"),
      FieldDeclaration("tokens", "int", "tokens scored"),
      FieldDeclaration("windows", "int", "windows of the text"),
      FieldDeclaration("seconds", "duration", "time taken"),
    ],
    examples: ["perplexity \"LICENSE\""], related: ["eval", "quantize"], needs: [.model])
}
