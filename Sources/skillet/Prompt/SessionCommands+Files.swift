import Diagnostics
import Files
import Glibc
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// :run, :save and :export.
extension SessionCommands {
  func save(_ rest: String) throws(CellRange.Refusal) -> Outcome {
    guard let (name, range) = CommandWords.first(of: rest) else {
      return fail(":save needs a file: :save first.recipe")
    }
    let (cells, all) = try cells(range)
    guard !cells.isEmpty else { return fail("there is nothing to save yet") }
    let path = name.hasSuffix(".recipe") ? name : name + ".recipe"
    do throws(RecipeWriter.Refusal) {
      let recipe = try RecipeWriter.recipe(of: cells, among: all, title: title(of: path))
      let placed = PlacedRecipe(recipe.text, at: path)
      if let computed = placed.computed {
        screen.notice(
          "its paths begin at the current folder, since some are computed (\(computed))")
      }
      let outcome = write(
        placed.text, to: path, telling: "replay: \(placed.command) \(path)", recipe.cellCount)
      return outcome == .done ? tell(of: recipe, placed) : outcome
    } catch {
      let renderer = DiagnosticRenderer(isColored: screen.errorStyle.isEnabled)
      screen.streams.error.write(renderer.render(error.diagnostics))
      guard error.obstacles.count > 1 else { return fail("not saved: " + error.message) }
      return fail((["not saved:"] + error.obstacles.map { "- " + $0 }).joined(separator: "\n"))
    }
  }

  /// What a recipe that was written does without, and what it needs beside itself.
  private func tell(of recipe: RecipeWriter.Written, _ placed: PlacedRecipe) -> Outcome {
    if !recipe.leftOut.isEmpty {
      let parts = recipe.leftOut.map { "\($0.what) of cell \($0.cell)" }.joined(separator: ", ")
      screen.notice("left out, since nothing follows from it: \(parts)")
    }
    if recipe.usesRuns {
      screen.notice(
        "its `run:` is found in your own list of runs, so it replays for you alone; for others, save the "
          + "adapter and load it: load \"…\", adapter: \"folder\"")
    }
    do throws(FileError) {
      for folder in try placed.writeStarts() {
        screen.notice("the training that it goes on from is copied to \(folder), which it needs")
      }
      return .done
    } catch {
      _ = fail("it goes on from a training that is not copied: \(error.file): \(error.cause)")
      return .unwritten
    }
  }

  /// The statements of a recipe, to be run as cells; all that is wrong with them is told before.
  func run(_ rest: String) -> Outcome {
    guard let (path, _) = CommandWords.first(of: rest) else {
      return fail(":run needs a recipe: :run first.recipe")
    }
    let recipe: RecipeText
    do throws(FileError) {
      recipe = try RecipeText(path: Paths.expandingHome(path))
    } catch {
      return fail("not run: \(error.file): \(error.cause); \(error.fix)")
    }
    do throws(MovedPaths.Refusal) {
      let mistakes = recipe.mistakes(in: notebook.checkContext)
      let renderer = DiagnosticRenderer(isColored: screen.errorStyle.isEnabled)
      screen.streams.error.write(renderer.render(mistakes))
      if mistakes.containsError { return fail("not run: \(path) has mistakes") }
      return .run(try recipe.cells())
    } catch {
      return fail(
        "not run: the paths of \(path) begin at its folder, and some of them are computed "
          + "(\(error.message)); start the prompt in that folder, or skillet run \(path)")
    }
  }

  /// The file's name without folder and suffix.
  private func title(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  func write(_ text: String, to path: String, telling more: String, _ count: Int) -> Outcome {
    let place = Paths.absolute(Paths.expandingHome(path))
    if isatty(STDIN_FILENO) == 1, Paths.exists(place), !settings.mayReplace(place) {
      _ = fail("\(path) is there already: the same command again replaces it")
      return .unwritten
    }
    do throws(FileError) {
      try AtomicFile.write(text, to: place)
      settings.noteWritten(place)
    } catch {
      _ = fail("not written: \(error.file): \(error.cause); \(error.fix)")
      return .unwritten
    }
    let cells = count == 1 ? "1 cell" : "\(count) cells"
    output.writeLine("\(cells) in \(path); \(more)")
    return .done
  }

  func export(_ rest: String) throws(CellRange.Refusal) -> Outcome {
    guard let (path, range) = CommandWords.first(of: rest) else {
      return fail(":export needs a file: :export session.html, session.md or session.ipynb")
    }
    let cells = try cells(range).chosen
    guard !cells.isEmpty else { return fail("there is nothing to export yet") }
    if path.hasSuffix(".ipynb") {
      let file = IPythonNotebook.file(of: cells, seed: notebook.session.state.seed)
      return write(file, to: path, telling: "open it in Jupyter, VS Code or on GitHub", cells.count)
    }
    if path.hasSuffix(".html") {
      let report = HTMLReport(title: title(of: path), cells: cells)
      return write(
        report.page(facts: RunFacts.here), to: path, telling: "open it in a browser", cells.count)
    }
    guard path.hasSuffix(".md") else {
      return fail(":export writes .html, .md and .ipynb; name the file so")
    }
    let document = MarkdownNotebook(cells, title: title(of: path))
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    for image in document.images {
      let outcome = writeImage(image.svg, to: folder + image.name)
      if outcome != .done { return outcome }
    }
    let images = document.images.map(\.name).joined(separator: ", ")
    return write(
      document.text, to: path,
      telling: images.isEmpty ? "a Markdown document" : "beside it \(images)",
      cells.count)
  }

  private func writeImage(_ svg: String, to path: String) -> Outcome {
    do throws(FileError) {
      try AtomicFile.write(svg, to: Paths.expandingHome(path))
      return .done
    } catch {
      _ = fail("not written: \(error.file): \(error.cause); \(error.fix)")
      return .unwritten
    }
  }
}
