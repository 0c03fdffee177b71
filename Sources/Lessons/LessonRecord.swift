import Files
import Notebooks
import Reports
import Sessions

extension LessonRun {
  /// Writes the learner's own run as a recipe that replays and as a notebook.
  ///
  /// - Returns: the two paths.
  package func writeRecord(
    to folder: String
  ) throws(FileError) -> (recipe: String, notebook: String) {
    let (recipe, page) = (
      folder + "/" + lesson.name + ".recipe", folder + "/" + lesson.name + ".ipynb"
    )
    let cells = cells
    let text: String
    do throws(RecipeWriter.Refusal) {
      text = try RecipeWriter.recipe(of: cells, among: cells, title: lesson.title).text
    } catch {
      throw FileError(
        .malformed, file: recipe, cause: error.message, fix: "look at the cells with :history")
    }
    try AtomicFile.write(text, to: recipe)
    let file = IPythonNotebook.file(of: cells, seed: notebook.session.state.seed)
    try AtomicFile.write(file, to: page)
    return (recipe, page)
  }
}
