import Files

/// The keys of rows that their format does not read, with the number of rows that have something
/// there.
package struct UnreadKeys: Equatable, Sendable {
  /// In the order of their first row.
  package private(set) var keys: [String] = []
  package private(set) var rows: [String: Int] = [:]
  /// Rows with a key beyond `most`.
  private var others = 0
  private static let most = 1000

  /// For people: `id (in 3 rows), category (in 1 row)`; nil if every key is read.
  package var statement: String? {
    guard !keys.isEmpty else { return nil }
    let counted = keys.prefix(12).map { key in
      "\(Shown.clipped(key)) (in \(rows[key] == 1 ? "1 row" : "\(rows[key] ?? 0) rows"))"
    }
    let rest = keys.count - counted.count
    let more = rest > 0 ? " and \(others > 0 ? "more than " : "")\(rest) more" : ""
    return counted.joined(separator: ", ") + more
  }

  mutating func add(_ object: JSONObject, _ keys: FormatKeys) {
    var names: [String] = []
    for member in object.members where !member.value.holdsNothing {
      if !keys.all.contains(member.key) {
        // A label that is true says that the reply is wanted, and it is used.
        let isObeyed =
          member.key == "label" && keys.format != .text && member.value.saysWhether == true
        let isGiven = keys.givesTurns && UnwritablePart.tools.contains(member.key)
        if !isObeyed, !isGiven { names.append(member.key) }
      } else if keys.format == .segments {
        let found = (member.value.array ?? []).flatMap { $0.object?.keys ?? [] }
        for key in found where key != "text" && key != "label" {
          Self.add("\(member.key)[].\(key)", to: &names)
        }
      } else if TurnKeys.areTurns(member.value) {
        for turn in member.value.array ?? [] {
          Self.addUnread(
            of: turn.object ?? JSONObject(), of: member.key + "[]", keys.givesTurns, to: &names)
        }
      }
    }
    for name in names { count(name) }
  }

  private mutating func count(_ name: String) {
    if let known = rows[name] {
      rows[name] = known + 1
    } else if keys.count < Self.most {
      keys.append(name)
      rows[name] = 1
    } else {
      others += 1
    }
  }

  /// The keys of a turn, and of the parts of its content, that are not read.
  private static func addUnread(
    of turn: JSONObject, of list: String, _ givesTurns: Bool, to names: inout [String]
  ) {
    let pair = TurnKeys.pair(of: turn) ?? TurnKeys.pairs[0]
    for member in turn.members where !member.value.holdsNothing {
      if member.key == pair.content {
        for part in member.value.array ?? [] {
          for key in part.object?.keys ?? [] where key != "type" && key != "text" {
            add("\(list).\(member.key)[].\(key)", to: &names)
          }
        }
      } else if member.key != pair.role, !TurnKeys.trained.contains(member.key),
        !givesTurns || !UnwritablePart.readByTemplates.contains(member.key)
      {
        add("\(list).\(member.key)", to: &names)
      }
    }
  }

  private static func add(_ name: String, to names: inout [String]) {
    if !names.contains(name) { names.append(name) }
  }
}
