import Checkpoints
import Diagnostics
import RecipeLanguage
import Training

/// The `train` that a training's file tells, in the recipe's language. A file gives numbers and words; it
/// decides neither where something is written nor what is run.
struct EarlierCall {
  private let text: String
  private let file: TrainingStateFile

  init(of file: TrainingStateFile) {
    text = file.notes["command"] ?? ""
    self.file = file
  }

  /// The call with its values.
  func call(by session: Session) throws(CheckpointError) -> VerbCall {
    let tree = Parser.parse(SourceText(name: TrainingStateFile.name, text: text))
    guard tree.statements.count == 1, tree.diagnostics.isEmpty,
      case .operation(.command(let command)) = tree.statements[0].kind,
      command.verb.text == "train"
    else { throw file.damaged("its command is no `train`") }
    for argument in command.arguments {
      if let name = argument.name?.text, TrainingRun.unwritten.contains(name) {
        throw file.damaged("its command has `\(name)`, which only a recipe may say")
      }
      guard argument.name != nil, Self.isPlain(argument.value) else {
        throw file.damaged("its command has something else than names with numbers and words")
      }
    }
    guard let call = try? Interpreter(executor: session).call(of: command) else {
      throw file.damaged("its command has an argument or a value that `train` does not take")
    }
    return call
  }

  private static func isPlain(_ value: Expression) -> Bool {
    switch value.kind {
    case .integer, .float, .percent, .duration, .size, .boolean, .name: true
    default: false
    }
  }
}
