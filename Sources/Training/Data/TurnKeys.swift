import Files
import Tokenizers

/// How the turns of conversations are written in the files that people have.
enum TurnKeys {
  /// The keys of whose it is and of what is said.
  static let pairs: [(role: String, content: String)] = [
    ("role", "content"), ("from", "value"), ("role", "parts"),
  ]

  /// The keys that say whether a reply is learnt: true and 1, or false and 0.
  static let trained = ["weight", "train", "training", "trainable", "loss"]

  /// Whose turn it is, by the names in lower case.
  static let roles: [String: Message.Role] = [
    "system": .system, "developer": .system,
    "user": .user, "human": .user, "prompter": .user,
    "assistant": .assistant, "gpt": .assistant, "chatgpt": .assistant, "chatbot": .assistant,
    "model": .assistant,
    "bot": .assistant, "bard": .assistant, "bing": .assistant, "ai": .assistant,
    "tool": .tool, "observation": .tool, "function": .tool, "ipython": .tool,
    "function_response": .tool, "tool_response": .tool,
  ]

  /// The roles that are handed to a model's own template by their own name.
  static let ownNames: Set<String> = ["developer", "ipython"]

  /// The names of turns that are calls.
  private static let calls: Set<String> = ["function_call", "tool_call", "tool_calls"]

  /// Whether a turn by this name is a call of a tool: its text is the call, in JSON.
  static func isCall(_ role: JSONValue?) -> Bool {
    role?.string.map { calls.contains($0.lowercased()) } ?? false
  }

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

/// Parts of rows and turns that mean something which a template may have no text for: no row that has one
/// is written without it.
enum UnwritablePart {
  /// Beside a row's columns and in its turns: what no template writes.
  static let all: [String: String] = Dictionary(
    uniqueKeysWithValues: ["images", "image", "audio", "audios", "video", "videos"].map {
      ($0, "has \($0), and only text is read")
    })

  /// What only a turn is refused for; beside a row's columns it is named as not used.
  static let ofTurns: [String: String] = all.merging(
    ["train_detail": "has parts that are learnt and parts that are not (train_detail)"]
  ) { first, _ in first }

  /// What a row is refused for beside its turns: a call that stands nowhere among them.
  static let ofRows: [String: String] = all.merging(
    [
      "tool_calls": "calls tools outside of its turns",
      "function_call": "calls a function outside of its turns",
    ]
  ) { first, _ in first }

  /// Of a turn, what only a model's own template can write: by key, what the turn does.
  static let templated: [String: String] = Dictionary(
    uniqueKeysWithValues: ReasoningKeys.all.map { ($0, "has its \($0) apart") }
  ).merging(["tool_calls": "calls tools"]) { first, _ in first }

  /// The keys of a turn that a model's own template may read.
  static let readByTemplates: Set<String> = Set(templated.keys).union([
    "name", "tool_call_id", "function_call",
  ])

  /// The columns of the tools that a conversation offers.
  static let tools = ["tools", "functions"]
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
