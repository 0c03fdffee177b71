extension Explanation {
  static let commands: [Explanation] = [
    Explanation(
      "E0201", "an unknown command",
      "The commands are those that `:help` lists. A name in front of a value is read as a command.",
      wrong: "lod \"smollm2\"", right: "load \"smollm2\""),
    Explanation(
      "E0202", "an argument that the command does not have",
      "Each command has its own arguments; `?lora` lists those of lora with what they take.",
      wrong: "lora rnk: 8", right: "lora rank: 8"),
    Explanation(
      "E0203", "a word that is not among the argument's words",
      "Some arguments take one of a few words. They are written without quotes.",
      wrong: "quantize nf5", right: "quantize nf4"),
    Explanation(
      "E0204", "a value of the wrong type",
      "An int also counts as a float, and a percentage as a float; nothing else converts. Durations "
        + "need their unit.", wrong: "train budget: 10", right: "train budget: 10m"),
    Explanation(
      "E0205", "text without quotes",
      "Model names, paths and prompts are text and stand in quotes. Words without quotes are names "
        + "of variables or words of the language.", wrong: "load smollm2", right: "load \"smollm2\""
    ),
    Explanation(
      "E0206", "a missing argument",
      "Some commands cannot do without an argument: a model to load, a format to quantize to.",
      wrong: "quantize", right: "quantize nf4"),
    Explanation(
      "E0207", "a value out of range",
      "Arguments have limits; `?lora` shows those of lora. Values of a loop are all tried before "
        + "anything runs.", wrong: "lora rank: 0", right: "lora rank: 1"),
    Explanation(
      "E0208", "an argument given twice",
      "Each argument is given once.", wrong: "lora rank: 8, rank: 16", right: "lora rank: 16"),
    Explanation(
      "E0209", "too many values without a name",
      "Most arguments are given by name, so that a line says what its numbers mean.",
      wrong: "seed 1, 2", right: "seed 1"),
    Explanation(
      "E0212", "arguments that exclude each other",
      "How long to train is said once: in epochs, or in steps.",
      wrong: "train epochs: 1, steps: 20", right: "train steps: 20"),
    Explanation(
      "E0213", "an argument that needs another one",
      "Some arguments say more about another: patience counts the evaluations that eval_every asks "
        + "for, save_every writes into the folder that to names.",
      wrong: "train patience: 3", right: "train patience: 3, eval_every: 20"),
  ]
}
