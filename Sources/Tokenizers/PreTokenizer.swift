/// How a model's text is cut into words before byte-pair encoding. Each rule is a regular
/// expression of the model's authors, written by hand: no merge ever crosses a cut, so one wrong
/// cut gives other tokens than the model was trained on.
package enum PreTokenizer: String, CaseIterable, Sendable {
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  case gpt2
  /// Each `\p{N}` on its own first, then GPT-2's rule on what is between.
  case smollm
  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|`
  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
  case llama3
  /// Llama 3's rule with single numbers: `\p{N}`.
  case qwen2

  /// The rule that a regular expression of a tokenizer.json stands for; nil if it is none of these.
  package init?(pattern: String) {
    guard let rule = Self.allCases.first(where: { $0.pattern == pattern }) else { return nil }
    self = rule
  }

  /// The regular expression that the rule stands for; nil where it is more than one step.
  package var pattern: String? {
    let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
    let rest = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
    return switch self {
    case .gpt2:
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
    case .smollm: nil
    case .llama3: contractions + "\\p{N}{1,3}" + rest
    case .qwen2: contractions + "\\p{N}" + rest
    }
  }

  /// Calls `body` with each word of `text`, in order; together they are the text.
  ///
  /// - Parameter text: valid UTF-8.
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var scanner = unsafe WordScanner(text: text)
    var start = 0
    while start < text.count {
      let end = nextCut(&scanner, from: start)
      unsafe body(UnsafeBufferPointer(rebasing: text[start..<end]))
      start = end
    }
  }

  /// The words of `text`.
  package func words(of text: String) -> [String] {
    var text = text
    var words: [String] = []
    text.withUTF8 { buffer in
      unsafe forEachWord(in: buffer) { unsafe words.append(String(decoding: $0, as: UTF8.self)) }
    }
    return words
  }

  /// Where the word that starts at `start` ends; always beyond `start`.
  private func nextCut(_ scanner: inout WordScanner, from start: Int) -> Int {
    switch self {
    case .gpt2: scanner.gpt2Word(from: start)
    case .smollm: scanner.wordWithSingleNumbers(from: start)
    case .llama3: scanner.llama3Word(from: start, longestNumber: 3)
    case .qwen2: scanner.llama3Word(from: start, longestNumber: 1)
    }
  }
}
