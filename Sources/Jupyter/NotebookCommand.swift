import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions

/// A command with a colon in a cell: what the prompt in a terminal has and a notebook has not by
/// itself.
struct NotebookCommand {
  /// Why it is not done, with what does it instead.
  struct Refusal: Error {
    let message: String
  }

  private enum Name: String, CaseIterable {
    case help, history, vars, runs, recover, save, undo
  }

  /// What a notebook or the terminal has for the others.
  private static let elsewhere = [
    "export":
      "the notebook is the document; its front end exports it, as File > Save and Export does",
    "edit": "edit the cell itself", "editor": "edit the cell itself",
    "rerun": "run the cell again", "quit": "shut the kernel down from the front end",
    "run": "run it in a terminal: skillet run FILE", "mode": "values are shown in every form",
    "once": "a value can be written by skillet run FILE --json",
  ]

  private let notebook: Notebook
  private let name: Name
  private let rest: String

  /// - Parameter line: what stands behind the colon.
  init(_ line: String, in notebook: Notebook) throws(Refusal) {
    let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
    let typed = words.first ?? ""
    guard let name = Name(rawValue: typed) else {
      let known = Name.allCases.map { ":" + $0.rawValue }.joined(separator: ", ")
      let instead = Self.elsewhere[typed] ?? "it belongs to the prompt in a terminal"
      throw Refusal(
        message: ":\(VisibleText.onOneLine(typed)) is not for cells: \(instead); here are \(known)")
    }
    (self.notebook, self.name) = (notebook, name)
    rest = words.count > 1 ? String(words[1].reversed().drop(while: \.isWhitespace).reversed()) : ""
  }

  /// Does it, and gives what it tells.
  func lines() throws(Refusal) -> [String] {
    switch name {
    case .help: try help()
    case .history: notebook.cells.map { "\($0.number)  \($0.text)" }
    case .vars: SessionView(notebook).lines(on: .document)
    case .runs: runs
    case .recover: recoverable
    case .save: try save()
    case .undo: try undo()
    }
  }

  private func help() throws(Refusal) -> [String] {
    do throws(HelpPage.Missing) {
      let page = try HelpPage(rest, isDeep: false, sessionCommands: []) { [notebook] in
        notebook.session.facts(about: $0)
      }
      return page.lines(on: .document)
    } catch {
      throw Refusal(message: error.message)
    }
  }

  private var runs: [String] {
    let found = RunHistory.own?.newest(20, with: rest.isEmpty ? nil : rest) ?? []
    return found.isEmpty ? ["no runs"] : ValueView(.document).table(RunHistory.table(of: found))
  }

  private var recoverable: [String] {
    let left = Recovery.left
    guard !left.isEmpty else { return ["no training was cut off or stopped"] }
    return ValueView(.document).table(RecoveryFolder.Left.table(of: left))
      + left.enumerated().flatMap { index, training in
        ["", "\(index + 1) goes on with"] + training.lines + [training.line]
      }
  }

  private func undo() throws(Refusal) -> [String] {
    guard let cell = notebook.undo() else { throw Refusal(message: "there is nothing to undo") }
    return ["undone: " + cell.text]
  }

  // MARK: Saving

  private func save() throws(Refusal) -> [String] {
    guard !rest.isEmpty else { throw Refusal(message: ":save needs a file: :save first.recipe") }
    let path = rest.hasSuffix(".recipe") ? rest : rest + ".recipe"
    let place = Paths.absolute(Paths.expandingHome(path))
    guard !Paths.exists(place) else {
      throw Refusal(message: "\(path) is there already; choose another name")
    }
    let recipe = try recipe(title: String(Paths.name(of: place).dropLast(".recipe".count)))
    let placed = PlacedRecipe(recipe, at: place)
    do throws(FileError) {
      try AtomicFile.write(placed.text, to: place)
      return ["\(path) replays: \(placed.command) \(path)"]
        + (try placed.writeStarts().map {
          "the training that it goes on from is copied to \($0), which it needs"
        })
    } catch {
      throw Refusal(message: "not written: \(error.file): \(error.cause); \(error.fix)")
    }
  }

  private func recipe(title: String) throws(Refusal) -> String {
    do throws(RecipeWriter.Refusal) {
      return try RecipeWriter.recipe(of: notebook.cells, among: notebook.cells, title: title).text
    } catch {
      throw Refusal(message: "not saved: " + error.message)
    }
  }
}
