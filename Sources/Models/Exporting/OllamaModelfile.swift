import Tokenizers

/// The `Modelfile` that makes a model of Ollama from a GGUF file beside it.
package struct OllamaModelfile {
  package static let name = "Modelfile"
  package let text: String
  /// What it does not say, as a clause; nil where it says all.
  package let note: String?

  /// - Parameter file: the GGUF file's name.
  package init(of model: LoadedModel, file: String) {
    let template = try? model.text.ownTemplate?.get()
    var lines = ["FROM ./\(file)"]
    if let written = template?.ollamaTemplate {
      lines.append("TEMPLATE \"\"\"\(written)\"\"\"")
      note = nil
    } else {
      note =
        template == nil
        ? "the model has no chat template, and the Modelfile none: prompts go to it as they are"
        : "the model's chat template has no form of Ollama's: the Modelfile names none, and Ollama "
          + "looks for one that it knows in the GGUF file"
    }
    if let system = template?.systemMessage, !system.contains("\"\"\"") {
      lines.append("SYSTEM \"\"\"\(system)\"\"\"")
    }
    let ends = model.stopTokens(of: template).sorted().map { model.tokenizer.name(of: $0) }
    for end in ends where !end.contains("\"") { lines.append("PARAMETER stop \"\(end)\"") }
    text = lines.joined(separator: "\n") + "\n"
  }
}
