extension VerbCatalog {
  static let modelVerbs: [VerbDeclaration] = [load, quantize, lora, use]

  private static let load = VerbDeclaration(
    "load", "opens a model: an alias, a .gguf file or a Hugging Face folder",
    arguments: [
      ArgumentDeclaration(
        "source", .path, positional: true, required: true,
        "an alias such as \"smollm2\", or the path of a .gguf file or a Hugging Face folder"),
      ArgumentDeclaration("adapter", .path, "a PEFT folder to put on top"),
      ArgumentDeclaration(
        "precision", .word(["auto", "f32", "bf16"]), default: .word("auto"),
        "how operands of products are kept; auto takes bf16 where the CPU multiplies it"),
    ],
    fields: [
      FieldDeclaration("name", "string", "the name in the file"),
      FieldDeclaration("architecture", "string", "the family of the decoder"),
      FieldDeclaration("parameters", "int", "weights in all"),
      FieldDeclaration("layers", "int", "decoder blocks"),
      FieldDeclaration("hidden", "int", "width of the residual stream"),
      FieldDeclaration("context", "int", "longest sequence in tokens"),
      FieldDeclaration("format", "string", "gguf or safetensors"),
      FieldDeclaration("bytes", "size", "weights in memory"),
    ],
    examples: ["load \"smollm2\"", "load \"smollm2\", precision: f32"],
    related: ["quantize", "lora", "generate"], gives: .model,
    details: """
      A GGUF file is mapped, not read: its weights stay in the file's own 4- or 8-bit blocks, and
      each product dequantizes only the panel that it is working on. `precision: f32` makes every
      product exact, which is slower and is meant for comparing with other programs.
      """)

  private static let quantize = VerbDeclaration(
    "quantize", "keeps the linear layers of the base in fewer bits",
    arguments: [
      ArgumentDeclaration(
        "scheme",
        .word(["nf4", "int8", "int4", "fp4", "q8_0", "q4_0", "q4_1", "f32", "bf16", "keep"]),
        positional: true, required: true, "the format; keep goes back to the file's own"),
      ArgumentDeclaration(
        "block", .int(32...4096), default: .int(64),
        "weights that share one factor (nf4, fp4, int4); a power of two"),
      ArgumentDeclaration(
        "double", .bool, default: .bool(true), "quantize the factors too (nf4, fp4)"),
      ArgumentDeclaration(
        "skip", .words(["lm_head"] + modules), default: .list([.word("lm_head")]),
        "modules that stay as they are"),
    ],
    fields: [
      FieldDeclaration("scheme", "word", "the format in use"),
      FieldDeclaration("bits_per_weight", "float", "codes and factors of the layers that changed"),
      FieldDeclaration("bytes", "size", "all weights now"),
      FieldDeclaration("bytes_before", "size", "all weights as loaded"),
      FieldDeclaration("rms_error", "float", "root mean square of what a weight lost"),
      FieldDeclaration("max_error", "float", "the most that any weight lost"),
    ],
    examples: ["quantize nf4", "quantize int4, block: 32", "quantize keep"],
    related: ["load", "lora", "eval"], needs: [.model],
    details: """
      nf4 (QLoRA, arXiv 2305.14314) cuts each row into blocks of 64, divides a block by its largest
      magnitude (absmax) and replaces each weight by the nearest of 16 quantiles of a normal
      distribution. `double` keeps the absmax values in 8 bits, which saves 0.37 bits a weight.
      int8 has one factor a row: q = round(127·w/absmax). Quantizing always starts from the weights
      in the file; re-quantizing a file that has 4 bits already costs quality, `keep` does not.
      """)

  private static let lora = VerbDeclaration(
    "lora", "puts a trainable low-rank adapter beside the frozen layers",
    arguments: [
      ArgumentDeclaration("rank", .int(1...1024), default: .int(8), "width of A and B"),
      ArgumentDeclaration(
        "alpha", .float(0...1e6), default: .int(16), "strength: the update counts alpha/rank times"),
      ArgumentDeclaration(
        "dropout", .float(0...0.95), default: .int(0),
        "share of A's inputs that a training step leaves out"),
      ArgumentDeclaration(
        "targets", .words(["all_linear"] + modules), default: .word("all_linear"),
        "the layers that get an adapter"),
      ArgumentDeclaration(
        "layers", .list(.int(0...10_000)), "the blocks that get an adapter; all if not given"),
      ArgumentDeclaration(
        "init", .word(["default"]), default: .word("default"),
        "how A starts: uniform in ±1/√inputs; B starts at zero"),
      ArgumentDeclaration(
        "rslora", .bool, default: .bool(false), "scale by alpha/√rank instead of alpha/rank"),
      ArgumentDeclaration("name", .string, "what `use` calls it; \"default\" if not given"),
    ],
    fields: [
      FieldDeclaration("rank", "int", "width of A and B"),
      FieldDeclaration("scale", "float", "what the update is multiplied by"),
      FieldDeclaration("trainable", "int", "numbers in A and B"),
      FieldDeclaration("total", "int", "numbers in the model and the adapter"),
      FieldDeclaration("percent", "percent", "trainable of total"),
      FieldDeclaration("bytes", "size", "the adapter in memory"),
    ],
    examples: ["lora rank: 8", "lora rank: 4, alpha: 8, targets: [q_proj, v_proj]"],
    related: ["train", "use", "save"], needs: [.model], gives: .adapter,
    details: """
      LoRA (arXiv 2106.09685) leaves W alone and learns y = W·x + (alpha/rank)·B·A·x, with A of
      rank × inputs and B of outputs × rank. B starts at zero, so the model answers as before until
      it is trained. A layer of 576 × 576 has 331,776 weights; rank 8 trains 8·(576+576) = 9,216.
      """)

  private static let use = VerbDeclaration(
    "use", "switches to another adapter, or to the bare base",
    arguments: [
      ArgumentDeclaration(
        "name", .either([.string, .word(["base"])]), positional: true, required: true,
        "an adapter's name, or base")
    ],
    fields: [FieldDeclaration("name", "string", "what is in use now")],
    examples: ["use base"], related: ["lora", "compare"], needs: [.model])
}
