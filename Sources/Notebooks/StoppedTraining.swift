import Diagnostics
import RecipeLanguage
import Sessions

/// A training that was stopped, as a line that stops there by itself: what is kept of a cell trains the
/// same bits again, and `train resume:` goes on from it.
enum StoppedTraining {
  /// The text of a cell whose last statement is the training, which pauses after `step` now; nil where
  /// the last statement is none.
  static func text(of cell: String, pausingAfter step: Int) -> String? {
    let source = SourceText(name: "cell", text: cell)
    guard let last = Parser.parse(source).statements.last(where: { !$0.isProse }),
      let command = last.command, command.verb.text == Train.name
    else { return nil }
    let pause = "\(Train.until.name): \(step)"
    if let given = command.arguments.first(where: { $0.name?.text == Train.until.name }) {
      return source.text(replacing: given.range, by: pause)
    }
    let comma = command.arguments.isEmpty ? " " : ", "
    return source.text(replacing: SourceRange(at: command.range.upperBound), by: comma + pause)
  }
}

extension SourceText {
  fileprivate func text(replacing range: SourceRange, by replacement: String) -> String {
    text(in: SourceRange(0, range.lowerBound)) + replacement
      + text(in: SourceRange(range.upperBound, bytes.count))
  }
}

extension Statement {
  /// The command that the statement is, with or without a name for its value.
  var command: Command? {
    switch kind {
    case .binding(_, .command(let command)), .operation(.command(let command)): command
    default: nil
    }
  }
}
