import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Sessions

/// One thing in the forms that a Jupyter notebook may hold of it, by media type: whoever shows it takes the richest
/// one it knows.
///
/// A value's own form has a type of Skillet: JupyterLab would draw `application/json` as a tree, instead of the
/// table beside it.
package struct MediaBundle {
  package static let valueType = "application/vnd.skillet.value+json"

  /// Texts are whole strings.
  package let forms: JSONObject

  private init(_ forms: JSONObject) { self.forms = forms }

  /// - Parameter wasStreamed: whether the text that the value holds stands before it.
  package init(_ value: Value, wasStreamed: Bool) {
    var forms = JSONObject()
    forms[Self.valueType] = JSONValue(value)
    if let markdown = DocumentText.markdown(value) { forms["text/markdown"] = .string(markdown) }
    forms["text/plain"] = .string(
      VisibleText.escaped(DocumentText.plain(value, wasStreamed: wasStreamed)))
    self.init(forms)
  }

  /// Nil where no point of the figure can be drawn.
  package init?(_ figure: Figure) {
    guard let svg = FigureImage(figure).svg else { return nil }
    let drawing = FigureText(figure, on: .document).lines().joined(separator: "\n")
    self.init([
      VegaLite.mediaType: VegaLite(figure).specification, "image/svg+xml": .string(svg),
      "text/plain": .string(drawing),
    ])
  }

  /// - Parameter prose: Markdown of `##` lines.
  package init(prose: String) {
    self.init([
      "text/markdown": .string(MarkdownText.prose(prose)),
      "text/plain": .string(VisibleText.escaped(prose)),
    ])
  }

  /// How far work is, as a bar and a line.
  package init(progress: Progress) {
    let left = progress.secondsLeft.map { [NumberText.duration($0) + " left"] } ?? []
    let text = ["\(progress.verb) \(progress.done) of \(progress.total)"] + progress.figures + left
    let line = text.joined(separator: ", ")
    let bar = "<progress value=\"\(progress.done)\" max=\"\(progress.total)\"></progress>"
    self.init([
      "text/html": .string(bar + " " + MarkupText.escaped(line)), "text/plain": .string(line),
    ])
  }
}

extension Progress {
  /// What is told of work beside its count.
  package var figures: [String] {
    var figures: [String] = []
    if let loss { figures.append("loss " + NumberText.significant(loss)) }
    if let tokensPerSecond {
      figures.append(NumberText.significant(tokensPerSecond, digits: 3) + " tok/s")
    }
    figures.append(NumberText.size(memory))
    return figures
  }
}
