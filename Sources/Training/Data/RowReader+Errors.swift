import Files

extension RowReader {
  /// A parser's complaint with its place in the file, what stands there, and what to do.
  func explained(_ error: JSONError, in text: ArraySlice<UInt8>) -> DataError {
    Self.explained(error, in: text, of: file.name) { file.place(of: $0) }
  }

  static func explained(
    _ error: JSONError, in text: ArraySlice<UInt8>, of name: String,
    place: (Int) -> (line: Int, column: Int)
  ) -> DataError {
    let offset = min(text.startIndex + error.offset, text.endIndex)
    let (line, column) = place(offset)
    let rest = text[offset...]
    let seen = excerpt(rest)
    // What is JSON, and still cannot be read, is not said to be none.
    let isJSON = ["occurs twice", "are nested more"].contains { error.cause.contains($0) }
    return DataError(
      file: name, line: line, column: column,
      reason: isJSON ? error.cause : "this is not JSON: \(error.cause), and \(seen)",
      fix: isJSON
        ? "Take out what is too much, or take out the row"
        : fix(for: rest, cause: error.cause))
  }

  /// What a text begins with.
  private static func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
    guard let first = bytes.first else { return "the row ends" }
    guard first >= 0x20, first != 0x7F else { return "there is control character \(first)" }
    let text = String(decoding: bytes.prefix(24), as: UTF8.self)
    let word = text.prefix { $0.isLetter || $0 == "_" }
    let seen = first == UInt8(ascii: "\"") ? "a \"" : "\"\(word.isEmpty ? text.prefix(1) : word)\""
    return "there is \(seen)"
  }

  private static func fix(for rest: ArraySlice<UInt8>, cause: String) -> String {
    let hints: [(start: String, fix: String)] = [
      ("'", "Use double quotes around keys and text"),
      ("NaN", "JSON has no NaN: write null or leave the key out"),
      ("Infinity", "JSON has no Infinity: write null or leave the key out"),
      ("-Infinity", "JSON has no Infinity: write null or leave the key out"),
      ("None", "Write null"), ("True", "Write true"), ("False", "Write false"),
      ("}", "Remove the comma before it, or add what is missing"),
      ("]", "Remove the comma before it, or add what is missing"),
    ]
    if let hint = hints.first(where: { rest.starts(with: $0.start.utf8) }) { return hint.fix }
    if rest.isEmpty {
      return "Put each row on one line, and write line breaks inside text as \\n"
    }
    if cause.contains("control character") { return "Write line breaks as \\n and tabs as \\t" }
    if cause.contains("surrogate") { return "Write both halves of the pair, or the character" }
    if cause.contains("more text after") {
      return rest.first == UInt8(ascii: ",")
        ? "Take out the comma after the row" : "Put each row on a line of its own"
    }
    return "Correct the row or take it out"
  }
}
