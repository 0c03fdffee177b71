import Files
import Tokenizers

extension DatasetFormat {
  /// Whether a row has all that this format needs.
  package func matches(_ object: JSONObject, columns: ColumnMapping) -> Bool {
    FormatKeys(self, columns).match(object)
  }

  /// What a row of this format says.
  package func content(
    of object: JSONObject, columns: ColumnMapping
  ) throws(RowRejection) -> Example.Content {
    let row = ColumnReader(object: object, columns: columns)
    switch self {
    case .messages, .sharegpt:
      return .messages(try row.conversation(row.turns(requiredKeys[0])))
    case .alpaca:
      let user = Message(
        .user, try row.text("instruction"), context: try row.optionalText("input") ?? "")
      return .messages(
        try row.conversation([user, Message(.assistant, try row.reply("output"))]))
    case .promptCompletion:
      return .messages(
        try row.conversation(
          Self.joined(row.side("prompt", .user), row.side("completion", .assistant))))
    case .text:
      let text = try row.reply("text")
      guard let marker = columns.cutAfter else { return .text(text) }
      return .messages(try Self.cut(text, after: marker))
    case .segments: return .segments(try row.segments("segments"))
    }
  }

  /// A prompt and what follows it, which may say the prompt once more, with a system message before it.
  private static func joined(_ prompt: [Message], _ completion: [Message]) -> [Message] {
    let systems = completion.prefix { $0.role == .system }
    let rest = completion.dropFirst(prompt.first?.role == .system ? 0 : systems.count)
    let isRepeated =
      rest.count > prompt.count
      && zip(prompt, rest).allSatisfy {
        $0.role == $1.role && $0.content.utf8.elementsEqual($1.content.utf8)
      }
    guard isRepeated else { return prompt + completion }
    return completion.dropLast(rest.count) + prompt + rest.dropFirst(prompt.count)
  }

  /// Cuts behind the first place where the marker's bytes stand, whatever characters they are part
  /// of: a line feed is found in CR LF.
  private static func cut(
    _ text: String, after marker: String
  ) throws(RowRejection) -> [Message] {
    let bytes = Array(text.utf8)
    guard let place = firstRange(of: Array(marker.utf8), in: bytes, from: 0) else {
      let shown = marker.split(separator: "\n", omittingEmptySubsequences: false)
      throw RowRejection(
        reason: "its text has no \"\(shown.joined(separator: "\\n"))\" to cut after")
    }
    let completion = String(decoding: bytes[place.upperBound...], as: UTF8.self)
    guard !completion.isBlank else {
      throw RowRejection(reason: "nothing follows the place where its text is cut")
    }
    let prompt = String(decoding: bytes[..<place.upperBound], as: UTF8.self)
    return [Message(.user, prompt), Message(.assistant, completion)]
  }
}
