/// Prose as it is shown: headings, and paragraphs whose lines flow together as in Markdown.
package enum ProseParagraphs {
  package struct Paragraph: Equatable {
    package let isHeading: Bool
    package var text: String
  }

  /// - Parameter text: lines without their `##`.
  package static func of(_ text: String) -> [Paragraph] {
    var paragraphs: [Paragraph] = []
    var flows = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == "#" || $0 == " " }
      let isHeading = line.hasPrefix("#")
      if flows, !isHeading, !content.isEmpty, !beginsItem(content),
        let last = paragraphs.indices.last
      {
        paragraphs[last].text += " " + content
      } else {
        paragraphs.append(Paragraph(isHeading: isHeading, text: String(content)))
      }
      flows = !isHeading && !content.isEmpty
    }
    return paragraphs
  }

  /// Items of lists, quotations and rows of tables keep their lines.
  private static func beginsItem(_ line: Substring) -> Bool {
    if ["- ", "* ", "+ ", "|", ">", "```"].contains(where: line.hasPrefix) { return true }
    let rest = line.drop(while: \.isNumber)
    return rest.count < line.count && (rest.hasPrefix(". ") || rest.hasPrefix(") "))
  }
}
