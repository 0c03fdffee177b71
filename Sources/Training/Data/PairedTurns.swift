import Files

/// Rows whose `conversation` is a list of inputs, each with its output, as Capybara has them.
enum PairedTurns {
  static func areIn(_ row: JSONObject) -> Bool {
    guard let pairs = row["conversation"]?.array, !pairs.isEmpty else { return false }
    return pairs.allSatisfy { $0["input"]?.string != nil && $0["output"]?.string != nil }
  }

  /// The row with its pairs as turns under `messages`.
  ///
  /// - Throws: for a row that is none of these.
  static func asMessages(_ row: JSONObject) throws(RowRejection) -> JSONObject {
    var turns: [JSONValue] = []
    for (index, pair) in (row["conversation"]?.array ?? []).enumerated() {
      guard let members = pair.object, let input = members["input"], let output = members["output"]
      else {
        throw RowRejection(
          reason: "item \(index + 1) of its conversation is no input with its output")
      }
      var reply = JSONObject(
        checked: members.members.filter { $0.key != "input" && $0.key != "output" })
      (reply["role"], reply["content"]) = ("assistant", output)
      turns += [["role": "user", "content": input], .object(reply)]
    }
    guard !turns.isEmpty else {
      throw RowRejection(reason: "its conversation is no list of inputs with their outputs")
    }
    var result = JSONObject(checked: row.members.filter { $0.key != "conversation" })
    result["messages"] = .array(turns)
    return result
  }
}
