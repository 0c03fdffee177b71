/// The shapes of rows that Skillet reads.
package enum DatasetFormat: String, CaseIterable, Sendable {
  /// `messages`: a list of `{role, content}`.
  case messages
  /// `conversations`: a list of `{from, value}`, optionally `system`.
  case sharegpt
  /// `instruction`, optionally `input` and `system`, `output`.
  case alpaca
  /// `prompt`, `completion`.
  case promptCompletion = "prompt_completion"
  /// `text`, optionally cut into prompt and completion.
  case text

  /// The keys that every row must have.
  package var requiredKeys: [String] {
    switch self {
    case .messages: ["messages"]
    case .sharegpt: ["conversations"]
    case .alpaca: ["instruction", "output"]
    case .promptCompletion: ["prompt", "completion"]
    case .text: ["text"]
    }
  }

  package var optionalKeys: [String] {
    switch self {
    case .messages, .promptCompletion, .text: []
    case .sharegpt: ["system"]
    case .alpaca: ["input", "system"]
    }
  }
}
