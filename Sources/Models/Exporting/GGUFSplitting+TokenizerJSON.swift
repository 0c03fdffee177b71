import Files
import Tokenizers

extension GGUFSplitting.Family {
  /// The rule as `pre_tokenizer` of a tokenizer.json, whose last step writes bytes as characters.
  var preTokenizer: JSONValue {
    let before = steps.dropLast().flatMap(\.preTokenizers)
    let end: [JSONValue] =
      switch steps.last {
      // GPT-2's rule is that step's own.
      case .rule(.gpt2): [Self.byteLevel(hasRule: true)]
      case .rule(.smollm): [Self.singleNumbers, Self.byteLevel(hasRule: true)]
      case let step: (step?.preTokenizers ?? []) + [Self.byteLevel(hasRule: false)]
      }
    let all = before + end
    return all.count == 1 ? all[0] : ["type": "Sequence", "pretokenizers": .array(all)]
  }

  fileprivate static let singleNumbers: JSONValue = ["type": "Digits", "individual_digits": true]

  private static func byteLevel(hasRule: Bool) -> JSONValue {
    [
      "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
      "use_regex": .bool(hasRule),
    ]
  }
}

extension GGUFSplitting.Step {
  /// Steps of a tokenizer.json that cut as this one.
  fileprivate var preTokenizers: [JSONValue] {
    switch self {
    case .pattern(let pattern): [Self.split(Self.spelledOut(pattern))]
    case .rule(let rule):
      // What is more than one step is GPT-2's rule after single numbers.
      rule.pattern.map { [Self.split($0)] }
        ?? [GGUFSplitting.Family.singleNumbers]
        + (PreTokenizer.gpt2.pattern.map { [Self.split($0)] } ?? [])
    }
  }

  private static func split(_ pattern: String) -> JSONValue {
    [
      "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated",
      "invert": false,
    ]
  }

  /// Characters by themselves where a pattern has their numbers, which the `tokenizers` library writes otherwise.
  private static func spelledOut(_ pattern: String) -> String {
    pattern.replacing(/\\u\{([0-9A-Fa-f]+)\}/) { match in
      let scalar = UInt32(match.1, radix: 16).flatMap(Unicode.Scalar.init)
      return scalar.map { String(Character($0)) } ?? String(match.0)
    }
  }
}
