import Notebooks
import RecipeLanguage

/// What could come next, said once a verb in a session: after `load`, `next: dataset …`.
struct NextStep {
  private var said: Set<String> = []

  /// The hint after a cell in which these commands ran; nil if there is nothing new to say.
  mutating func hint(after verbs: [String], in shape: SessionShape) -> String? {
    guard let verb = verbs.last(where: { Self.hints[$0] != nil }), said.insert(verb).inserted,
      let text = Self.hints[verb]
    else { return nil }
    return "next: " + text(shape)
  }

  private static let hints: [String: @Sendable (SessionShape) -> String] = [
    "load": { shape in
      shape.has.contains(.dataset)
        ? "lora rank: 8, or quantize nf4 before it"
        : "dataset \"examples/expenses/train.jsonl\", or generate \"…\"; :chat talks to the model"
    },
    "dataset": { _ in "split valid: 10%, to measure on rows that are not trained on" },
    "split": { shape in
      shape.has.contains(.model)
        ? "let base = eval, then lora rank: 8" : "load \"smollm2\", the model to tune"
    },
    "lora": { shape in
      shape.has.contains(.dataset) ? "train epochs: 1" : "dataset \"…\", the examples to train on"
    },
    "train": { shape in
      shape.parts.contains("valid")
        ? "let tuned = eval; generate \"…\"; save \"out/mine\""
        : "generate \"…\"; save \"out/mine\""
    },
    "save": { _ in ":save mine.recipe writes this session as a recipe that replays" },
  ]
}
