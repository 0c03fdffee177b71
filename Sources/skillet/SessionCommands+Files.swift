import Checkpoints
import Diagnostics
import Notebooks
import RecipeLanguage
import Terminals

/// :save and :export.
extension SessionCommands {
  func save(_ rest: String) throws(CellRange.Refusal) -> Outcome {
    guard let (name, range) = CommandWords.first(of: rest) else {
      return fail(":save needs a file: :save first.recipe")
    }
    let cells = try notebook.cells(in: range)
    guard !cells.isEmpty else { return fail("there is nothing to save yet") }
    let path = name.hasSuffix(".recipe") ? name : name + ".recipe"
    do throws(RecipeWriter.Refusal) {
      let text = try RecipeWriter.recipe(
        of: cells, among: notebook.cells, title: title(of: path), verbs: notebook.session.verbs)
      return write(text, to: path, telling: "replay: skillet run \(path)", cells)
    } catch {
      let renderer = DiagnosticRenderer(isColored: screen.errorStyle.isEnabled)
      screen.streams.error.write(renderer.render(error.diagnostics))
      return fail("not saved: " + error.message)
    }
  }

  /// The file's name without folder and suffix.
  private func title(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  func write(_ text: String, to path: String, telling more: String, _ cells: [Cell]) -> Outcome {
    do throws(CheckpointError) {
      try AtomicFile.write(text, to: ModelFolder.expandingHome(path))
    } catch {
      return fail("not written: \(error.file): \(error.cause); \(error.fix)")
    }
    let count = cells.count == 1 ? "1 cell" : "\(cells.count) cells"
    output.writeLine("\(count) in \(path); \(more)")
    return .done
  }

  func export(_ rest: String) throws(CellRange.Refusal) -> Outcome {
    guard let (path, range) = CommandWords.first(of: rest) else {
      return fail(":export needs a file: :export session.md, or session.ipynb")
    }
    let cells = try notebook.cells(in: range)
    guard !cells.isEmpty else { return fail("there is nothing to export yet") }
    return fail("not yet \(path)")
  }
}
