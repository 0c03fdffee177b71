import Checkpoints
import Diagnostics
import Notebooks
import RecipeLanguage
import Terminals

/// The commands that begin with a colon: about the session, never part of a recipe.
struct SessionCommands {
  struct Declaration {
    let name: String
    let usage: String
    let summary: String
  }

  enum Outcome: Equatable {
    case done, failed, quit
    /// Put this text on the next prompt.
    case edit(String)
  }

  static let table = [
    Declaration(name: "help", usage: "help [NAME]", summary: "explain everything, or one command"),
    Declaration(name: "history", usage: "history", summary: "list the cells that count"),
    Declaration(name: "edit", usage: "edit N", summary: "put cell N on the prompt again"),
    Declaration(name: "rerun", usage: "rerun N", summary: "run cell N again"),
    Declaration(name: "undo", usage: "undo", summary: "take the last cell back, weights included"),
    Declaration(name: "vars", usage: "vars", summary: "list names, their types and cells"),
    Declaration(
      name: "save", usage: "save FILE", summary: "write the session as a recipe that replays"),
    Declaration(name: "quit", usage: "quit", summary: "leave (or Ctrl-D)"),
  ]

  let notebook: Notebook
  let screen: Screen

  private var output: TextOutput { screen.streams.output }

  private func fail(_ message: String) -> Outcome {
    screen.streams.error.writeLine(message)
    return .failed
  }

  func perform(_ line: String) -> Outcome {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    let typed = words.first ?? ""
    let rest = words.count > 1 ? words[1] : ""
    let matches = Self.table.filter { $0.name.hasPrefix(typed) }
    let exact = matches.first { $0.name == typed } ?? (matches.count == 1 ? matches.first : nil)
    guard let command = exact, !typed.isEmpty else { return unknown(typed, matches) }
    switch command.name {
    case "help": return HelpPage(screen: screen).show(rest, isDeep: false) ? .done : .failed
    case "history": return history()
    case "edit": return cell(rest).map { .edit($0.text) } ?? noCell(rest)
    case "rerun": return rerun(rest)
    case "undo": return undo()
    case "vars": return variables()
    case "save": return save(rest)
    default: return .quit
    }
  }

  private func unknown(_ typed: String, _ matches: [Declaration]) -> Outcome {
    if matches.count > 1, !typed.isEmpty {
      return fail(
        ":\(typed) could be " + matches.map { ":" + $0.name }.joined(separator: " or "))
    }
    let question = NearestName.question(for: typed, among: Self.table.map(\.name))
    return fail("there is no command :\(typed); \(question ?? ":help lists what there is")")
  }

  private func history() -> Outcome {
    for cell in notebook.cells {
      let lines = cell.text.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        let number = index == 0 ? "\(cell.number)" : ""
        output.writeLine(screen.style(.dim, DisplayWidth.padded(number, to: 4)) + line)
      }
    }
    return .done
  }

  private func cell(_ text: String) -> Notebook.Cell? {
    let digits = text.filter(\.isNumber)
    guard let number = Int(digits) else { return notebook.cells.last }
    return notebook.cells.first { $0.number == number }
  }

  private func noCell(_ text: String) -> Outcome {
    fail("there is no cell \(text); :history lists the cells")
  }

  private func rerun(_ text: String) -> Outcome {
    guard let cell = cell(text) else { return noCell(text) }
    output.writeLine(screen.style(.dim, cell.text))
    do throws(RunFailure) {
      try notebook.run(cell.text)
      return .done
    } catch {
      return .failed
    }
  }

  private func undo() -> Outcome {
    guard let number = notebook.undo() else { return fail("there is nothing to undo") }
    output.writeLine("cell \(number) is undone")
    return .done
  }

  private func variables() -> Outcome {
    let environment = notebook.interpreter.environment
    let names = environment.names.filter { !$0.hasPrefix("_") }
    if names.isEmpty {
      output.writeLine("no names yet; let x = eval makes one")
      return .done
    }
    let rows = names.compactMap { name in
      environment.binding(name).map { binding in
        [name, binding.value.typeName, "\(binding.cell)", binding.value.display]
      }
    }
    let layout = TableLayout(
      columns: screen.columns, isUnicode: screen.isUnicode, style: screen.style)
    let table = Terminals.Table(
      columns: ["name", "type", "cell", "value"].map { Terminals.Table.Column($0) }, rows: rows)
    for line in layout.box(table) { output.writeLine(line) }
    return .done
  }

  private func save(_ name: String) -> Outcome {
    guard !name.isEmpty else { return fail(":save needs a file: :save first.recipe") }
    guard !notebook.cells.isEmpty else { return fail("there is nothing to save yet") }
    let path = name.hasSuffix(".recipe") ? name : name + ".recipe"
    let title = path.split(separator: "/").last.map { String($0.dropLast(7)) } ?? path
    let text = notebook.recipe(title: title)
    do throws(CheckpointError) {
      try AtomicFile.write(text, to: path)
      let saved = try RecipeFile(path: path)
      let problem = saved.check(verbs: notebook.session.verbs).first(where: \.isError)
      if let problem {
        return fail("\(path) is written, but would not replay: \(problem.message)")
      }
    } catch {
      return fail("\(error)")
    }
    output.writeLine("\(notebook.cells.count) cells in \(path); replay them: skillet run \(path)")
    return .done
  }
}
