import Tokenizers

/// The `Modelfile` that makes a model of Ollama from a GGUF file beside it.
package struct OllamaModelfile {
  package static let name = "Modelfile"
  package let text: String
  /// What it does not say, as clauses.
  package private(set) var notes: [String] = []

  /// - Parameter file: the GGUF file's name.
  package init(of model: LoadedModel, file: String) {
    let template = try? model.text.ownTemplate?.get()
    var (lines, notes): ([String], [String]) = ([], [])
    func add(_ command: String, _ value: String, isBare: Bool = false, _ name: String) {
      if let argument = Self.argument(value) {
        let value = isBare && !value.contains(where: \.isNewline) ? value : argument
        lines.append("\(command) \(value)")
      } else {
        notes.append("the Modelfile lacks \(name), in which are characters that it cannot have")
      }
    }
    add("FROM", "./\(file)", isBare: true, "the model's file")
    if let written = template?.ollamaTemplate {
      add("TEMPLATE", written, "the chat template")
    } else {
      notes.append(
        template == nil
          ? "the model has no chat template, and the Modelfile none: prompts go to it as they are"
          : "the model's chat template has no form of Ollama's: the Modelfile names none, and Ollama "
            + "looks for one that it knows in the GGUF file")
    }
    if let system = template?.systemMessage { add("SYSTEM", system, "the default system message") }
    for end in model.stopTokens(of: template).sorted().map({ model.tokenizer.name(of: $0) }) {
      add("PARAMETER stop", end, "an end of replies")
    }
    text = lines.joined(separator: "\n") + "\n"
    self.notes = notes
  }

  /// A value as Ollama's parser reads it (`ParseFile` of parser/parser.go): between quotes, where nothing is an
  /// escape; nil for one that it would read otherwise.
  package static func argument(_ value: String) -> String? {
    let isRead = value.unicodeScalars.allSatisfy {
      ["\n", "\r", "\t"].contains($0) || isPrintable($0)
    }
    guard isRead, !value.contains(threeQuotes) else { return nil }
    let isPlain = !value.contains { $0 == "\"" || $0.isNewline }
    return isPlain ? "\"\(value)\"" : threeQuotes + value + threeQuotes
  }

  private static let threeQuotes = "\"\"\""

  /// Whether the parser keeps a character (`strconv.IsPrint` of Go): letters, marks, numbers, signs and the space.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }
}
