extension Explanation {
  static let names: [Explanation] = [
    Explanation(
      "E0303", "a name that the language needs itself",
      "Commands, functions and words such as nf4 keep their meaning everywhere, so that a line never "
        + "depends on what was called what before.", wrong: "let nf4 = 3", right: "let bits = 3"),
    Explanation(
      "E0304", "a name bound twice",
      "A name keeps its first value. What a later line reads is then never a question of which line "
        + "ran last. At the prompt a later cell may bind a name anew; `:save` gives the two values "
        + "names of their own.", wrong: "let a = 1\nlet a = 2", right: "let a = 1\nlet b = 2"),
    Explanation(
      "E0305", "an unknown type of a parameter",
      "Parameters are int, float, bool, string, percent, duration, size, word, model, path, lists of "
        + "these ([int]), or one of some values (one of [1, 2]).",
      wrong: "param steps: integer = 20", right: "param steps: int = 20"),
    Explanation(
      "E0306", "a default that is not of the parameter's type",
      "The default has to be what the parameter says that it takes.",
      wrong: "param share: percent = 3", right: "param share: percent = 3%"),
    Explanation(
      "E0307", "a value of the prompt in a recipe",
      "`_` and `_3` are values of earlier cells. A recipe has no cells: it gives values names.",
      wrong: "show _3", right: "let loss = 2.5\nshow loss", stage: .checking),
    Explanation(
      "W0301", "a name that is never used",
      "What is bound and not read is often a misspelling elsewhere. What a command or a loop gives "
        + "counts as read: a run shows it under its name.",
      wrong: "let unused = 3", right: "let three = 3\nshow three", stage: .checking),
    Explanation(
      "W0302", "a choice judged by what it was chosen by",
      "The best of several runs on one set of rows looks better there than it is: part of its lead "
        + "is luck. Rows that had no say in the choice, the test part, give the honest number.",
      wrong: chosen + "assert winner.perplexity < 30",
      right: chosen + "show winner\nassert (eval on: test).perplexity < 30", stage: .checking),
    Explanation(
      "W0303", "a recipe without its first line",
      "`recipe \"title\", language: 1` says which version of the language the file was written for.",
      wrong: "seed 1", right: "recipe \"first\", language: 1\nseed 1", stage: .checking),
    Explanation(
      "W0304", "a label that does not tell runs apart",
      "A label is how a run of a loop is found again, as in runs[\"r8\"]. It should hold every loop "
        + "variable.", wrong: "for r in [1, 2] as \"run\" { show r }",
      right: "for r in [1, 2] as \"r{r}\" { show r }"),
  ]

  private static let chosen = """
    load "smollm2"
    dataset "rows.jsonl"
    split valid: 10%, test: 10%
    let runs = for r in [2, 8] as "r{r}" {
      lora rank: r
      train steps: 20
      eval
    }
    let winner = best(runs, by: perplexity)

    """
}
