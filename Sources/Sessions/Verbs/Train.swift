import Models
import RecipeLanguage
import Tensors
import Training

package enum Train: Verb {
  /// Which adapter a training leaves.
  package enum Keep: String, CaseIterable, Sendable {
    case last, best
  }

  package static let epochs = Argument.number(
    "epochs", 0.001...10_000, default: 1, foreign: ["num_epochs", "num_train_epochs"],
    "passes over the training part")
  package static let steps = Argument<Int?>.int(
    "steps", 1...10_000_000, foreign: ["iterations", "iters", "max_steps", "num_iters"],
    "optimizer updates, instead of epochs")
  package static let budget = Argument.duration(
    "budget", foreign: ["time"], "no new step begins after this time")
  package static let learningRate = Argument.number(
    "lr", 0...10, default: 2e-4, foreign: ["learning_rate"], "learning rate at its peak")
  package static let batch = Argument.int(
    "batch", 1...65_536, default: 8, foreign: ["batch_size", "per_device_train_batch_size"],
    "examples a step")
  package static let accumulate = Argument.int(
    "accumulate", 1...65_536, default: 1,
    foreign: ["grad_accum", "gradient_accumulation", "gradient_accumulation_steps"],
    "makes a step this many batches")
  package static let schedule = Argument.choice(
    "schedule", LearningRateSchedule.Shape.allCases, default: .cosine,
    foreign: ["lr_scheduler", "lr_scheduler_type", "scheduler"],
    "how the rate falls after the warm-up")
  package static let warmup = Argument<ShareOrCount>.shareOrCount(
    "warmup", default: .share(0.03), foreign: ["warmup_ratio", "warmup_steps"],
    "steps in which the rate rises")
  package static let power = Argument.number(
    "power", 0.01...100, default: 1.0, foreign: ["lr_power"], "exponent of a polynomial schedule")
  package static let cycles = Argument.int(
    "cycles", 1...1000, default: 2, foreign: ["num_cycles"],
    "cosines one after the other, each from the peak")
  package static let decay = Argument<ShareOrCount>.shareOrCount(
    "decay", default: .share(0.2), foreign: ["num_decay_steps"],
    "last steps, in which the rate falls")
  package static let optimizer = Argument<OptimizerName>.choice(
    "optimizer", default: .adamw, foreign: ["optim"], "how gradients become updates")
  package static let momentum = Argument.number(
    "momentum", 0...0.9999, default: 0, "share of the last update that goes on")
  package static let ratioOfB = Argument.number(
    "lr_ratio", 0.001...10_000, default: 1, foreign: ["loraplus_lr_ratio", "loraplus"],
    "learning rate of B as a multiple of A's (LoRA+)")
  package static let layerDecay = Argument.number(
    "layer_decay", 0.01...1, default: 1, foreign: ["layerwise_lr_decay", "llrd", "lr_layer_decay"],
    "learning rate of each block as a multiple of that of the block above it")
  package static let groups = Argument<[NamedNumber]>.numbersByName(
    "lr_groups", 0...10,
    foreign: ["learning_rates", "lr_pattern", "param_groups", "parameter_groups"],
    "another learning rate at its peak by name of module: {lm_head: 1e-4, \"layers.[0-3]\": 1e-5}")
  package static let weightDecay = Argument.number(
    "weight_decay", 0...1, default: 0,
    "pull of what is trained towards zero, norms and biases apart")
  package static let clip = Argument.number(
    "clip", 0...1e9, default: 1.0, foreign: ["max_grad_norm"], "longest gradient; 0 never clips")
  package static let labelSmoothing = Argument.number(
    "label_smoothing", 0...0.99, default: 0, foreign: ["label_smoothing_factor"],
    "share of the probability that all tokens get beside the right one")
  package static let noise = Argument.number(
    "neftune", 0...1000, default: 0, foreign: ["neftune_noise_alpha"],
    "noise on the embeddings (NEFTune); 5 is usual, 0 is none")
  package static let pack = Argument.flag(
    "pack", default: true, foreign: ["packing"],
    "work on examples end to end; none sees another")
  package static let shuffle = Argument.flag(
    "shuffle", default: true, "another order in every epoch")
  package static let evalEvery = Argument<Int?>.int(
    "eval_every", 1...10_000_000, foreign: ["eval_steps"],
    "steps between evaluations on the validation part")
  package static let keep = Argument<Keep>.choice(
    "keep", default: .last,
    "the adapter of the last step, or of the evaluation with the lowest loss")
  package static let patience = Argument<Int?>.int(
    "patience", 1...1_000_000, foreign: ["early_stopping_patience"],
    "ends after so many evaluations without a lower loss")
  package static let saveEvery = Argument<Int?>.int(
    "save_every", 1...10_000_000, foreign: ["save_steps"], "steps between savings into `to`")
  package static let folder = Argument.path(
    "to", .output, foreign: ["output_dir"],
    "a folder that takes the adapter on the way and at the end")
  package static let resume = Argument.value(
    "resume", .either([.record, .path]), file: .training,
    "a training to go on with, or the folder that has it; what is not given is as there")
  package static let until = Argument<Int?>.int(
    "until", 1...10_000_000,
    "pauses after this step, counted like steps; `train resume:` goes on to the end")
  package static let checkpointing = Argument.flagOrAuto(
    "checkpointing", foreign: ["gradient_checkpointing"],
    "compute activations again instead of keeping them; auto decides by free memory")

  package static let declaration = VerbDeclaration(
    "train", "trains the adapter on the training part",
    arguments: [
      epochs, steps, budget, learningRate, batch, accumulate, schedule, warmup, power, cycles,
      decay,
      optimizer, momentum, ratioOfB, layerDecay, groups, weightDecay, clip, labelSmoothing, noise,
      pack,
      shuffle,
      evalEvery, keep, patience, saveEvery, folder, until,
      resume, checkpointing,
    ],
    fields: fields,
    effects: [
      .needs(.model), .needs(.adapter, when: .not(.given(resume))), .needs(.dataset),
      .needsRows(.valid, when: .given(evalEvery)), .gives(.adapter, when: .given(resume)),
      .changes(.adapter), .measures,
    ],
    examples: [
      "train epochs: 1, lr: 2e-4, batch: 8",
      "train steps: 20, lr: 1e-3, eval_every: 5, keep: best",
      "let a = train steps: 48, until: 16; train resume: a, lr: 3e-4",
    ],
    related: ["lora", "eval", "save"], foreign: ["finetune", "fine_tune", "fit"],
    alternatives: [[epochs, steps]],
    companions: [(saveEvery, needs: folder), (patience, needs: evalEvery)],
    uses: [
      (power, with: schedule, word: LearningRateSchedule.Shape.polynomial.rawValue),
      (cycles, with: schedule, word: LearningRateSchedule.Shape.restarts.rawValue),
      (decay, with: schedule, word: LearningRateSchedule.Shape.stableThenDecay.rawValue),
      (momentum, with: optimizer, word: OptimizerName.sgd.rawValue),
    ],
    inheritsBy: resume,
    next: { shape in
      shape.parts.contains(.valid)
        ? "let tuned = eval; generate \"…\"; save \"out/mine\""
        : "generate \"…\"; save \"out/mine\""
    }, details: details)

  private static let fields = [
    FieldDeclaration("steps", "int", role: .extent, "optimizer updates done"),
    FieldDeclaration("epochs", "float", "passes over the training part"),
    FieldDeclaration("first_loss", "float", "loss of the first step"),
    FieldDeclaration(
      "loss", "float", role: .figure, "mean loss of the last tenth of the steps"),
    FieldDeclaration(
      "valid_loss", "float", role: .figure,
      "the adapter's evaluation on the way; none without eval_every"),
    FieldDeclaration("tokens", "int", "tokens processed"),
    FieldDeclaration("trained_tokens", "int", "tokens that counted in the loss"),
    FieldDeclaration("tokens_per_second", "float", "tokens processed a second"),
    FieldDeclaration("seconds", "duration", role: .extent, "time for all steps"),
    FieldDeclaration("peak_memory", "size", "most memory of the process so far"),
    FieldDeclaration("finite", "bool", "false if the loss became NaN or infinite"),
    FieldDeclaration(
      "adapter_sha256", "string", "fingerprint of the adapter, as `save` writes it"),
  ]

  private static let details = """
    Each step lays its examples end to end, runs forward and backward through the frozen model,
    divides by the trained tokens of the whole step, clips the gradient and updates A and B with
    AdamW, or another `optimizer`: `adamw8bit` remembers in 8 bits, `adafactor` the means of rows and
    columns, `lion` moves each number by the rate alone (take a third to a tenth of AdamW's rate), `sgd`
    by the gradient. With `layer_decay: 0.9` the last block and the output head learn at `lr`, each block at nine
    tenths of the rate above it, and the embedding as a block below the first (ULMFiT, arXiv 1801.06146). `lr_groups: {lm_head: 1e-4, "layers.[0-3]": 1e-5}` gives modules rates of their
    own, which `schedule` and `lr_ratio` change like `lr`, and `layer_decay` leaves alone: a name is the end of a module's
    path, or of the path of one that it is part of, or a regular expression for that; the first that fits counts. Ctrl-C stops after the current step and keeps the adapter and the optimizer's state;
    `train resume: _7` then goes on to the same adapter, bit for bit, as without the stop. A folder
    that `to` or an interrupted recipe wrote holds that state as well, so that another session goes on
    with `train resume: "folder"`, after the same model, quantization, data and split; that folder is
    only read, and `to` names one to write anew. `steps` and `epochs` always count from the first
    step of the training that is resumed. `until` makes stages of a training: it pauses there, and what
    resumes it may change the rate, as in `let a = train steps: 48, until: 16`, then `train resume: a,
    lr: 3e-4`. A training that was stopped is kept as one `until` its last step, so that a saved session
    replays to the same bytes.
    """

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.train(call)
  }
}
