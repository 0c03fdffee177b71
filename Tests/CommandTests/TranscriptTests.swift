import FoundationEssentials
import TestSupport
import Testing

/// Sessions in documents.
@Suite struct TranscriptTests {
  private static let folder = References.tests + "/CommandTests/Transcripts"

  static let names =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  @Test(arguments: names) func `a session says what is written below it`(_ name: String) throws {
    let outcome = try SkilletRun.checkout().run(["doctest", Self.folder + "/" + name])
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.isEmpty)
  }

  @Test func `there are sessions`() { #expect(Self.names.count >= 2) }

  @Test func `what differs is shown with its line, as written and as it came`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      """
      # A page
      skillet> not in a fence
      ```text
      skillet> 1 + 1
      3
      skillet> 2.25 * 2
      4.49 (num)
      skillet> "roses are red"
      roses * (glob)
      ```

      """, as: "page.md")
    let outcome = try skillet("doctest", "page.md")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.output == "page.md:4: 1 + 1\n  - 3\n  + 2\n", outcome.comment)
    #expect(outcome.errors.contains("page.md: 2 of 3 cells say what is written"), outcome.comment)
    #expect(try skillet("doctest", "nope.md").ending == .exited(66))
  }
}
