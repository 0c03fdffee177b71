import Notebooks
import Sessions
import Terminals

/// The cells of sessions before this one, as the history file has them: `~1/2-5` means cells 2 to 5 of the
/// last session, `~2` all of the one before it.
struct EarlierSessions {

  /// The latest session first; sessions without a cell do not count.
  private let sessions: [[EarlierCell]]

  /// - Parameter current: the session that is no earlier one.
  init(_ entries: [HistoryEntry], current: String) {
    var order: [String] = []
    var cells: [String: [EarlierCell]] = [:]
    for entry in entries where entry.session != current && entry.ok {
      if let number = entry.cell {
        if !order.contains(entry.session) { order.append(entry.session) }
        // a number comes again when the cell was taken back
        cells[entry.session, default: []].removeAll { $0.number >= number }
        cells[entry.session, default: []].append(
          EarlierCell(
            number: number, text: entry.kept ?? entry.text, wasCutShort: entry.wasCutShort,
            runs: entry.runs))
      } else if SessionCommand.meant(by: entry.text) == .undo {
        _ = cells[entry.session]?.popLast()
      }
    }
    sessions = order.reversed().compactMap { cells[$0] }.filter { !$0.isEmpty }
  }

  /// The cells that a text such as `~1/2-5` names.
  func cells(_ text: String) throws(CellRange.Refusal) -> (
    chosen: [EarlierCell], all: [EarlierCell]
  ) {
    let words = text.drop { $0.isWhitespace }.dropFirst()
      .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard text.drop(while: \.isWhitespace).hasPrefix("~"), let back = words.first,
      back.allSatisfy({ ("0"..."9").contains($0) || $0.isWhitespace }),
      let age = Int(back.filter { !$0.isWhitespace }), age > 0
    else {
      throw CellRange.Refusal(
        message: "cells of earlier sessions are written ~1/2-5: cells 2 to 5 of the last session")
    }
    guard sessions.indices.contains(age - 1) else {
      let count = sessions.count == 1 ? "1 earlier session" : "\(sessions.count) earlier sessions"
      throw CellRange.Refusal(message: "there is no session ~\(age); the history has \(count)")
    }
    let all = sessions[age - 1]
    guard words.count > 1, !words[1].allSatisfy(\.isWhitespace) else { return (all, all) }
    let range = try CellRange(String(words[1]), of: all.map(\.number))
    return (all.filter { range.contains($0.number) }, all)
  }
}
