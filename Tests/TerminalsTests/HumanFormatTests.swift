import Terminals
import Testing

@Suite struct HumanFormatTests {
  @Test(arguments: [
    (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_000, "1.00 kB"), (98_362_432, "98.4 MB"),
    (411_600_000, "412 MB"), (999_600, "1.00 MB"), (1_360_000_000, "1.36 GB"),
    (Int.max, "9,223 PB"),
  ]) func `bytes have three digits and a decimal unit`(value: Int, text: String) {
    #expect(HumanFormat.bytes(value) == text)
  }

  @Test(arguments: [
    (0, "0 ms"), (0.35, "350 ms"), (4.21, "4.2 s"), (9.96, "10 s"), (59.6, "1 min 00 s"),
    (192, "3 min 12 s"), (3_900, "1 h 05 min"), (Double.infinity, "∞"),
  ]) func `durations use the units that people would`(seconds: Double, text: String) {
    #expect(HumanFormat.duration(seconds) == text)
  }

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
    #expect(HumanFormat.percent(0.0034) == "0.34 %")
    #expect(HumanFormat.percent(0.125) == "12.5 %")
  }
}
