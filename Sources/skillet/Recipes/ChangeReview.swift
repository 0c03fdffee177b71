import Diagnostics
import Notebooks
import Terminals

/// Shows the values that a recipe could take over, and asks a person for each.
struct ChangeReview {
  enum Way {
    /// Takes all of them, shown or not.
    case all
    /// Asks for one after the other.
    case ask
    /// Leaves them as they are.
    case show
  }

  let way: Way
  /// Where they are shown; nil where a program reads the results.
  let screen: Screen?

  /// One decision for each change; nil if Ctrl-C took all of them back.
  func decisions(
    on changes: [ExpectationRecorder.Change], in file: String
  ) -> [ExpectationVerdict.Decision]? {
    var decisions: [ExpectationVerdict.Decision] = []
    var rest: ExpectationVerdict.Decision? =
      switch way {
      case .all: .accepted
      case .ask: nil
      case .show: .pending
      }
    let reader = PlainLineReader(promptOutput: screen?.streams.error)
    for (index, change) in changes.enumerated() {
      if rest != .skipped { show(change, of: file) }
      if rest == nil {
        switch answer(reader, "\(index + 1) of \(changes.count)") {
        case .one(let decision):
          decisions.append(decision)
          continue
        case .rest(let decision): rest = decision
        case .interrupted: return nil
        }
      }
      if let rest { decisions.append(rest) }
    }
    return decisions
  }

  private func show(_ change: ExpectationRecorder.Change, of file: String) {
    guard let screen else { return }
    let output = screen.streams.output
    output.writeLine(screen.style(.heading, "\(file):\(change.line)"))
    for line in change.oldLines { output.writeLine(screen.style(.error, "  - " + line)) }
    for line in change.newLines { output.writeLine(screen.style(.good, "  + " + line)) }
  }

  // MARK: Asking

  private enum Answer {
    case one(ExpectationVerdict.Decision)
    /// This one and all that follow.
    case rest(ExpectationVerdict.Decision)
    case interrupted
  }

  private static let keys = """
      a  accept: this value is recorded
      r  reject: what is recorded stands, and the run was wrong
      s  skip: decide another time
      A  accept this one and all that follow
      q  quit: skip this one and all that follow (or Ctrl-D)
    Values accepted before are written at the end; Ctrl-C writes none.
    """

  /// Asks until it is told one of the keys.
  private func answer(_ reader: PlainLineReader, _ place: String) -> Answer {
    while true {
      let question = "\(place): accept, reject, skip, All, quit [a,r,s,A,q,?]? "
      switch reader.readLine(prompt: question) {
      case .interrupted: return .interrupted
      case .endOfFile:
        screen?.streams.error.writeLine()
        return .rest(.skipped)
      case .line(let text):
        switch text.filter({ !$0.isWhitespace }) {
        case "a", "accept": return .one(.accepted)
        case "r", "reject": return .one(.rejected)
        case "s", "skip": return .one(.skipped)
        case "A", "All", "all": return .rest(.accepted)
        case "q", "quit": return .rest(.skipped)
        default: screen?.streams.error.writeLine(Self.keys)
        }
      }
    }
  }
}
