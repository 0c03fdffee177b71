import Tokenizers

/// One token a byte; the names of a few special tokens are one token each where they are looked for.
struct NameEncoder: TextEncoder {
  private static let names = ["<|im_start|>", "<|im_end|>", "<s>", "</s>"]

  func encode(_ text: String, parseSpecial: Bool, into tokens: inout [Int32]) {
    var rest = text.utf8[...]
    while let byte = rest.first {
      let name = Self.names.firstIndex { parseSpecial && rest.starts(with: $0.utf8) }
      tokens.append(name.map { Int32(300 + $0) } ?? Int32(byte))
      rest = rest.dropFirst(name.map { Self.names[$0].utf8.count } ?? 1)
    }
  }

  func specialNames(in text: String) -> [String] {
    let places = Self.names.compactMap { name in
      text.firstRange(of: name).map { (name, $0.lowerBound) }
    }
    return places.sorted { $0.1 < $1.1 }.map(\.0)
  }
}
