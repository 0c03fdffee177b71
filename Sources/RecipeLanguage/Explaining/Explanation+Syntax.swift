extension Explanation {
  static let syntax: [Explanation] = [
    Explanation(
      "E0101", "a character that is not part of the language",
      "Outside of quotes a recipe is written in plain letters, digits and a few signs. Copied text "
        + "often brings curly quotes, long dashes or spaces that only look like spaces.",
      wrong: "load “smollm2”", right: "load \"smollm2\""),
    Explanation(
      "E0102", "bytes that are not text",
      "Recipes are UTF-8 text. A file in another encoding, or a file that is no text at all, has "
        + "bytes that mean no character. An editor can save the file anew as UTF-8.",
      wrong: "load \"smollm2\" \u{FFFD}", right: "load \"smollm2\"", stage: .running),
    Explanation(
      "E0103", "text without its closing quote",
      "Text in quotes ends on the line where it starts. Text of several lines stands between three "
        + "quotes, which have lines of their own.",
      wrong: "generate \"Once upon", right: "generate \"Once upon a time\""),
    Explanation(
      "E0104", "a number that cannot be read",
      "A unit stands directly behind its number: 90s, 10m, 2h, 512MB, 10%. Whole numbers have up to "
        + "18 digits.", wrong: "train budget: 10min", right: "train budget: 10m"),
    Explanation(
      "E0105", "an unknown escape in text",
      "A backslash in text starts one of: \\n (new line), \\t (tab), \\r (return), \\\" (quote), "
        + "\\\\ (backslash), \\u{E9} (a letter by its number).",
      wrong: "generate \"a\\qb\"", right: "generate \"a\\\\qb\""),
    Explanation(
      "E0106", "a brace in text that starts or ends nothing",
      "Braces in text put a value in: \"out/{name}\". A brace that is meant as a brace is doubled.",
      wrong: "generate \"reply with {}\"", right: "generate \"reply with {{}}\""),
    Explanation(
      "E0107", "a text block that is not closed or not opened on its own line",
      "Text of several lines starts on the line after \"\"\" and ends at the next \"\"\". Its common "
        + "indent is taken away, and it has no escapes.",
      wrong: "dataset \"\"\"{\"text\": \"one\"}\n\"\"\"",
      right: "dataset \"\"\"\n  {\"text\": \"one\"}\n  \"\"\""),
    Explanation(
      "E0108", "too long or nested too deeply",
      "Expressions and blocks nest up to 64 levels. A part with a name of its own reads better. A recipe "
        + "has up to 10,000 statements, a record 1,000 fields, a command 100 arguments.",
      wrong: "let a = " + String(repeating: "(", count: 70) + "1"
        + String(repeating: ")", count: 70),
      right: "let part = (1 + 2) * 3\nlet a = part * 4"),
    Explanation(
      "E0109", "a word of other languages",
      "There are no branches, functions or open-ended loops: a recipe always ends and can be planned "
        + "before it runs. `for` goes over a list, `assert` checks, `include` shares.",
      wrong: "while true { eval }", right: "for r in [2, 4] as \"r{r}\" { lora rank: r }"),
    Explanation(
      "E0110", "something else was expected",
      "The line could be read up to the marked place, where the grammar asks for something else.",
      wrong: "let x 3", right: "let x = 3"),
    Explanation(
      "E0111", "a command called like a function",
      "A command takes its arguments behind its name, with commas between them. Parentheses are for "
        + "using a command inside an expression: (eval).loss",
      wrong: "lora(rank=8)", right: "lora rank: 8"),
    Explanation(
      "E0112", "a named argument without its colon",
      "Arguments are written `name: value`. Only the first one of some commands has no name.",
      wrong: "lora rank 8", right: "lora rank: 8"),
    Explanation(
      "E0113", "a bracket that is never closed, or closes nothing",
      "Every ( [ { has its partner. The two marks show where it was opened and where the partner was "
        + "missed.", wrong: "let x = [1, 2\nlet y = 3", right: "let x = [1, 2]\nlet y = 3"),
    Explanation(
      "E0114", "a command where a value is needed",
      "Inside an expression the name of a command is only a word. In parentheses it runs, and its "
        + "value can be used.", wrong: "let p = eval.perplexity", right: "let p = (eval).perplexity"
    ),
    Explanation(
      "E0115", "a value given without `let`",
      "`let` binds a name to a value, once. Arguments of a command take a colon.",
      wrong: "rank = 8", right: "let my_rank = 8"),
    Explanation(
      "E0116", "an argument written as a flag",
      "Flags with dashes belong to the command line. In a recipe arguments have a name and a colon.",
      wrong: "lora --rank 8", right: "lora rank: 8"),
    Explanation(
      "E0117", "a line that stands too late",
      "A file starts with its `recipe` line; `include` and `param` follow; then come the commands.",
      wrong: "seed 1\nparam steps: int = 20", right: "param steps: int = 20\nseed 1"),
    Explanation(
      "E0118", "a value without a name behind named arguments",
      "The argument that needs no name comes first, directly behind the command.",
      wrong: "generate max_tokens: 8, \"Hello\"", right: "generate \"Hello\", max_tokens: 8"),
    Explanation(
      "E0119", "comparisons in a chain",
      "A comparison gives true or false, which cannot be compared further. Two are joined by `and`.",
      wrong: "let ok = 1 < 2 < 3", right: "let ok = 1 < 2 and 2 < 3"),
    Explanation(
      "E0120", "a keyword as a name",
      "Words such as `for`, `let` or `in` hold the grammar together and cannot be names.",
      wrong: "let where = 3", right: "let place = 3"),
    Explanation(
      "E0121", "a field given twice in a record",
      "A record has one value under each name. Of two, one would be lost without a word.",
      wrong: "let losses = {first: 1.9, first: 2.1}",
      right: "let losses = {first: 1.9, second: 2.1}"),
  ]
}
