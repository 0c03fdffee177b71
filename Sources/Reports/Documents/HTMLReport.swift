import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions

/// A run or a session as one page that needs nothing else: no network, no script. Everything that comes from models,
/// data and recipes is text on it.
package struct HTMLReport {
  private let title: String
  private var parts: [ExportedCell] = []
  /// The code at hand, with what it gave so far.
  private var code: (number: Int, text: String, outputs: [Cell.Output])?
  private var pace = TrainingPace()

  package init(title: String) {
    self.title = title
  }

  /// Cells of a prompt.
  package init(title: String, cells: [Cell]) {
    self.title = title
    parts = ExportedCell.cells(of: cells)
  }

  // MARK: Of a run

  /// Takes what a run tells, in order.
  package mutating func record(_ event: Event) {
    switch event {
    case .started(let cell, _, let source):
      finishCode()
      code = (cell, source, [])
    case .prose(let text):
      finishCode()
      parts.append(.prose(text))
    case .value(let value):
      for figure in pace.figures { add(.figure(figure)) }
      pace = TrainingPace()
      if value.verb != ValueEvent.loopRow, !value.isPassedOver { add(.value(value)) }
    case .text(let text):
      if case .text(let before)? = code?.outputs.last {
        code?.outputs.removeLast()
        add(.text(before + text))
      } else {
        add(.text(text))
      }
    case .notice(let text), .cutShort(let text?, _): add(.notice(text))
    case .figure(let figure, _): add(.figure(figure))
    case .diagnostic(let diagnostic): add(.diagnostic(diagnostic))
    case .progress(let progress): pace.add(progress)
    case .finished: finishCode()
    case .finishedWork, .cutShort(nil, _): break
    }
  }

  /// Begins a part of its own, as a run of a sweep is.
  package mutating func begin(_ heading: String) {
    finishCode()
    parts.append(.prose("## " + MarkdownText.literal(heading)))
  }

  private mutating func add(_ output: Cell.Output) {
    if code == nil { code = (0, "", []) }
    code?.outputs.append(output)
  }

  private mutating func finishCode() {
    // the header names the recipe, and so does the page
    let isHeader = code?.text.hasPrefix("recipe \"") == true && code?.outputs.isEmpty == true
    if let code, !isHeader {
      parts.append(.code(number: code.number, text: code.text, outputs: code.outputs))
    }
    code = nil
  }

  // MARK: The page

  /// The file's content.
  ///
  /// - Parameter facts: what the page tells of the machine and the program, at its end.
  package func page(facts: [(name: String, value: String)]) -> String {
    var report = self
    report.finishCode()
    let title = MarkupText.escaped(self.title)
    var lines = [
      "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<meta http-equiv=\"Content-Security-Policy\" "
        + "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
      "<title>\(title)</title>", "<style>", HTMLStyle.sheet, "</style>", "</head>", "<body>",
      "<main>",
    ]
    if !report.beginsWithHeading { lines.append("<h1>\(title)</h1>") }
    for part in report.parts { lines += Self.html(part) }
    lines.append("<h2>Environment</h2>")
    lines += HTMLValue.facts(facts)
    return (lines + ["</main>", "</body>", "</html>"]).joined(separator: "\n") + "\n"
  }

  private var beginsWithHeading: Bool {
    guard case .prose(let prose)? = parts.first else { return false }
    return prose.hasPrefix("# ")
  }

  private static func html(_ part: ExportedCell) -> [String] {
    switch part {
    case .prose(let prose): return HTMLProse.html(prose)
    case .code(_, let text, let outputs):
      let code =
        text.isEmpty
        ? [] : ["<pre class=\"code\"><code>\(MarkupText.lines(text))</code></pre>"]
      let shown = outputs.enumerated().flatMap { index, output in
        html(output, wasStreamed: outputs.wasStreamed(at: index))
      }
      return ["<section>"] + code + shown + ["</section>"]
    }
  }

  private static func html(_ output: Cell.Output, wasStreamed: Bool) -> [String] {
    switch output {
    case .text(let text): return ["<pre class=\"text\">\(MarkupText.lines(text))</pre>"]
    case .notice(let text): return ["<p class=\"notice\">\(MarkupText.escaped(text))</p>"]
    case .diagnostic(let diagnostic):
      return ["<pre class=\"fault\">\(MarkupText.lines(DocumentText.diagnostic(diagnostic)))</pre>"]
    case .value(let event):
      if wasStreamed {
        let text = DocumentText.plain(event.value, wasStreamed: true)
        return ["<p class=\"notice\">\(MarkupText.escaped(text))</p>"]
      }
      return HTMLValue.html(event.value)
    case .figure(let figure):
      guard let svg = FigureImage(figure, colors: .page).svg else { return [] }
      return ["<figure>", svg, "</figure>"]
    }
  }
}

/// How fast a training went and what memory it took, step by step.
private struct TrainingPace {
  private var speeds: [Figure.Point] = []
  private var memory: [Figure.Point] = []
  /// Fewer points say less than the numbers of the result.
  private static let fewest = 5

  mutating func add(_ progress: Progress) {
    guard progress.loss != nil, let speed = progress.tokensPerSecond, progress.done > 0 else {
      return
    }
    speeds.append(.init(x: Double(progress.done), y: speed))
    memory.append(.init(x: Double(progress.done), y: Double(progress.memory) / 1e6))
  }

  var figures: [Figure] {
    guard speeds.count >= Self.fewest else { return [] }
    return [
      Figure(x: "step", y: "tokens/s", series: [.init("tokens a second", .line, speeds)]),
      Figure(x: "step", y: "MB", series: [.init("peak memory", .line, memory)]),
    ]
  }
}
