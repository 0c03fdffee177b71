import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Sessions

/// Cells as a Jupyter notebook (nbformat 4.5). The same cells give the same bytes: the ids of cells
/// come from their text.
package struct IPythonNotebook {
  private var ids: Set<String> = []

  /// The file's content.
  ///
  /// - Parameter seed: the seed of the session, told in the metadata.
  package static func file(of cells: [Cell], seed: UInt64) -> String {
    var notebook = IPythonNotebook()
    let exported = ExportedCell.cells(of: cells).map { notebook.json($0) }
    let root: JSONValue = [
      "cells": .array(exported),
      "metadata": [
        "kernelspec": ["display_name": "Skillet", "name": "skillet"],
        "language_info": ["file_extension": ".recipe", "name": "skillet"],
        "skillet": [
          "language": .int(VerbCatalog.languageVersion), "seed": .string(String(seed)),
        ],
      ],
      "nbformat": 4, "nbformat_minor": 5,
    ]
    return VisibleText.json(root.text(.notebook))
  }

  private mutating func json(_ cell: ExportedCell) -> JSONValue {
    switch cell {
    case .prose(let prose):
      return [
        "cell_type": "markdown", "id": .string(id(of: prose)), "metadata": [:],
        "source": lines(MarkdownText.prose(prose)),
      ]
    case .code(let number, let code, let outputs):
      return [
        "cell_type": "code", "execution_count": .int(number), "id": .string(id(of: code)),
        "metadata": [:], "outputs": .array(json(outputs, of: number)), "source": lines(code),
      ]
    }
  }

  /// 16 hexadecimal digits of the text (FNV-1a), with a number where a text stands twice.
  private mutating func id(of text: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    let base = String(repeating: "0", count: 16 - digits.count) + digits
    var id = base
    var count = 1
    while !ids.insert(id).inserted {
      count += 1
      id = "\(base)-\(count)"
    }
    return id
  }

  /// A text as the list of its lines, each with its newline.
  private func lines(_ text: String) -> JSONValue {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "\($0)\n" }
    if let last = lines.popLast(), last != "\n" { lines.append(String(last.dropLast())) }
    return .array(lines.map { .string($0) })
  }

  // MARK: Outputs

  private func json(_ outputs: [Cell.Output], of number: Int) -> [JSONValue] {
    let last = outputs.lastIndex { if case .value = $0 { true } else { false } }
    return outputs.enumerated().compactMap { index, output in
      switch output {
      case .text(let text): stream(.text, text)
      case .notice(let text): stream(.notice, text + "\n")
      case .diagnostic(let diagnostic):
        stream(.diagnostic, DocumentText.diagnostic(diagnostic))
      case .figure(let figure): MediaBundle(figure).map { display($0) }
      case .value(let event):
        index == last
          ? result(
            MediaBundle(event.value, wasStreamed: outputs.wasStreamed(at: index)), of: number)
          : display(MediaBundle(event.value, wasStreamed: outputs.wasStreamed(at: index)))
      }
    }
  }

  private func stream(_ stream: NotebookStream, _ text: String) -> JSONValue {
    [
      "name": .string(stream.name), "output_type": "stream",
      "text": lines(VisibleText.escaped(text)),
    ]
  }

  private func display(_ bundle: MediaBundle) -> JSONValue {
    ["data": data(bundle), "metadata": [:], "output_type": "display_data"]
  }

  private func result(_ bundle: MediaBundle, of number: Int) -> JSONValue {
    [
      "data": data(bundle), "execution_count": .int(number), "metadata": [:],
      "output_type": "execute_result",
    ]
  }

  private func data(_ bundle: MediaBundle) -> JSONValue {
    var data = bundle.forms
    for member in bundle.forms.members {
      if let text = member.value.string { data[member.key] = lines(text) }
    }
    return .object(data)
  }
}

/// Where in a notebook a text goes: what goes to standard error is coloured as a fault.
package enum NotebookStream {
  case text, notice, diagnostic

  package var name: String { self == .diagnostic ? "stderr" : "stdout" }
}
