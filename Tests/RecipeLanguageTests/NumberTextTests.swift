import RecipeLanguage
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    (1.23456, "1.235"), (0.00123456, "0.001235"), (12_345.6, "12346"),
    (0.0000123456, "1.235e-05"), (-2.5, "-2.500"), (0, "0"), (Double.nan, "NaN"),
    (-Double.infinity, "-infinity"),
  ]) func `significant digits stay the same over magnitudes`(value: Double, text: String) {
    #expect(NumberText.significant(value) == text)
  }

  @Test func `thousands are separated`() {
    #expect(NumberText.grouped(98_362_432) == "98,362,432")
    #expect(NumberText.grouped(-1_000) == "-1,000")
    #expect(NumberText.grouped(999) == "999")
    #expect(NumberText.separated(29_092.3) == "29,092" && NumberText.separated(-1234.5) == "-1,234")
    #expect(NumberText.separated(12.3) == "12.30" && NumberText.separated(1.5e12) == "1.500e+12")
    #expect(NumberText.fixed(1_234_567.891, decimals: 2) == "1234567.89")
  }
}
