import Files
import Tokenizers

/// How the turns of conversations are written in the files that people have.
enum TurnKeys {
  /// The keys of whose it is and of what is said.
  static let pairs: [(role: String, content: String)] = [
    ("role", "content"), ("from", "value"),
  ]

  /// The keys that say whether a reply is learnt: true and 1, or false and 0.
  static let trained = ["weight", "train", "training", "trainable", "loss"]

  /// Whose turn it is, by the names in lower case.
  static let roles: [String: Message.Role] = [
    "system": .system, "developer": .system,
    "user": .user, "human": .user, "prompter": .user,
    "assistant": .assistant, "gpt": .assistant, "chatgpt": .assistant, "model": .assistant,
    "bot": .assistant, "bard": .assistant, "bing": .assistant, "ai": .assistant,
    "tool": .tool, "observation": .tool, "function": .tool,
  ]

  /// The names of turns that are calls.
  static let calls: Set<String> = ["function_call", "tool_call", "tool_calls"]

  /// The keys that a turn has; nil if it has none of the pairs.
  static func pair(of turn: JSONObject) -> (role: String, content: String)? {
    pairs.first { turn[$0.role] != nil && turn[$0.content] != nil }
      ?? pairs.first { turn[$0.role] != nil || turn[$0.content] != nil }
  }

  /// Whether an object is a turn: it says whose it is.
  static func isTurn(_ object: JSONObject) -> Bool {
    pairs.contains { object[$0.role]?.string != nil }
  }

  /// Whether a value is a list of turns.
  static func areTurns(_ value: JSONValue) -> Bool {
    guard let list = value.array, !list.isEmpty else { return false }
    return list.allSatisfy { $0.object.map(isTurn) ?? false }
  }
}

/// Parts of rows and turns that mean something which cannot be written into a text without the
/// model's own template, or not at all: a row that has one is refused.
enum UnwritablePart {
  /// By key: what a turn or a row with it does.
  static let all: [String: String] = calls.merging(media) { first, _ in first }

  private static let calls: [String: String] = [
    "tool_calls": "calls tools, which no template here can write",
    "function_call": "calls a function, which no template here can write",
    "tools": "offers tools, which no template here can write",
    "functions": "offers functions, which no template here can write",
  ]

  private static let media: [String: String] = Dictionary(
    uniqueKeysWithValues: ["images", "image", "audio", "audios", "video", "videos"].map {
      ($0, "has \($0), and only text is read")
    })

  /// What only a turn is refused for; beside a row's columns it is named as not used.
  static let ofTurns: [String: String] = all.merging(
    Dictionary(
      uniqueKeysWithValues: ["reasoning_content", "reasoning", "thinking"].map {
        ($0, "has its \($0) apart, which no template here can write")
      })
  ) { first, _ in first }
  .merging(["train_detail": "has parts that are learnt and parts that are not (train_detail)"]) {
    first, _ in first
  }
}

extension JSONValue {
  /// Whether there is nothing in it: null, and empty texts, lists and objects, as texts too
  /// (`"tools": "[]"`).
  var holdsNothing: Bool {
    switch self {
    case .null: true
    case .string(let text): text.utf8.count <= 4 && ["", "[]", "{}", "null"].contains(text)
    case .array(let values): values.isEmpty
    case .object(let object): object.members.isEmpty
    case .bool, .int, .double, .digits: false
    }
  }
}
