import Files

/// The model card of an adapter's folder: `README.md` with the front matter that the hub reads.
package struct AdapterReadme {
  package static let name = "README.md"
  /// Tells a card of ours, which a later saving replaces, from one that somebody wrote.
  private static let mark = "<!-- written by skillet; edit this line away to keep your own text -->"

  private let base: BaseIdentity
  private let configuration: LoRAConfiguration
  /// What was done and what came of it, as rows of two columns.
  private let facts: [(name: String, value: String)]
  /// The lines that trained it, in their order.
  private let recipe: [String]

  package init(
    base: BaseIdentity, configuration: LoRAConfiguration,
    facts: [(name: String, value: String)], recipe: [String]
  ) {
    (self.base, self.configuration) = (base, configuration)
    (self.facts, self.recipe) = (facts, recipe)
  }

  /// The card for a folder; nil where the folder has one that is not ours.
  package func file(in folder: String) -> FolderFile? {
    let path = folder + "/" + Self.name
    if Paths.exists(path) {
      let text = (try? MappedFile.contents(of: path)).map { String(decoding: $0, as: UTF8.self) }
      guard text?.contains(Self.mark) == true else { return nil }
    }
    return FolderFile(Self.name, Array(text.utf8))
  }

  private var text: String {
    let names = base.description.targetNames(of: configuration)
    let lora = [
      ("base", base.name), ("rank", "\(configuration.rank)"),
      ("scale", "\(configuration.scale)"), ("layers", names.joined(separator: ", ")),
    ]
    let biases = configuration.biases == .none ? [] : [("biases", configuration.biases.rawValue)]
    let saved = base.description.names(ofSaved: configuration.saved)
    let tokens = configuration.tokens.sorted { $0.key < $1.key }.map {
      "\($0.value.count) of \(base.description.name(of: .table($0.key)))"
    }
    let rowsOfTokens = tokens.isEmpty ? [] : [("rows of tokens", tokens.joined(separator: ", "))]
    let modules = saved.isEmpty ? [] : [("trained themselves", saved.joined(separator: ", "))]
    let rows = (lora + modules + rowsOfTokens + biases + facts).map {
      "| \($0.0) | \($0.1.replacing("|", with: "\\|")) |"
    }
    let code =
      recipe.isEmpty
      ? "" : "\nTrained by\n\n```text\n" + recipe.joined(separator: "\n") + "\n```\n"
    return """
      ---
      base_model: \(JSONValue.string(base.reference).text())
      library_name: peft
      pipeline_tag: text-generation
      tags:
      - lora
      - skillet
      ---
      \(Self.mark)

      # A LoRA adapter

      | what | value |
      | --- | --- |
      \(rows.joined(separator: "\n"))
      \(code)
      \(loading)

      """
  }

  /// PEFT finds the base by its name, which a GGUF file does not have.
  private var loading: String {
    let isFile = base.format == "gguf"
    return """
      Load it with PEFT\(isFile ? ", which needs the base as a folder of transformers" : ""):

      ```python
      \(
        isFile
          ? """
            from peft import PeftModel
            from transformers import AutoModelForCausalLM
            base = AutoModelForCausalLM.from_pretrained("the folder or name of \(base.name)")
            model = PeftModel.from_pretrained(base, "this folder")
            """
          : """
            from peft import AutoPeftModelForCausalLM
            model = AutoPeftModelForCausalLM.from_pretrained("this folder")
            """)
      ```
      """
  }
}
