import Terminals
import Testing

@Suite struct HumanFormatTests {
  @Test(arguments: [
    (42, "0:42"), (725, "12:05"), (3_800, "1:03:20"), (-1, "0:00"), (Double.nan, "–:––"),
  ]) func `a clock counts minutes and hours`(seconds: Double, text: String) {
    #expect(HumanFormat.clock(seconds) == text)
  }

  @Test(arguments: [
    (1.23456, "1.235"), (0.00123456, "0.001235"), (1234.5, "1,234"), (12345.6, "12,346"),
    (0.0000123456, "1.235e-05"), (-2.5, "-2.500"), (0, "0"), (Double.nan, "not a number"),
    (-Double.infinity, "-∞"),
  ]) func `significant digits stay the same over magnitudes`(value: Double, text: String) {
    #expect(HumanFormat.significant(value) == text)
  }

  @Test func `R25 thousands are separated`() {
    #expect(HumanFormat.count(98_362_432) == "98,362,432")
    #expect(HumanFormat.count(-1_000) == "-1,000")
    #expect(HumanFormat.count(999) == "999")
    #expect(HumanFormat.fixed(1_234_567.891, decimals: 2) == "1,234,567.89")
  }
}
