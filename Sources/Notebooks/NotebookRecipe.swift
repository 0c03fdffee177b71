import Files
import RecipeLanguage

/// The cells of a Jupyter notebook (nbformat 4) as a recipe: code as it stands, Markdown as lines of prose. Outputs
/// are not read.
enum NotebookRecipe {
  static func isNotebook(_ path: String) -> Bool { path.hasSuffix(".ipynb") }

  static func text(_ bytes: [UInt8], file: String) throws(FileError) -> String {
    let notebook: JSONValue
    do throws(JSONError) {
      notebook = try JSONValue(parsing: bytes)
    } catch {
      throw FileError(
        .malformed, file: file, cause: "it is no notebook: \(error)",
        fix: "take the file that Jupyter saved")
    }
    guard notebook["nbformat"]?.int == 4, let cells = notebook["cells"]?.array else {
      throw FileError(
        .unsupported, file: file, cause: "it is no notebook of format 4",
        fix: "save it with a Jupyter of today: jupyter nbconvert --to notebook --nbformat 4")
    }
    try refuseOtherLanguage(notebook["metadata"], file: file)
    var parts: [String] = []
    for (index, cell) in cells.enumerated() {
      if let part = try text(of: cell, number: index + 1, file: file) { parts.append(part) }
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func refuseOtherLanguage(
    _ metadata: JSONValue?, file: String
  ) throws(FileError) {
    let languages = [
      metadata?["language_info"]?["name"], metadata?["kernelspec"]?["language"],
      metadata?["kernelspec"]?["name"],
    ].compactMap { $0?.string }
    guard let other = languages.first(where: { $0 != "skillet" }) else { return }
    throw FileError(
      .unsupported, file: file, cause: "its cells are \(other), not Skillet",
      fix: "choose the kernel Skillet in Jupyter; skillet kernel install makes it known")
  }

  /// Nil where a cell has nothing that runs: raw text, and questions for help.
  private static func text(
    of cell: JSONValue, number: Int, file: String
  ) throws(FileError) -> String? {
    let source: String? =
      switch cell["source"] {
      case .string(let text): text
      case .array(let lines): lines.compactMap(\.string).joined()
      default: nil
      }
    guard let source, let kind = cell["cell_type"]?.string else {
      throw FileError(
        .malformed, file: file, cause: "cell \(number) has no source or no cell_type",
        fix: "save the notebook again in Jupyter")
    }
    if source.allSatisfy(\.isWhitespace) { return nil }
    switch kind {
    case "markdown":
      return source.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "##" : "## " + $0 }.joined(separator: "\n")
    case "code":
      if CellText.helpRequest(in: source) != nil { return nil }
      guard CellText.sessionCommand(in: source) == nil else {
        throw FileError(
          .unsupported, file: file,
          cause: "cell \(number) is a command with a colon, which belongs to the prompt",
          fix: "take the cell out")
      }
      return source
    default: return nil
    }
  }
}
