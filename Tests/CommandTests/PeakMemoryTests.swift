import TestSupport
import Testing

/// `peak_memory` is that of the program, and not of the one that started it.
@Suite struct PeakMemoryTests {
  @Test func `a starter with much memory does not count`() throws {
    let large = [UInt8](repeating: 1, count: 400 << 20)
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + """
        let fit = train steps: 3
        assert fit.peak_memory < 300MB, "it took {fit.peak_memory}"

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(large.last == 1)
  }
}
