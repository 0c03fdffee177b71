import Diagnostics
import Notebooks
import Sessions

/// Cells as a Markdown document: prose as Markdown without HTML, code and outputs in fences, figures as
/// images beside the document.
package struct MarkdownNotebook {
  /// The document.
  package private(set) var text: String
  /// Images by file name; they belong into the folder of the document.
  package private(set) var images: [(name: String, svg: String)] = []

  /// What image names begin with: the document's own name without its suffix.
  private let name: String

  package init(_ cells: [Cell], title: String) {
    name = title
    text = ""
    let parts = ExportedCell.cells(of: cells)
    if !Self.beginsWithHeading(parts) { text = "# \(MarkdownText.literal(title))\n" }
    for part in parts { add(part) }
    if text.hasPrefix("\n") { text.removeFirst() }
  }

  private static func beginsWithHeading(_ parts: [ExportedCell]) -> Bool {
    guard case .prose(let prose)? = parts.first else { return false }
    return prose.hasPrefix("# ")
  }

  private mutating func add(_ cell: ExportedCell) {
    switch cell {
    case .prose(let prose): text += "\n" + MarkdownText.prose(prose) + "\n"
    case .code(let number, let code, let outputs):
      addFence(code, language: "skillet")
      for (index, output) in outputs.enumerated() {
        add(output, of: number, wasStreamed: outputs.wasStreamed(at: index))
      }
    }
  }

  private mutating func add(_ output: Cell.Output, of number: Int, wasStreamed: Bool) {
    switch output {
    case .text(let words): addFence(words, language: "text")
    case .notice(let notice): text += "\n> \(MarkdownText.literal(VisibleText.onOneLine(notice)))\n"
    case .diagnostic(let diagnostic):
      addFence(DocumentText.diagnostic(diagnostic), language: "text")
    case .value(let event):
      if let markdown = DocumentText.markdown(event.value) {
        text += "\n" + markdown + "\n"
      } else {
        addFence(DocumentText.plain(event.value, wasStreamed: wasStreamed), language: "text")
      }
    case .figure(let figure):
      guard let svg = FigureImage(figure).svg else { return }
      let count = images.count { $0.name.hasPrefix("\(name)-\(number)") }
      let file = "\(name)-\(number)" + (count == 0 ? "" : "-\(count + 1)") + ".svg"
      images.append((file, svg))
      text +=
        "\n![\(MarkdownText.literal(VisibleText.onOneLine(figure.y))) of cell \(number)](\(file.percentEncoded))\n"
    }
  }

  /// A fence longer than any inside it.
  private mutating func addFence(_ content: String, language: String) {
    let content = VisibleText.escaped(content)
    var longest = 2
    var run = 0
    for character in content {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let body = content.hasSuffix("\n") ? content : content + "\n"
    text += "\n\(fence)\(language)\n\(body)\(fence)\n"
  }
}

extension String {
  /// As a link's target may be written.
  fileprivate var percentEncoded: String {
    var result = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
