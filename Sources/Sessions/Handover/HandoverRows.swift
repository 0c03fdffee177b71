import Files
import Models
import Tokenizers
import Training

/// Rows of a dataset for another trainer, a JSON object a line: the row's text in segments, each with whether it
/// is learnt (`input_output` of Axolotl). A row that is not told by its text, since it spells out the name of a
/// special token or was cut within a word, has its tokens beside it.
struct HandoverRows {
  /// Lines of the file.
  private(set) var text = ""
  private(set) var count = 0
  /// Rows that only their tokens tell.
  private(set) var tokenized = 0

  init(_ examples: TokenizedRows, with tokenizer: Tokenizer) {
    for example in examples {
      let segments = Self.segments(of: example, with: tokenizer)
      let isTold = segments.allSatisfy {
        tokenizer.encode($0.text, parseSpecial: true) == $0.tokens
      }
      var row: JSONValue = [
        "segments": .array(
          segments.map { ["label": .bool($0.isTrained), "text": .string($0.text)] })
      ]
      if !isTold, var object = row.object {
        object["input_ids"] = .array(example.tokens.map { .int(Int($0)) })
        object["learnt"] = .array(example.trained.map { .bool($0) })
        row = .object(object)
        tokenized += 1
      }
      text += row.text() + "\n"
      count += 1
    }
  }

  private static func segments(
    of example: TokenizedExample, with tokenizer: Tokenizer
  ) -> [(text: String, tokens: [Int32], isTrained: Bool)] {
    var segments: [(text: String, tokens: [Int32], isTrained: Bool)] = []
    for (token, isTrained) in zip(example.tokens, example.trained) {
      if segments.last?.isTrained == isTrained {
        segments[segments.count - 1].tokens.append(token)
      } else {
        segments.append(("", [token], isTrained))
      }
    }
    return segments.map { (tokenizer.decodedNames($0.tokens), $0.tokens, $0.isTrained) }
  }
}

extension Tokenizer {
  /// The text of tokens with special ones by their names.
  fileprivate func decodedNames(_ tokens: [Int32]) -> String {
    var text = ""
    var plain: [Int32] = []
    for token in tokens {
      guard isControl(token) else {
        plain.append(token)
        continue
      }
      text += decode(plain) + name(of: token)
      plain = []
    }
    return text + decode(plain)
  }
}
