import Testing

import Tokenizers

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("promt", "prompt"), ("Completion", "completion"), ("txet", "text"), ("messages", "messages"),
    ("instruction!", nil), ("x", nil), ("", nil),
  ])
  func findsNamesWithinTwoEdits(name: String, expected: String?) {
    #expect(nearestName(to: name, among: ["prompt", "completion", "text", "messages"]) == expected)
  }
}
