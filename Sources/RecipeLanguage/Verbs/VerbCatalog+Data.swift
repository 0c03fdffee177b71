extension VerbCatalog {
  static let dataVerbs: [VerbDeclaration] = [dataset, split, seed, tokenize]

  private static let dataset = VerbDeclaration(
    "dataset", "reads examples from a file, or from text in the recipe",
    arguments: [
      ArgumentDeclaration(
        "source", .path, positional: true, required: true,
        "a .jsonl, .json or .txt file, or a \"\"\" block of JSON lines"),
      ArgumentDeclaration(
        "format", .word(["auto", "alpaca", "prompt_completion", "messages", "sharegpt", "text"]),
        default: .word("auto"), "what the rows look like; auto looks at their keys"),
      ArgumentDeclaration(
        "columns", .record, "the file's names for the parts, e.g. {prompt: \"question\"}"),
      ArgumentDeclaration(
        "cut_after", .string,
        "a marker after which each text is the completion, e.g. \"\\nA:\""),
      ArgumentDeclaration(
        "template",
        .word(
          [
            "auto", "none", "chatml", "llama-2", "llama-3", "zephyr", "gemma", "vicuna", "alpaca",
          ]), default: .word("auto"),
        "how prompt and reply are written; auto takes the model's own chat format"),
      ArgumentDeclaration(
        "mask", .word(["completion", "all"]), default: .word("completion"),
        "what counts in the loss: replies only, or every token"),
      ArgumentDeclaration(
        "max_length", .int(8...1_000_000), default: .int(512),
        "longest example in tokens; a longer one loses the start of its prompt"),
      ArgumentDeclaration(
        "special", .bool, default: .bool(true),
        "whether names of special tokens in texts and under template: none are those tokens"),
    ],
    fields: [
      FieldDeclaration("rows", "int", "examples in use"),
      FieldDeclaration("tokens", "int", "tokens of all examples"),
      FieldDeclaration("trained_tokens", "int", "tokens that count in the loss"),
      FieldDeclaration("format", "word", "what the rows look like"),
      FieldDeclaration("template", "word", "how they are written"),
      FieldDeclaration("longest", "int", "tokens of the longest example"),
      FieldDeclaration("truncated", "int", "rows that lost the start of their prompt"),
      FieldDeclaration("skipped", "int", "rows that could not be used"),
    ],
    examples: ["dataset \"examples/expenses/train.jsonl\""],
    related: ["split", "train", "inspect"], needs: [.model], gives: .dataset,
    details: """
      Prompts are read, replies are learnt: the mask is made while the text is rendered, never by
      searching for a marker. The token that ends a reply is always added and always trained, so
      that the model learns to stop. Training, evaluation and generation use the same renderer.

      A row is a prompt and its completion, an instruction (with input, system, history), a list of
      turns under messages or conversations, or a text; of OpenAssistant's threads one conversation
      each is read. Every part of a row is used or named: other keys are counted in a notice, and
      rows whose replies are empty, or that call tools, are skipped with their reason. Numbers, true
      and false where text belongs are read as they are written; null is as good as nothing. In .txt
      files a blank line ends an example, and CR LF is one line's end.
      """)

  private static let split = VerbDeclaration(
    "split", "cuts the dataset into parts, the same way for the same seed",
    arguments: [
      ArgumentDeclaration(
        "valid", .percentOrInt, default: .percent(0.1), "for evaluation while you work"),
      ArgumentDeclaration("test", .percentOrInt, "kept for the last word"),
      ArgumentDeclaration("train", .percentOrInt, "the rest if not given"),
      ArgumentDeclaration("seed", .int(0...Int.max), "the session's seed if not given"),
    ],
    fields: [
      FieldDeclaration("train", "int", "rows to learn from"),
      FieldDeclaration("valid", "int", "rows held out"),
      FieldDeclaration("test", "int", "rows held back"),
    ],
    examples: ["split valid: 10%", "split valid: 10%, test: 10%, seed: 1"],
    related: ["dataset", "eval"], needs: [.dataset])

  private static let seed = VerbDeclaration(
    "seed", "sets the root of all randomness",
    arguments: [
      ArgumentDeclaration(
        "value", .int(0...Int.max), positional: true, required: true, "any number")
    ],
    fields: [FieldDeclaration("seed", "int", "the root")],
    examples: ["seed 42"], related: ["split", "lora", "train"],
    details: """
      Every purpose (split, adapter start, order, dropout, sampling) draws from its own stream of
      the root, so adding one step never changes the numbers of another.
      """)

  private static let tokenize = VerbDeclaration(
    "tokenize", "shows a text as the loaded model sees it",
    arguments: [
      ArgumentDeclaration("text", .string, positional: true, required: true, "any text"),
      ArgumentDeclaration(
        "special", .bool, default: .bool(true), "whether names of special tokens become tokens"),
    ],
    fields: [
      FieldDeclaration("ids", "list", "token ids"),
      FieldDeclaration("pieces", "list", "the text of each token"),
      FieldDeclaration("count", "int", "how many"),
    ],
    examples: ["tokenize \"Roses are red\""], related: ["dataset", "generate"], needs: [.model])
}
