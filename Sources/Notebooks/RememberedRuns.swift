import Diagnostics
import RecipeLanguage
import Sessions

extension Session {
  /// Lets the session take up runs of before, and keep its own adapters for another time.
  package func rememberRuns() {
    findRun = { RunHistory.own?.run(named: $0).map(RunHistory.shown) }
    archive = SkilletHome.path("trained").map { AdapterArchive(in: $0) }
  }
}

/// The numbers of runs in a cell. They count the user's own list, so that what is kept of a cell names a run by
/// its id, which nobody else's run has.
enum RunNumbers {
  static func spelledOut(in cell: String) -> String {
    let source = SourceText(name: "cell", text: cell)
    var edits: [(range: SourceRange, text: String)] = []
    for statement in Parser.parse(source).statements {
      statement.walkCommands { command in
        guard let name = argumentName(command) else { return }
        for argument in command.arguments where argument.name?.text == name {
          guard case .integer(let number) = argument.value.kind,
            let run = EarlierRunName(.int(number)),
            let id = RunHistory.own?.run(named: run)?["id"]?.text
          else { continue }
          edits.append((argument.value.range, NumberText.quoted(id)))
        }
      }
    }
    return edits.isEmpty ? cell : source.text(applying: edits)
  }

  /// Whether a text takes up a run of the user's list.
  static func areUsed(in tree: SyntaxTree) -> Bool {
    var areUsed = false
    for statement in tree.statements {
      statement.walkCommands { command in
        guard let name = argumentName(command) else { return }
        if command.arguments.contains(where: { $0.name?.text == name }) { areUsed = true }
      }
    }
    return areUsed
  }

  /// What names a run in a command; nil where nothing does.
  private static func argumentName(_ command: Command) -> String? {
    switch command.verb.text {
    case Load.name: Load.run.name
    case Show.name: Show.run.name
    default: nil
    }
  }
}
