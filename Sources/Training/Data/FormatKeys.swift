import Files

/// The keys that a format's parts have in one file, looked up once for all of its rows.
struct FormatKeys {
  let format: DatasetFormat
  /// Of the parts that every row must have.
  let required: [String]
  /// Of all parts.
  let all: [String]
  /// Whether a model's own template is given whole turns, with their calls, and the tools.
  let givesTurns: Bool

  init(_ format: DatasetFormat, _ columns: ColumnMapping, givesTurns: Bool = false) {
    (self.format, self.givesTurns) = (format, givesTurns)
    required = format.requiredKeys.map { columns.key(for: $0) }
    all = required + format.optionalKeys.map { columns.key(for: $0) }
  }

  /// Whether a row has all that the format needs.
  func match(_ object: JSONObject) -> Bool {
    guard required.allSatisfy({ key in object[key].map { !$0.isNull } ?? false }) else {
      return false
    }
    switch format {
    // A turn of a conversation that stands on a line of its own is no text to continue.
    case .text: return !TurnKeys.isTurn(object)
    // Others have segments too, of speech for example.
    case .segments: return object[required[0]].map(ColumnReader.areSegments) ?? false
    // Texts without whose they are: a known shape reads them.
    case .messages, .sharegpt: return !(object[required[0]].map(AlternatingTexts.areTexts) ?? false)
    default: return true
    }
  }
}
