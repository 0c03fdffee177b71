import Testing
import Training

@Suite struct AnswerScoreTests {
  /// Values of rouge_score 0.1.2, without its stemmer.
  @Test(arguments: [
    ("the cat sat", "The cat sat on the mat.", 0.666_666_666_666_666_6),
    ("the gunman police killed", "police killed the gunman", 0.5),
    ("a b c", "c b a", 0.333_333_333_333_333_3), ("", "x", 0), ("x", "x", 1),
    ("{\"a\": 1}", "{\"a\":2}", 0.5),
  ]) func `ROUGE-L is the F1 of the longest common subsequence of words`(
    answer: String, wanted: String, score: Double
  ) {
    #expect(abs(AnswerScore(answer, wanted: wanted).rougeL - score) < 1e-12)
  }

  @Test func `blanks at the ends make no other answer, and case does`() {
    #expect(AnswerScore(" yes\n", wanted: "yes").isExact)
    #expect(!AnswerScore("Yes", wanted: "yes").isExact)
    #expect(AnswerScore("", wanted: "").isExact && AnswerScore("?", wanted: "!").rougeL == 0)
  }

  @Test func `JSON is JSON as a whole`() {
    #expect(AnswerScore.isJSON(" {\"a\": [1, null]} ") && AnswerScore.isJSON("3"))
    #expect(!AnswerScore.isJSON("{\"a\": 1} and more") && !AnswerScore.isJSON(""))
  }
}
