import Diagnostics
import Files
import Tokenizers

/// What to write after `columns:` so that rows of unknown keys are read. Only what reads the row at
/// hand is proposed.
struct ColumnProposal {
  private typealias Pair = (part: String, key: String)

  private static let prompts = [
    "prompt", "instruction", "question", "query", "input", "problem", "user", "human", "request",
    "source", "inputs", "input_text", "ticket", "message", "email", "utterance", "comment",
    "review", "description", "note", "body", "article", "dialogue", "document",
  ]
  private static let contexts = ["input", "context", "passage", "document", "paragraph"]
  private static let replies = [
    "completion", "output", "outputs", "output_text", "targets", "response", "answer", "reply",
    "solution", "assistant", "target",
    "answers", "chosen", "label", "labels", "category", "class", "intent", "summary", "highlights",
    "translation", "expected", "json", "sql",
  ]
  private static let systems = ["system", "system_prompt", "system_message"]

  /// The names of replies, and of lists of them, that are not wanted or wanted only beside those.
  private static let judged = ["rejected", "preferred", "completions", "responses", "choices"]

  let row: JSONObject
  let formats: [DatasetFormat]
  let columns: ColumnMapping
  /// What may be proposed: what the row has, but replies that are not wanted and lists of values.
  private let members: [JSONObject.Member]

  init(row: JSONObject, formats: [DatasetFormat], columns: ColumnMapping) {
    (self.row, self.formats, self.columns) = (row, formats, columns)
    members = row.members.filter { member in
      let name = member.key.lowercased()
      return !member.value.isNull && !Self.judged.contains(where: name.contains)
        && member.value.array.map { $0.contains { $0.object != nil } } ?? true
    }
  }

  /// The first proposal that reads the row, as it is written in a recipe.
  var source: String? {
    pairs.map(written)
  }

  private var pairs: [Pair]? {
    let candidates =
      [recased, misspelt, turnLists, pairing].flatMap { $0 } + textColumn + twoColumns
    return candidates.first(where: reads)
  }

  /// What the row says when it is read so, on one line; nil where it is a conversation.
  var reading: String? {
    guard let pairs, let format = format(reading: pairs),
      case .messages(let messages)? = try? format.content(of: row, columns: merged(pairs)),
      messages.count == 2
    else { return nil }
    return messages.map { Shown.quoted($0.content) }.joined(separator: ", answered ")
  }

  /// The part that a misspelt key is meant for, and its key.
  var misspelling: (part: String, key: String)? { misspelt.first(where: reads)?.first }

  /// Keys that the format has a part for, which are not read as they are named.
  static func unread(
    _ keys: [String], format: DatasetFormat, columns: ColumnMapping
  ) -> String? {
    let parts = [("system", systems), ("input", contexts)]
    let pairs: [Pair] = parts.compactMap { part, names in
      guard format.optionalKeys.contains(part), columns.names[part] == nil else { return nil }
      return names.first { keys.contains($0) }.map { (part, $0) }
    }
    guard !pairs.isEmpty else { return nil }
    return ColumnProposal(row: JSONObject(), formats: [], columns: columns).written(pairs)
  }

  private var misspelt: [[Pair]] {
    let keys = Shown.candidates(members.map(\.key))
    var seen: Set<String> = []
    return formats.flatMap(\.requiredKeys).filter { seen.insert($0).inserted }.compactMap { part in
      let key = columns.key(for: part)
      guard row[key] == nil, let near = NearestName.nearest(to: key, among: keys) else {
        return nil
      }
      return [(part, near)]
    }
  }

  private var turnLists: [[Pair]] {
    members.filter { TurnKeys.areTurns($0.value) }.map { [("messages", $0.key)] }
  }

  private var pairing: [[Pair]] {
    guard let prompt = Self.prompts.first(where: holds),
      let reply = Self.replies.first(where: { $0 != prompt && holds($0) })
    else { return [] }
    let system = Self.systems.first(where: holds).map { [("system", $0)] } ?? []
    let context = Self.contexts.first { $0 != prompt && row[$0] != nil }
    let alpaca = [("instruction", prompt)] + (context.map { [("input", $0)] } ?? [])
    let pairs = [("prompt", prompt), ("completion", reply)] + system
    let triple = alpaca + [("output", reply)] + system
    return context != nil || prompt == "instruction" ? [triple, pairs] : [pairs, triple]
  }

  /// The only column with text. Beside others it is a part of what rows say, and a name with a separator
  /// in it is the head of a table whose cells are not told apart.
  private var textColumn: [[Pair]] {
    let texts = row.members.filter { $0.value.string != nil || $0.value.array != nil }
    guard texts.count == 1, let text = members.first(where: { $0.value.string != nil }),
      text.key.utf8.allSatisfy({ !"|;,\t".utf8.contains($0) })
    else { return [] }
    return [[("text", text.key)]]
  }

  /// The parts of a format whose columns have the same names but for the case of letters.
  private var recased: [[Pair]] {
    formats.compactMap { format in
      let pairs: [Pair] = (format.requiredKeys + format.optionalKeys).compactMap { part in
        guard columns.names[part] == nil else { return nil }
        return members.first { $0.key.lowercased() == part }.map { (part, $0.key) }
      }
      let isWhole = format.requiredKeys.allSatisfy { part in pairs.contains { $0.part == part } }
      return isWhole && pairs.contains { $0.part != $0.key } ? pairs : nil
    }
  }

  /// Two columns of which one has a name that is known: the other plays the other part.
  private var twoColumns: [[Pair]] {
    let keys = members.map(\.key)
    guard keys.count == 2, row.members.count(where: { !$0.value.isNull }) == 2 else { return [] }
    return [(keys[0], keys[1]), (keys[1], keys[0])].filter { prompt, reply in
      Self.prompts.contains(prompt) || Self.replies.contains(reply)
    }.map { [("prompt", $0), ("completion", $1)] }
  }

  private func holds(_ key: String) -> Bool { members.contains { $0.key == key } }

  private func reads(_ pairs: [Pair]) -> Bool { format(reading: pairs) != nil }

  private func format(reading pairs: [Pair]) -> DatasetFormat? {
    let mapping = merged(pairs)
    return formats.first { format in
      pairs.allSatisfy { (format.requiredKeys + format.optionalKeys).contains($0.part) }
        && format.matches(row, columns: mapping)
        && (try? format.content(of: row, columns: mapping)) != nil
    }
  }

  private func merged(_ pairs: [Pair]) -> ColumnMapping {
    var mapping = columns
    mapping.writesJSON = true
    for pair in pairs { mapping.names[pair.part] = pair.key }
    return mapping
  }

  /// Parts that have their own name are left out.
  private func written(_ pairs: [Pair]) -> String {
    let kept = columns.names.filter { name in !pairs.contains { $0.part == name.key } }
    let all = kept.sorted { $0.key < $1.key }.map { (part: $0.key, key: $0.value) } + pairs
    let needed = all.filter { $0.part != $0.key }
    return "columns: {"
      + needed.map { "\($0.part): \(Self.literal($0.key))" }
      .joined(separator: ", ") + "}"
  }

  /// A text of the language.
  private static func literal(_ text: String) -> String {
    let escapes: [Character: String] = [
      "\"": "\\\"", "\\": "\\\\", "{": "{{", "}": "}}", "\n": "\\n", "\r\n": "\\r\\n", "\t": "\\t",
    ]
    return "\"" + text.map { escapes[$0] ?? String($0) }.joined() + "\""
  }
}
