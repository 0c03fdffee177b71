/// Finds special tokens in text: the leftmost, and of several there the longest.
struct SpecialTokenMatcher: Sendable {
  private struct Candidate {
    var text: [UInt8]
    var id: Int32
    var isControl: Bool
  }

  struct Match {
    var range: Range<Int>
    var id: Int32
  }

  /// By first byte, longest first.
  private let candidates: [[Candidate]]
  /// For each byte whether a token begins with it: any token, or one that is found in every text.
  private let beginsAny: [Bool]
  private let beginsUserDefined: [Bool]
  private let hasUserDefined: Bool

  init(_ tokens: SpecialTokens) {
    var candidates = [[Candidate]](repeating: [], count: 256)
    func add(_ names: [String: Int32], isControl: Bool) {
      for (name, id) in names {
        guard let first = name.utf8.first else { continue }
        candidates[Int(first)].append(
          Candidate(text: Array(name.utf8), id: id, isControl: isControl))
      }
    }
    add(tokens.control, isControl: true)
    add(tokens.userDefined, isControl: false)
    self.candidates = candidates.map { list in list.sorted { $0.text.count > $1.text.count } }
    beginsAny = candidates.map { !$0.isEmpty }
    beginsUserDefined = candidates.map { list in list.contains { !$0.isControl } }
    hasUserDefined = beginsUserDefined.contains(true)
  }

  /// The first match at or after `start`; control tokens count only if `parseSpecial`.
  func firstMatch(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, parseSpecial: Bool
  ) -> Match? {
    guard parseSpecial || hasUserDefined else { return nil }
    let begins = parseSpecial ? beginsAny : beginsUserDefined
    for position in start..<text.count where begins[Int(text[position])] {
      for candidate in candidates[Int(text[position])]
      where (parseSpecial || !candidate.isControl)
        && candidate.text.count <= text.count - position
        && candidate.text.indices.allSatisfy({ candidate.text[$0] == text[position + $0] })
      {
        return Match(range: position..<position + candidate.text.count, id: candidate.id)
      }
    }
    return nil
  }
}
