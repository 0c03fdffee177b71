extension Explanation {
  /// Codes that only the engine can find.
  static let running: [Explanation] = [
    found(
      "W0305", "an output that stands there already",
      "A run writes it anew. `skillet check` tells so before it is gone.",
      wrong: "save \"out/mine\"", right: "save \"out/mine-2\""),
    found(
      "E0404", "products that the CPU does not have", "precision: bf16 needs AVX512-BF16.",
      wrong: "load \"smollm2\", precision: bf16", right: "load \"smollm2\""),
    found(
      "E0405", "a model that was not found",
      "A model is an alias such as smollm2, a .gguf file, or a folder with config.json. Aliases and "
        + "plain file names are looked for in SKILLET_MODELS, ./models and ~/.skillet/models.",
      wrong: "load \"smolm2\"", right: "load \"smollm2\""),
    found(
      "E0406", "a format that does not fit the model",
      "Weights that stand together in a block share a factor. Blocks are a power of two, from 32 on, and "
        + "rows consist of whole blocks.",
      wrong: "quantize nf4, block: 48", right: "quantize nf4, block: 64"),
    found(
      "E0407", "a block or layer that the model does not have", "Blocks count from 0.",
      wrong: "lora layers: [99]", right: "lora layers: [0, 1, 2]"),
    found(
      "E0408", "a rank as large as the layer",
      "An adapter of full rank is larger than the matrix that it stands for.",
      wrong: "lora rank: 1024", right: "lora rank: 8"),
    found(
      "E0409", "an adapter that does not exist",
      "`lora name: \"fast\"` makes an adapter of that name.",
      wrong: "use \"fsat\"", right: "lora name: \"fast\"\nuse \"fast\""),
    found(
      "E0410", "a loss that is not a number",
      "A loss of NaN or infinity has no gradient and measures nothing, and a model whose scores are NaN "
        + "has no next token. Weights of NaN in the model or the adapter give such losses everywhere; in "
        + "a training a lower learning rate or sound data helps.",
      wrong: "train steps: 20, lr: 10", right: "train steps: 20, lr: 2e-4"),
    found(
      "E0413", "a text too short to measure",
      "Perplexity is measured in windows of `context` tokens; the text has to fill one.",
      wrong: "perplexity \"note.txt\"", right: "perplexity \"note.txt\", context: 64"),
    found(
      "E0414", "an empty prompt",
      "A model continues text, so there has to be some. A chat template brings its own.",
      wrong: "generate \"\", chat: none", right: "generate \"Once\", chat: none"),
    found(
      "E0415", "a text longer than the context",
      "The prompt and the reply share the model's context; rows of data and windows must fit it too.",
      wrong: "generate \"… a very long text …\"", right: "generate \"a shorter text\""),
    found(
      "E0416", "a prompt that the chat template refuses",
      "`chat: none` sends the prompt as it is.", wrong: "generate \"Hello\"",
      right: "generate \"Hello\", chat: none"),
    found(
      "E0417", "a record that stands for no adapter",
      "Rows of a loop remember the adapter of their run; other records do not.",
      wrong: "save {loss: 2}, to: \"out/best\"", right: "save \"out/best\""),
    found(
      "E0418", "no folder to save a run to", "`to:` names the folder.",
      wrong: runs + "save best(runs, by: loss)",
      right: runs + "save best(runs, by: loss), to: \"out/best\""),
    found(
      "E0419", "something that cannot be compared",
      "`compare` takes the table of a loop, or results by name.",
      wrong: "compare 3", right: "compare {base: {loss: 3}, tuned: {loss: 2}}"),
    found(
      "E0420", "a row or column that the table does not have", "Rows are named by their label.",
      wrong: "compare {a: {loss: 3}}, baseline: \"b\"",
      right: "compare {a: {loss: 3}}, baseline: \"a\""),
    found(
      "E0421", "no losses to plot", "`plot loss` draws the losses of the last training.",
      wrong: "plot loss", right: "lora rank: 8\ntrain steps: 20\nplot loss"),
    found(
      "E0422", "something that cannot be plotted", "`plot` draws a list of numbers.",
      wrong: "plot \"text\"", right: "plot [3, 2, 1.5]"),
    found(
      "E0423", "a row that the dataset does not have", "Rows count from 1.",
      wrong: "inspect data, row: 999999", right: "inspect data, row: 1"),
    found(
      "E0424", "parts that the dataset cannot fill",
      "The parts share the rows, and the training part needs at least one.",
      wrong: "split valid: 1000000", right: "split valid: 10%"),
    found(
      "E0425", "a name that an adapter cannot have",
      "`use base` goes back to the model without an adapter.",
      wrong: "lora name: \"base\"", right: "lora name: \"mine\""),
    found(
      "E0426", "a value or a folder that no training can be resumed from",
      "`resume` takes what `train` gave, or a folder that `train to:` or an interrupted recipe wrote. The "
        + "state of the optimizer, without which going on would not be the same, is kept of the last few "
        + "trainings of a session, and in the file training_state.safetensors of such a folder.",
      wrong: "train resume: {steps: 20}",
      right: "let first = train steps: 20\ntrain steps: 40, resume: first"),
    found(
      "E0427", "a training that has nothing left to do",
      "Steps and epochs count from the first step of the training that is resumed.",
      wrong: "let first = train steps: 20\ntrain resume: first",
      right: "let first = train steps: 20\ntrain steps: 40, resume: first"),
    found(
      "E0428", "no time left for a training",
      "`skillet run --budget 10m` gives all trainings of a recipe ten minutes together. The one that is "
        + "running then stops after its step; one that would begin later has nothing to show.",
      wrong: "lora rank: 8\ntrain steps: 100000\ntrain steps: 100000",
      right: "lora rank: 8\ntrain steps: 20"),
    found(
      "E0429", "a training of another model or other data",
      "A training goes on with the weights and the rows that it began with: the same model, quantized in "
        + "the same way, the same dataset and the same split. Its LoRA's shape is its own.",
      wrong: "let first = train steps: 20\nquantize nf4\ntrain steps: 40, resume: first",
      right: "let first = train steps: 20\ntrain steps: 40, resume: first"),
    found(
      "E0441", "something that cannot be written in that form",
      "The ending of a path says what `export` writes: .gguf for llama.cpp, .py for a training with TRL, .yaml for "
        + "Axolotl, and a folder for transformers; `as:` says it where the path does not. What the target has no "
        + "word for is refused before anything is written.",
      wrong: "export \"out/model.bin\"", right: "export \"out/model.gguf\""),
    found(
      "E0442", "an adapter of another base",
      "`merge` makes another base: an adapter that was made on the one before would add its update to weights "
        + "that it does not know. `quantize keep` comes back to the weights of the file.",
      wrong: "lora rank: 8\nmerge\nuse \"default\"",
      right: "lora rank: 8\nmerge\nquantize keep\nuse \"default\""),
    found(
      "E0443", "adapters that cannot be added",
      "`linear`, `ties` and `dare` add the A of one adapter to the A of another, so both have the same rank; "
        + "the update of a weight-decomposed adapter (`dora`) is no product B·A, and no sum of such.",
      wrong: "lora rank: 4, name: \"small\"\nlora rank: 8, name: \"large\"\n"
        + "combine {small: 1, large: 1}, method: linear",
      right: "lora rank: 4, name: \"small\"\nlora rank: 8, name: \"large\"\n"
        + "combine {small: 1, large: 1}, method: cat"),
    found(
      "E0444", "a run that cannot be taken up",
      "`load run:` and `show run:` name a run of before by its number or its id, which `skillet runs` lists. What "
        + "runs have trained is kept in the user's own folder, up to 1 GB of the latest.",
      wrong: "load run: 999999", right: "load \"smollm2\""),
    found(
      "E0801", "a model or adapter file that cannot be read or written",
      "The message names the file, the place and the reason.",
      wrong: "load \"broken.gguf\"", right: "load \"smollm2\""),
    found(
      "E0802", "data that cannot be read",
      "The message names the file, the line and the reason. Rows are one JSON object a line.",
      wrong: "dataset \"broken.jsonl\"", right: "dataset \"examples/expenses/train.jsonl\""),
    found(
      "E0901", "a measurement that was interrupted",
      "Ctrl-C during training keeps the adapter of the last step; a measurement that was cut short "
        + "has no value.", wrong: "eval", right: "eval"),
  ]

  private static let runs = """
    let runs = for r in [2, 4] as "r{r}" {
      lora rank: r
      train steps: 2
      eval
    }

    """

  private static func found(
    _ code: String, _ title: String, _ text: String, wrong: String, right: String
  ) -> Explanation {
    Explanation(code, title, text, wrong: wrong, right: right, stage: .running)
  }
}
