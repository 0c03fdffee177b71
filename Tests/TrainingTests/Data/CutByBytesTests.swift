import Testing

import Training

@Suite struct CutByBytesTests {
  /// Characters hide these markers: CR LF is one character, and so is a letter with its accents.
  @Test(arguments: [
    ("Q: two?\\r\\nA: four", "\nA:", " four$"), ("a\u{301}b", "a", "\u{301}b$"),
    ("Q\u{301}\\nA:\u{301} x", "\nA:", "\u{301} x$"), ("👩‍🚀!", "👩", "\u{200D}🚀!$"),
  ])
  func `a marker is found by its bytes`(text: String, marker: String, learnt: String) throws {
    let columns = try ColumnMapping(columns: [:], cutAfter: marker)
    let data = try dataset(
      "{\"text\": \"\(text)\"}", DatasetOptions(columns: columns, template: "none"))
    #expect(data.tokenized.first.map(trainedText)?.utf8.elementsEqual(learnt.utf8) == true)
  }
}
