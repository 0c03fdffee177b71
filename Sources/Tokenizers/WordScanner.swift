/// Matches the splitting rules at a place in valid UTF-8, one function a rule.
@safe struct WordScanner {
  private let text: UnsafeBufferPointer<UInt8>
  /// What the rules see as the end of the text.
  private var limit: Int
  /// The first number at or after the last word of `wordWithSingleNumbers`.
  private var nextNumber = -1

  init(text: UnsafeBufferPointer<UInt8>) {
    unsafe self.text = text
    limit = text.count
  }

  /// GPT-2's rule (github.com/openai/gpt-2, src/encoder.py).
  func gpt2Word(from start: Int) -> Int {
    if let end = contraction(at: start, ignoringCase: false) { return end }
    let first = character(at: start)
    // " ?X+": a space may stand before a run of letters, numbers or others.
    if unsafe text[start] == UInt8(ascii: " "), first.end < limit {
      let second = character(at: first.end)
      if !second.class.isSpace { return endOfRun(of: second.class, from: second.end) }
    }
    if !first.class.isSpace { return endOfRun(of: first.class, from: first.end) }
    return endOfSpaces(from: start)
  }

  /// Numbers one by one, and GPT-2's rule on each stretch between them as if it were a text.
  mutating func wordWithSingleNumbers(from start: Int) -> Int {
    if nextNumber < start {
      nextNumber = start
      while unsafe nextNumber < text.count {
        let byte = unsafe text[nextNumber]
        if byte < 0x80 {
          if byte &- 0x30 < 10 { break }
          nextNumber += 1
        } else {
          let next = character(at: nextNumber)
          if next.class == .number { break }
          nextNumber = next.end
        }
      }
    }
    if nextNumber == start { return character(at: start).end }
    limit = nextNumber
    defer { limit = unsafe text.count }
    return gpt2Word(from: start)
  }

  /// Llama 3's rule, and with `longestNumber` 1 that of Qwen 2.
  func llama3Word(from start: Int, longestNumber: Int) -> Int {
    if let end = contraction(at: start, ignoringCase: true) { return end }
    let first = character(at: start)
    switch first.class {
    case .letter: return endOfRun(of: .letter, from: first.end)
    case .number: return endOfNumbers(from: first.end, atMost: longestNumber - 1)
    case .newline: return endOfLines(from: start) ?? endOfSpaces(from: start)
    case .space, .other: break
    }
    // "[^\r\n\p{L}\p{N}]?\p{L}+": any one such character may stand before letters.
    let second = first.end < limit ? character(at: first.end) : nil
    if let second, second.class == .letter { return endOfRun(of: .letter, from: second.end) }
    if first.class == .other { return endOfNewlines(from: endOfRun(of: .other, from: first.end)) }
    if unsafe text[start] == UInt8(ascii: " "), let second, second.class == .other {
      return endOfNewlines(from: endOfRun(of: .other, from: second.end))
    }
    return endOfLines(from: start) ?? endOfSpaces(from: start)
  }
}

// MARK: - Parts of the rules

extension WordScanner {
  /// The character that starts at `position`, and where it ends.
  private func character(at position: Int) -> (class: CharacterClass, end: Int) {
    let (scalar, length) = decode(at: position)
    return (CharacterClass(scalar), position + length)
  }

  private func decode(at position: Int) -> (scalar: Unicode.Scalar, length: Int) {
    unsafe UTF8Scalars.scalar(at: position, in: text)
  }

  /// The end of the characters of one class from `position` on.
  private func endOfRun(of kind: CharacterClass, from position: Int) -> Int {
    var end = position
    // Most runs are ASCII letters, which need no look at a character's class.
    if kind == .letter {
      while end < limit, unsafe (text[end] | 0x20) &- 0x61 < 26 { end += 1 }
    }
    while end < limit {
      let next = character(at: end)
      if next.class != kind { break }
      end = next.end
    }
    return end
  }

  private func endOfNumbers(from position: Int, atMost count: Int) -> Int {
    var end = position
    for _ in 0..<count where end < limit {
      let next = character(at: end)
      if next.class != .number { break }
      end = next.end
    }
    return end
  }

  /// `[\r\n]*`.
  private func endOfNewlines(from position: Int) -> Int {
    endOfRun(of: .newline, from: position)
  }

  /// `\s*[\r\n]+`: white space up to its last newline; nil where it has none.
  private func endOfLines(from start: Int) -> Int? {
    var end = start
    var result: Int?
    while end < limit {
      let next = character(at: end)
      guard next.class.isSpace else { break }
      end = next.end
      if next.class == .newline { result = end }
    }
    return result
  }

  /// `\s+(?!\S)|\s+`: white space at `start`, but for its last character where a word follows.
  private func endOfSpaces(from start: Int) -> Int {
    var end = start
    var last = start
    while end < limit {
      let next = character(at: end)
      guard next.class.isSpace else { return last > start ? last : end }
      last = end
      end = next.end
    }
    return end
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`.
  private func contraction(at start: Int, ignoringCase: Bool) -> Int? {
    guard unsafe text[start] == UInt8(ascii: "'"), start + 1 < limit else { return nil }
    let first = folded(at: start + 1, ignoringCase)
    switch first.letter {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return first.end
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      guard first.end < limit else { return nil }
      let expected = first.letter == UInt8(ascii: "l") ? UInt8(ascii: "l") : UInt8(ascii: "e")
      let second = folded(at: first.end, ignoringCase)
      return second.letter == expected ? second.end : nil
    default: return nil
    }
  }

  /// The ASCII letter at `position`, in lower case if case is ignored; 0 for anything else.
  private func folded(at position: Int, _ ignoringCase: Bool) -> (letter: UInt8, end: Int) {
    let (scalar, length) = decode(at: position)
    // LATIN SMALL LETTER LONG S is the one letter beyond ASCII that folds to one of these.
    if ignoringCase, scalar == "\u{17F}" { return (UInt8(ascii: "s"), position + length) }
    guard scalar.isASCII else { return (0, position + length) }
    let byte = UInt8(truncatingIfNeeded: scalar.value)
    let isUpper = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    return (ignoringCase && isUpper ? byte | 0x20 : byte, position + length)
  }
}
