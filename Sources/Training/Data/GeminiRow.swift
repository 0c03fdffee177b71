import Files

/// Rows of Gemini's API.
enum GeminiRow {
  static let system = "systemInstruction"
  private static let otherSystem = "system_instruction"

  /// The row with its system message in the one of two spellings; rows of one file may have either.
  static func withOneSpelling(_ row: JSONObject) throws(RowRejection) -> JSONObject {
    guard let value = row[otherSystem], !value.isNull else { return row }
    if let first = row[system], !first.isNull, first != value {
      throw RowRejection(
        reason: "its \(system) and its \(otherSystem) are two different system messages")
    }
    var result = row
    result[system] = value
    result[otherSystem] = nil
    return result
  }
}
