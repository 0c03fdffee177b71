/// Runs a pattern's program at places of a text: backtracking, the first way that fits, as the libraries do.
@safe struct PatternMatcher {
  private let program: PatternProgram
  private let text: UnsafeBufferPointer<UInt8>
  private var stack: [Choice] = []
  private var steps = 0
  /// Look arounds and atomic groups that stand one in another, and the pattern around them.
  private var depth = 0
  /// Places from which nothing fits, once many ways were tried: what follows an instruction at a position
  /// does not depend on how it was reached, nor on where the match began.
  private var failed: Set<Failure> = []

  /// A way that is left: to go on at an instruction.
  private struct Choice {
    var instruction: Int
    var position: Int
    /// For a run the end that it must keep or may reach; for alternatives, the next one.
    var bound: Int
  }

  private struct Failure: Hashable {
    let instruction: Int
    let position: Int
  }

  private static let fewSteps = 4096

  init(_ program: PatternProgram, _ text: UnsafeBufferPointer<UInt8>) {
    self.program = program
    unsafe self.text = text
  }

  /// The matches from the left, without overlap; empty ones where the pattern takes nothing.
  mutating func matches() -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    unsafe ranges.reserveCapacity(text.count / 4 + 1)
    var position = 0
    while unsafe position < text.count {
      if unsafe program.first.contains(text[position]) {
        if let end = run(from: 0, at: position) {
          // The way that was taken last did fit.
          steps = 0
          if !failed.isEmpty { failed.removeAll(keepingCapacity: true) }
          ranges.append(position..<end)
          if end > position {
            position = end
            continue
          }
        }
      }
      unsafe position += UTF8Scalars.length(of: text[position])
    }
    return ranges
  }

  /// The end of what fits from an instruction on up to its `accept`; nil if nothing does.
  private mutating func run(from start: Int, at place: Int) -> Int? {
    let base = stack.count
    depth += 1
    defer { depth -= 1 }
    var instruction = start
    var position = place
    while true {
      let code = program.code[instruction]
      let isGood: Bool
      switch code.operation {
      case .accept:
        stack.removeSubrange(base...)
        return position
      case .set:
        let next = length(ofSet: code.a, at: position)
        isGood = next > 0
        position += next
      case .run, .lazyRun, .possessiveRun:
        isGood = runSet(code, instruction, &position)
      case .jump:
        instruction = Int(code.a)
        continue
      case .split:
        stack.append(Choice(instruction: Int(code.b), position: position, bound: -1))
        instruction = Int(code.a)
        continue
      case .alternatives:
        if let next = alternative(of: Int(code.a), from: 0, instruction, position) {
          instruction = next
          continue
        }
        isGood = false
      case .ahead:
        isGood = (run(from: instruction + 1, at: position) != nil) == (code.b == 0)
        if isGood { instruction = Int(code.a) - 1 }
      case .atomic:
        let end = run(from: instruction + 1, at: position)
        isGood = end != nil
        position = end ?? position
        instruction = Int(code.a) - 1
      case .behind:
        let isThere =
          unsafe position > 0
          && program.sets[Int(code.a)].contains(
            UTF8Scalars.scalar(before: position, in: text).scalar)
        isGood = isThere == (code.b == 0)
      case .boundary: isGood = isBoundary(program.boundaries[Int(code.a)], at: position)
      }
      if isGood {
        instruction += 1
      } else {
        guard let next = resume(above: base, &position) else { return nil }
        instruction = next
      }
    }
  }

  /// Takes the last way that is left and was not tried before; nil if none is.
  private mutating func resume(above base: Int, _ position: inout Int) -> Int? {
    while let next = takeChoice(above: base, &position) {
      steps += 1
      // Within a look around, a way that was taken may have fitted.
      guard steps > Self.fewSteps, depth == 1 else { return next }
      if failed.insert(Failure(instruction: next, position: position)).inserted { return next }
    }
    return nil
  }

  /// The instruction and the position of the last way that is left; nil if none is.
  private mutating func takeChoice(above base: Int, _ position: inout Int) -> Int? {
    while stack.count > base, let choice = stack.popLast() {
      guard choice.bound >= 0 else {
        position = choice.position
        return choice.instruction
      }
      let code = program.code[choice.instruction]
      switch code.operation {
      case .alternatives:
        position = choice.position
        if let next = alternative(
          of: Int(code.a), from: choice.bound, choice.instruction, position)
        {
          return next
        }
      case .lazyRun:
        let next = length(ofSet: code.a, at: choice.position)
        guard next > 0 else { continue }
        position = choice.position + next
        if choice.bound > 1 {
          stack.append(
            Choice(
              instruction: choice.instruction, position: position, bound: choice.bound - 1))
        }
        return choice.instruction + 1
      default:
        // A greedy run gives its last character back.
        position =
          unsafe choice.position - UTF8Scalars.scalar(before: choice.position, in: text).length
        if position > choice.bound {
          stack.append(
            Choice(instruction: choice.instruction, position: position, bound: choice.bound))
        }
        return choice.instruction + 1
      }
    }
    return nil
  }

  /// The start of the first alternative from `place` on that the next byte allows; the others are left.
  private mutating func alternative(
    of list: Int, from place: Int, _ instruction: Int, _ position: Int
  ) -> Int? {
    let alternatives = program.lists[list]
    let byte = unsafe position < text.count ? text[position] : nil
    for index in place..<alternatives.count {
      let first = alternatives[index].first
      guard byte.map(first.contains) ?? first.mayBeEmpty else { continue }
      if index + 1 < alternatives.count {
        stack.append(Choice(instruction: instruction, position: position, bound: index + 1))
      }
      return alternatives[index].start
    }
    return nil
  }

  private mutating func runSet(
    _ code: PatternProgram.Instruction, _ instruction: Int, _ position: inout Int
  ) -> Bool {
    var count = 0
    var end = position
    var least = position
    let most = code.operation == .lazyRun ? code.b : code.c
    while count < most {
      let next = length(ofSet: code.a, at: end)
      if next == 0 { break }
      end += next
      count += 1
      if count == code.b { least = end }
    }
    guard count >= code.b else { return false }
    position = end
    if code.operation == .run, end > least {
      stack.append(Choice(instruction: instruction, position: end, bound: least))
    } else if code.operation == .lazyRun, code.c > code.b {
      stack.append(
        Choice(instruction: instruction, position: end, bound: Int(code.c - code.b)))
    }
    return true
  }

  /// How many bytes the character at `position` has, if it is of a set; else 0.
  @inline(__always)
  private func length(ofSet set: Int32, at position: Int) -> Int {
    guard unsafe position < text.count else { return 0 }
    let byte = unsafe text[position]
    if byte < 0x80 { return program.sets[Int(set)].contains(ascii: byte) ? 1 : 0 }
    let next = unsafe UTF8Scalars.scalar(at: position, in: text)
    return program.sets[Int(set)].contains(next.scalar) ? next.length : 0
  }

  private func isBoundary(_ boundary: PatternNode.Boundary, at position: Int) -> Bool {
    let isEnd = unsafe position == text.count
    switch boundary {
    case .textStart: return position == 0
    case .textEnd: return isEnd
    case .lineStart:
      return unsafe position == 0 || text[position - 1] == UInt8(ascii: "\n") && !isEnd
    case .lineEnd: return unsafe isEnd || text[position] == UInt8(ascii: "\n")
    case .lastLineEnd:
      return unsafe isEnd || position == text.count - 1 && text[position] == UInt8(ascii: "\n")
    case .word, .notWord:
      let before = unsafe position > 0 ? UTF8Scalars.scalar(before: position, in: text).scalar : nil
      let after = unsafe isEnd ? nil : UTF8Scalars.scalar(at: position, in: text).scalar
      let word = CharacterSet([.word])
      let isBoundary = (before.map(word.contains) ?? false) != (after.map(word.contains) ?? false)
      return isBoundary == (boundary == .word)
    }
  }
}
