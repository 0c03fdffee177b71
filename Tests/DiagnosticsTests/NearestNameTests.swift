import Diagnostics
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("rank", "rank", 0), ("rnak", "rank", 1), ("rnk", "rank", 1), ("ranks", "rank", 1),
    ("rink", "rank", 1), ("", "ab", 2), ("kitten", "sitting", 3), ("RANK", "rank", 0),
  ])
  func distancesCountSingleMistakes(first: String, second: String, distance: Int) {
    #expect(NearestName.distance(first, second) == distance)
    #expect(NearestName.distance(second, first) == distance)
  }

  @Test func shortNamesMustBeNearer() {
    #expect(NearestName.candidates(for: "lr", among: ["le", "on", "lora"]) == ["le"])
    #expect(NearestName.candidates(for: "x", among: ["y", "on"]).isEmpty)
  }

  @Test func aFirstWordStandsForNamesThatNoneIsNearerTo() {
    let known = ["q_proj", "qkv_proj", "gate_proj", "gate_up_proj"]
    #expect(NearestName.candidates(for: "q", among: known) == ["q_proj"])
    #expect(NearestName.candidates(for: "gate", among: known) == ["gate_proj", "gate_up_proj"])
    #expect(NearestName.candidates(for: "", among: ["_x"]).isEmpty)
  }

  @Test func atMostThreeAreNamedNearestFirst() {
    let known = ["load", "lord", "loadd", "lo", "train"]
    #expect(NearestName.candidates(for: "loaf", among: known) == ["load", "loadd", "lord"])
    #expect(
      NearestName.question(for: "loaf", among: known) == "did you mean `load`, `loadd` or `lord`?")
    #expect(NearestName.question(for: "zzzz", among: known) == nil)
  }
}
