import RecipeLanguage

/// How `expect` compares.
package enum Expectations {
  static func equal(_ actual: Value, _ expected: Value) -> Bool {
    if let first = actual.number, let second = expected.number { return first == second }
    if let first = actual.text, let second = expected.text { return first == second }
    if case .list(let first) = actual, case .list(let second) = expected {
      return first.count == second.count && zip(first, second).allSatisfy { equal($0, $1) }
    }
    return actual == expected
  }

  /// Whether a number is near another: a percentage counts of the expected value.
  ///
  /// - Parameter share: how much of the tolerance may be used up.
  static func near(
    _ actual: Value, _ expected: Value, within tolerance: Value, share: Double = 1
  ) -> Bool {
    guard let first = actual.number, let second = expected.number, let limit = tolerance.number
    else { return false }
    if case .percent = tolerance { return abs(first - second) <= abs(second) * limit * share }
    return abs(first - second) <= limit * share
  }

  /// Whether a text has the shape of a glob: `*` any text, `?` any character.
  package static func matches(_ text: String, glob: String) -> Bool {
    let (text, glob) = (Array(text), Array(glob))
    var (position, place) = (0, 0)
    var star: (place: Int, position: Int)?
    while position < text.count {
      if place < glob.count, glob[place] == "*" {
        star = (place, position)
        place += 1
      } else if place < glob.count, glob[place] == "?" || glob[place] == text[position] {
        place += 1
        position += 1
      } else if let last = star {
        place = last.place + 1
        position = last.position + 1
        star = (last.place, position)
      } else {
        return false
      }
    }
    return glob[place...].allSatisfy { $0 == "*" }
  }
}
