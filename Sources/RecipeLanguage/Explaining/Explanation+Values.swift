extension Explanation {
  static let values: [Explanation] = [
    Explanation(
      "E0501", "a name that is not defined",
      "A name has to be bound by `let`, `param` or `for` above, or be a word of the language.",
      wrong: "show bsae", right: "let base = 3\nshow base"),
    Explanation(
      "E0502", "a value that does not fit the operator",
      "Numbers go with numbers, durations with durations; conditions are true or false. A result such "
        + "as that of `eval` is a record: compare one of its fields.",
      wrong: "let total = 1 + true", right: "let total = 1 + 2"),
    Explanation(
      "E0503", "a division by zero",
      "Nothing can be divided by zero.",
      wrong: "let x = 1 / 0", right: "let x = 1 / 2"),
    Explanation(
      "E0504", "a number, a text or a list that is too large",
      "Whole numbers have up to 18 digits, ranges up to 100,000 elements, values up to 200,000 with all "
        + "that is in them, texts 16 MB, loops 10,000 combinations. A number with a decimal point can be "
        + "larger.", wrong: "let x = 9223372036854775807 + 1",
      right: "let x = 9223372036854775807.0 + 1"),
    Explanation(
      "E0505", "a position or label that is not there",
      "Lists count from 0, so the last of three is at 2. Rows of a table are found by their label.",
      wrong: "let x = [1, 2, 3][3]", right: "let x = [1, 2, 3][2]"),
    Explanation(
      "E0506", "a field that is not there",
      "Each command gives a record with its own fields; `?eval` lists those of eval.",
      wrong: "let p = (eval).perplexty", right: "let p = (eval).perplexity"),
    Explanation(
      "E0507", "a function that cannot work on these values",
      "The message shows how the function is called.", wrong: "let x = mean([])",
      right: "let x = mean([1, 2])"),
    Explanation(
      "E0508", "an unknown function",
      "The functions are min, max, mean, sum, len, round, abs, sqrt, log, exp, all, any, best, range.",
      wrong: "let x = average([1, 2])", right: "let x = mean([1, 2])"),
    Explanation(
      "E0509", "a comparison with NaN",
      "NaN (not a number) is what 0/0 or the logarithm of a negative number comes to. It is neither "
        + "smaller nor larger than a number and equal to nothing, so that a condition with it would be "
        + "decided by how it is written. `best` passes over rows with NaN, and fails where there is "
        + "nothing else; `compare sort:` puts them last.",
      wrong: "assert not (log(-1) > 3)", right: "assert not (log(1) > 3)", stage: .checking),
  ]
}
