/// The shapes of rows that Skillet reads.
package enum DatasetFormat: String, CaseIterable, Sendable {
  /// `messages`: a list of turns, `{role, content}` or `{from, value}`; optionally `system` and
  /// `history`.
  case messages
  /// `conversations`: the same under another key.
  case sharegpt
  /// `instruction`, `output`, optionally `input`, `system` and `history`: pairs of earlier turns.
  case alpaca
  /// `prompt`, `completion`, each a text or a list of turns; optionally `system` and `history`.
  case promptCompletion = "prompt_completion"
  /// `text`, optionally cut into prompt and completion.
  case text
  /// `segments`: texts one after the other, each with a `label` that says whether it is learnt.
  case segments

  /// The keys that every row must have.
  package var requiredKeys: [String] {
    switch self {
    case .messages: ["messages"]
    case .sharegpt: ["conversations"]
    case .alpaca: ["instruction", "output"]
    case .promptCompletion: ["prompt", "completion"]
    case .text: ["text"]
    case .segments: ["segments"]
    }
  }

  package var optionalKeys: [String] {
    switch self {
    case .messages, .sharegpt, .promptCompletion: ["system", "history"]
    case .alpaca: ["input", "system", "history"]
    case .text, .segments: []
    }
  }
}
