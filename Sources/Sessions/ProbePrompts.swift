import Models
import Tokenizers
import Training

/// Texts on which two forms of a model are compared where there are no rows that were kept for that.
enum ProbePrompts {
  static let texts = [
    "The capital of France is Paris, and the capital of Italy is",
    "def add(a, b):\n    \"\"\"Adds two numbers.\"\"\"\n    return",
    "Question: What do plants need to grow?\nAnswer: Plants need water,",
  ]

  /// As a model reads them, with every place counting.
  static func sequences(of model: LoadedModel) -> [(tokens: [Int32], places: [Int])] {
    texts.map { text in
      let limit = model.decoder.description.sizes.context
      let begin = model.text.begin.map { [$0] } ?? []
      let tokens = Array(
        (begin + model.tokenizer.encode(text, parseSpecial: false)).prefix(limit))
      return (tokens, Array(tokens.indices))
    }
  }
}
