import RecipeLanguage
import Testing

@Suite struct ValueTextTests {
  @Test(arguments: [
    (Value.int(1_234_567), "1,234,567"), (.int(-1000), "-1,000"), (.int(999), "999"),
    (.float(31.40249), "31.40"), (.float(0.0003), "0.0003000"), (.float(.nan), "NaN"),
    (.float(0), "0"), (.percent(0.034), "3.400%"), (.size(98_362_432), "98.4 MB"),
    (.size(812), "812 B"), (.duration(130), "2m 10s"), (.duration(42.04), "42.0 s"),
    (.list([.word("nf4"), .int(2)]), "[nf4, 2]"), (.none, "none"), (.bool(true), "true"),
  ])
  func peopleReadFewDigitsAndUnits(value: Value, text: String) {
    #expect(value.display == text)
  }

  @Test(arguments: [
    Value.int(-3), .float(2.5e-7), .percent(0.1), .percent(0.07), .percent(0.2999), .percent(1.1),
    .percent(1.0 / 3), .percent(-0.5), .percent(2e-7), .percent(1e20), .duration(90),
    .size(512), .bool(false), .none,
    .string("a \"b\" {c} \\ \n é \u{1}"), .word("nf4"), .list([.int(1), .string("x")]),
    .record(Record([("a", .int(1)), ("b", .list([]))])),
    .record(Record([("layers.[0-3]", .float(0.5)), ("9", .int(1)), ("a \"{b}\"", .none)])),
  ])
  func sourceTextReadsBackAsTheSameValue(value: Value) throws {
    #expect(try EvaluatorTests.evaluate(value.source) == value)
  }

  @Test func `a percentage is written as it was typed`() {
    #expect(Value.percent(110 / 100.0).source == "110%")
    #expect(Value.percent(0.07).source == "7%")
  }

  @Test func namesOfFilesHaveNoSeparators() {
    #expect(Value.int(12_345).interpolated == "12345")
    #expect(Value.float(0.0001).interpolated == "0.0001")
    #expect(Value.float(2).interpolated == "2")
  }
}
