extension VerbCatalog {
  static let outputVerbs: [VerbDeclaration] = [generate, save, inspect, compare, show, plot]

  private static let generate = VerbDeclaration(
    "generate", "lets the model continue one prompt or a list of prompts",
    arguments: [
      ArgumentDeclaration(
        "prompt", .either([.string, .list(.string)]), positional: true, required: true,
        "what the user says, or a list"),
      ArgumentDeclaration(
        "max_tokens", .int(1...1_000_000), default: .int(64), "longest reply in tokens"),
      ArgumentDeclaration(
        "temperature", .float(0...100), default: .int(0), "0 takes the likeliest token always"),
      ArgumentDeclaration("top_k", .int(1...10_000_000), "only this many of the likeliest tokens"),
      ArgumentDeclaration(
        "top_p", .float(0...1), "only the likeliest tokens that reach this share"),
      ArgumentDeclaration(
        "min_p", .float(0...1), "only tokens at least this likely beside the likeliest"),
      ArgumentDeclaration(
        "repetition_penalty", .float(0.01...100), "above 1 avoids tokens seen before"),
      ArgumentDeclaration("stop", .either([.string, .list(.string)]), "text that ends the reply"),
      ArgumentDeclaration(
        "chat", .word(["auto", "none"]), default: .word("auto"),
        "auto writes the prompt as the dataset or the model does; none takes it as it is"),
      ArgumentDeclaration(
        "special", .bool, default: .bool(true),
        "whether names of special tokens in stop, and in prompts with chat: none, are tokens"),
      ArgumentDeclaration("system", .string, "the system message, instead of the model's own"),
    ],
    fields: [
      FieldDeclaration("text", "string", "the reply; a list for several prompts"),
      FieldDeclaration("tokens", "int", "tokens of the reply"),
      FieldDeclaration("tokens_per_second", "float", "pace of the reply"),
      FieldDeclaration(
        "stop_reason", "word", "end_of_turn, max_tokens, stop, context or interrupted"),
    ],
    examples: [
      "generate \"What is the capital of France?\", max_tokens: 16",
      "generate \"Once upon a time\", chat: none, temperature: 0.8, top_p: 0.9",
    ], related: ["tokenize", "use"], needs: [.model])

  private static let save = VerbDeclaration(
    "save", "writes the adapter to a folder",
    arguments: [
      ArgumentDeclaration(
        "what", .either([.path, .record]), positional: true, required: true,
        "the folder; or a run, with the folder in `to:`"),
      ArgumentDeclaration("to", .path, "the folder, when a run comes first"),
      ArgumentDeclaration(
        "format", .word(["peft"]), default: .word("peft"), "for PEFT and everything that reads it"),
    ],
    fields: [
      FieldDeclaration("path", "string", "the folder"),
      FieldDeclaration("bytes", "size", "of the weights"),
      FieldDeclaration("sha256", "string", "of adapter_model.safetensors"),
    ],
    examples: ["save \"out/first\""], related: ["load", "train"], needs: [.model, .adapter])

  private static let inspect = VerbDeclaration(
    "inspect", "looks inside the adapter, the model, a matrix or a row of data",
    arguments: [
      ArgumentDeclaration(
        "subject", .word(["adapter", "model", "data"] + modules), positional: true, required: true,
        "adapter, model, data, or a module such as q_proj"),
      ArgumentDeclaration("layer", .int(0...10_000), default: .int(0), "the block of a module"),
      ArgumentDeclaration("row", .int(1...Int.max), default: .int(1), "the row of data, from 1"),
    ],
    fields: [
      FieldDeclaration("subject", "word", "what was looked at; the other fields depend on it")
    ],
    examples: ["inspect model", "inspect q_proj, layer: 1", "inspect data, row: 1"],
    related: ["lora", "dataset", "quantize"], needs: [.model])

  private static let compare = VerbDeclaration(
    "compare", "puts runs or results side by side",
    arguments: [
      ArgumentDeclaration(
        "values", .any, positional: true, required: true, "a table of runs, or a list of results"),
      ArgumentDeclaration("sort", .column, "the column to sort by, smallest first"),
      ArgumentDeclaration("columns", .list(.column), "the columns to show"),
      ArgumentDeclaration("baseline", .string, "the label of the row that others are measured by"),
    ],
    fields: [FieldDeclaration("table", "table", "the rows")],
    examples: ["compare [{loss: 2}, {loss: 1}]"], related: ["eval", "show"])

  private static let show = VerbDeclaration(
    "show", "prints a value whole",
    arguments: [
      ArgumentDeclaration("subject", .any, positional: true, required: true, "any value")
    ],
    fields: [], examples: ["show [1, 2, 3]"], related: ["plot", "compare"])

  private static let plot = VerbDeclaration(
    "plot", "draws a list of numbers, or the losses of the last training",
    arguments: [
      ArgumentDeclaration(
        "subject", .either([.word(["loss"]), .any]), positional: true, required: true,
        "a list of numbers, or the word loss")
    ],
    fields: [], examples: ["plot [3, 2, 1.5, 1.2]"], related: ["train", "show"])
}
