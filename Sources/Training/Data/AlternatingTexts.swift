import Files

/// Rows whose conversation is a list of texts, the user's first and then a reply to each, as LIMA and UltraChat have
/// them.
enum AlternatingTexts {
  private static let keys = ["conversations", "data"]

  static func areIn(_ row: JSONObject) -> Bool { keys.contains { row[$0].map(areTexts) ?? false } }

  static func areTexts(_ value: JSONValue) -> Bool {
    guard let texts = value.array, !texts.isEmpty else { return false }
    return texts.allSatisfy { $0.string != nil }
  }

  /// The row with its texts as turns under `messages`.
  ///
  /// - Throws: for a row that is none of these.
  static func asMessages(_ row: JSONObject) throws(RowRejection) -> JSONObject {
    guard let key = keys.first(where: { row[$0].map(areTexts) ?? false }),
      let texts = row[key]?.array
    else { throw RowRejection(reason: "its conversation is no list of texts") }
    var result = JSONObject(checked: row.members.filter { $0.key != key })
    result["messages"] = .array(
      texts.enumerated().map { index, text in
        ["role": index.isMultiple(of: 2) ? "user" : "assistant", "content": text]
      })
    return result
  }
}
