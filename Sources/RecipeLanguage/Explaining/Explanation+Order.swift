extension Explanation {
  static let order: [Explanation] = [
    Explanation(
      "E0401", "nothing to train or save: no adapter",
      "The weights of a model stay frozen. `lora` puts two small matrices beside each chosen layer, "
        + "and those are what `train` changes and `save` writes.",
      wrong: "load \"smollm2\"\ndataset \"rows.jsonl\"\ntrain steps: 20",
      right: "load \"smollm2\"\ndataset \"rows.jsonl\"\nlora rank: 8\ntrain steps: 20",
      stage: .checking),
    Explanation(
      "E0402", "no model", "Most commands work on the model that `load` opened last.",
      wrong: "quantize nf4\nload \"smollm2\"", right: "load \"smollm2\"\nquantize nf4",
      stage: .checking),
    Explanation(
      "E0403", "no dataset",
      "Training and evaluation read the examples that `dataset` opened.",
      wrong: "load \"smollm2\"\nlora rank: 8\ntrain steps: 20",
      right: "load \"smollm2\"\nlora rank: 8\ndataset \"rows.jsonl\"\ntrain steps: 20",
      stage: .checking),
    Explanation(
      "E0412", "a part that the dataset does not have",
      "`split` cuts the rows into train, valid and test. A part that was not cut off has no rows.",
      wrong: "load \"smollm2\"\ndataset \"rows.jsonl\"\neval",
      right: "load \"smollm2\"\ndataset \"rows.jsonl\"\nsplit valid: 10%\neval", stage: .checking),
  ]
}
