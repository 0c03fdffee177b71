import Files
import Tokenizers

/// OpenAssistant's messages, whose rows are turns of threads and not texts: one message a row with
/// its parent, or one tree of messages a row. Of every tree one conversation is read, as its
/// publishers' subsets have it: at each step the reply of the best rank.
struct ThreadReader {
  private struct Node {
    var turn: JSONValue
    var isReply: Bool
    var rank: Int
    var isDeleted: Bool
    var line: Int
    var children: [Int] = []
  }

  private let file: String
  private var nodes: [Node] = []
  private var roots: [Int] = []

  static func isThread(_ object: JSONObject) -> Bool { isMessage(object) || tree(object) != nil }

  /// The rows with their threads as rows of `messages`; nil if there is no thread.
  static func conversations(
    of rows: [DatasetRow], file: String
  ) throws(DataError) -> (rows: [DatasetRow], notice: String)? {
    guard let first = rows.first(where: { isThread($0.object) }) else { return nil }
    var reader = ThreadReader(file: file)
    try reader.addMessages(rows.filter { isMessage($0.object) })
    for row in rows {
      if let root = tree(row.object) { reader.addTree(root, line: row.line) }
    }
    let paths = reader.roots.map(reader.path).filter { !$0.isEmpty }
    guard !paths.isEmpty else {
      throw DataError(
        file: file, line: first.line, reason: "its threads have no reply to learn from",
        fix: "Give the file that has whole threads, prompts and replies")
    }
    let conversations = paths.map { path in
      let turns = path.map { reader.nodes[$0].turn }
      return DatasetRow(
        object: ["messages": .array(turns)], line: path.map { reader.nodes[$0].line }.min() ?? 1)
    }
    let unused = reader.nodes.count - paths.reduce(0) { $0 + $1.count }
    let all = rows.filter { !isThread($0.object) } + conversations
    return (
      all.sorted { $0.line < $1.line },
      "threads of messages are read as \(paths.count) conversations, each with the reply of the "
        + "best rank at every step; messages not used: \(unused)"
    )
  }

  private init(file: String) { self.file = file }

  /// One message a row: `message_id`, `parent_id`, `role`, `text`.
  private static func isMessage(_ object: JSONObject) -> Bool {
    object["message_id"]?.string != nil && object["parent_id"] != nil
      && object["role"]?.string != nil && object["text"]?.string != nil
  }

  /// The root of a row that is a tree.
  private static func tree(_ object: JSONObject) -> JSONObject? {
    guard let root = object["prompt"]?.object, root["replies"]?.array != nil,
      root["role"]?.string != nil, root["text"]?.string != nil
    else { return nil }
    return root
  }

  private mutating func append(_ object: JSONObject, line: Int) -> Int {
    let role = object["role"]?.string ?? ""
    nodes.append(
      Node(
        turn: ["role": .string(role), "content": object["text"] ?? .null],
        isReply: TurnKeys.roles[role.lowercased()] == .assistant,
        rank: object["rank"]?.int ?? .max, isDeleted: object["deleted"]?.bool ?? false, line: line))
    return nodes.count - 1
  }

  private mutating func addMessages(_ rows: [DatasetRow]) throws(DataError) {
    var places: [String: Int] = [:]
    places.reserveCapacity(rows.count)
    for row in rows {
      let id = row.object["message_id"]?.string ?? ""
      guard places.updateValue(append(row.object, line: row.line), forKey: id) == nil else {
        throw DataError(
          file: file, line: row.line, reason: "the message_id \(Shown.quoted(id)) stands twice",
          fix: "Take one of the messages out")
      }
    }
    for (index, row) in rows.enumerated() {
      if let parent = row.object["parent_id"]?.string {
        if let place = places[parent] { nodes[place].children.append(index) }
      } else {
        roots.append(index)
      }
    }
  }

  private mutating func addTree(_ root: JSONObject, line: Int) {
    var open: [(object: JSONObject, parent: Int?)] = [(root, nil)]
    while let (object, parent) = open.popLast() {
      let index = append(object, line: line)
      if let parent { nodes[parent].children.append(index) } else { roots.append(index) }
      for reply in (object["replies"]?.array ?? []).reversed() {
        if let reply = reply.object { open.append((reply, index)) }
      }
    }
  }

  /// The best ranked reply at every step, up to the last that is a reply; empty if there is none.
  private func path(from root: Int) -> [Int] {
    var path: [Int] = []
    var next = nodes[root].isDeleted ? nil : root
    while let node = next {
      path.append(node)
      next = nodes[node].children.filter { !nodes[$0].isDeleted }
        .min { (nodes[$0].rank, $0) < (nodes[$1].rank, $1) }
    }
    let last = path.lastIndex { nodes[$0].isReply }
    return last.map { Array(path[...$0]) } ?? []
  }
}
