import Files
import Tokenizers

/// A conversation in one text, whose turns begin with whose they are.
struct WrittenConversation {
  struct Turn: Equatable {
    var role: Message.Role
    /// Without white space at its ends.
    var content: String

    var value: JSONValue { ["role": .string(role.rawValue), "content": .string(content)] }
  }

  /// What a turn begins with: line feeds, a name and a colon.
  typealias Mark = (text: String, role: Message.Role)

  private(set) var turns: [Turn] = []

  static func begins(_ text: String, with marks: [Mark]) -> Bool {
    marks.contains { text.utf8.starts(with: $0.text.utf8) }
  }

  /// - Parameter text: begins with a mark.
  init(_ text: String, marks: [Mark]) {
    let bytes = Array(text.utf8)
    var (place, start) = (0, 0)
    var role: Message.Role?
    func close(at end: Int) -> Turn? {
      role.map { role in
        let content = String(decoding: bytes[start..<end], as: UTF8.self)
        return Turn(role: role, content: content.trimmed)
      }
    }
    while place < bytes.count {
      let found =
        bytes[place] == 0x0A
        ? marks.first { bytes[place...].starts(with: $0.text.utf8) } : nil
      guard let found else {
        place += 1
        continue
      }
      if let turn = close(at: place) { turns.append(turn) }
      place += found.text.utf8.count
      (role, start) = (found.role, place)
    }
    if let turn = close(at: bytes.count) { turns.append(turn) }
  }
}
