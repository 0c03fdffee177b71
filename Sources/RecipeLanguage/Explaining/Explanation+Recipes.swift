extension Explanation {
  static let recipes: [Explanation] = [
    Explanation(
      "E0210", "a parameter without a value",
      "A parameter without a default gets its value from outside: skillet run FILE --set steps=20",
      wrong: "param steps: int", right: "param steps: int = 20"),
    Explanation(
      "E0211", "a parameter outside its limits",
      "What stands behind `where` has to hold for the value, default or given.",
      wrong: "param rank: int = 99 where rank in 1..64",
      right: "param rank: int = 8 where rank in 1..64"),
    Explanation(
      "E0601", "an included file that cannot be read",
      "The path counts from the folder of the file that includes.",
      wrong: "include \"missing.recipe\"", right: "param steps: int = 20", stage: .running),
    Explanation(
      "E0602", "files that include each other",
      "A file cannot stand inside itself. What two files share belongs into a third.",
      wrong: "include \"this.recipe\"", right: "include \"common.recipe\"", stage: .running),
    Explanation(
      "E0603", "an included file that acts",
      "An included file holds `param` and `let`, and nothing that loads, trains or prints: including "
        + "it never changes what a recipe does.", wrong: "load \"smollm2\"",
      right: "let attention = [q_proj, k_proj, v_proj, o_proj]", stage: .running),
    Explanation(
      "E0604", "an unknown version of the language",
      "This version of the program knows language 1.",
      wrong: "recipe \"first\", language: 9", right: "recipe \"first\", language: 1"),
    Explanation(
      "E0701", "an assertion that does not hold",
      "`assert` states what the author claims. The values of both sides stand in the message.",
      wrong: "assert 1 > 2, \"one should be more\"", right: "assert 2 > 1", stage: .checking),
    Explanation(
      "E0702", "a value that is not the recorded one",
      "`expect` compares with a value recorded before, exactly or within a tolerance. It fails when "
        + "numbers changed; whether that is a mistake is for the author to say.",
      wrong: "expect 1 + 1 == 3", right: "expect 1 + 1 == 2", stage: .running),
    Explanation(
      "E0703", "an expectation without a recorded value",
      "`expect x` alone asks for the value of x to be recorded. `skillet accept FILE` runs the recipe and "
        + "writes the value behind it; from then on the line checks that it stays so.",
      wrong: "expect 1 + 1", right: "expect 1 + 1 == 2", stage: .running),
  ]
}
