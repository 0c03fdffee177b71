import Files

/// How near an answer comes to the one that was wanted.
package struct AnswerScore: Equatable, Sendable {
  /// Whether both are the same text, blanks at the ends aside.
  package let isExact: Bool
  /// ROUGE-L: the F1 of the longest common subsequence of words, from 0 to 1 (Lin, 2004). Words are runs of
  /// letters and digits in small letters; two answers without words agree wholly where they are equal.
  package let rougeL: Double
  /// Whether the answer is JSON.
  package let isJSON: Bool

  package init(_ answer: String, wanted: String) {
    let (answer, wanted) = (Self.trimmed(answer), Self.trimmed(wanted))
    isExact = answer.utf8.elementsEqual(wanted.utf8)
    isJSON = Self.isJSON(answer)
    let (given, expected) = (Self.words(answer), Self.words(wanted))
    let common = Self.commonLength(given, expected)
    rougeL =
      given.isEmpty && expected.isEmpty
      ? (isExact ? 1 : 0) : 2 * Double(common) / Double(given.count + expected.count)
  }

  package static func isJSON(_ text: String) -> Bool {
    (try? JSONValue(parsing: trimmed(text))) != nil
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }

  private static func words(_ text: String) -> [Substring] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }
  }

  /// The length of the longest common subsequence, by the row-wise recurrence.
  private static func commonLength(_ a: [Substring], _ b: [Substring]) -> Int {
    var before = [Int](repeating: 0, count: b.count + 1)
    for word in a {
      var row = before
      for (index, other) in b.enumerated() {
        row[index + 1] = word == other ? before[index] + 1 : max(row[index], before[index + 1])
      }
      before = row
    }
    return before[b.count]
  }
}
