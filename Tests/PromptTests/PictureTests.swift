import TestSupport
import Testing

/// Figures on terminals that show images.
@Suite struct PictureTests {
  @Test(arguments: [("kitty", "\u{1B}_Ga=T,"), ("sixel", "\u{1B}P0;1;0q")])
  func `a curve is an image with its text around it, and the prompt stands below`(
    graphics: String, start: String
  ) throws {
    let prompt = try PromptSession(environment: ["SKILLET_GRAPHICS": graphics])
    let lines = try prompt.enter("plot [1, 2, 3, 5, 8, 13]")
    #expect(prompt.terminal.output.contains(start))
    #expect(lines.contains { $0.hasPrefix("  13.00┤") } && lines.contains { $0.contains("└──") })
    // the legend has its sample
    #expect(!lines.dropLast().joined().contains { "⠀"..."⣿" ~= $0 }, "\(lines)")
    #expect(try prompt.enter("20 + 1") == ["out[2]  21"])
  }

  @Test func `a way of drawing that is not known is told, and characters are drawn`() throws {
    let prompt = try PromptSession(environment: ["SKILLET_GRAPHICS": "kity"])
    let lines = try prompt.enter("plot [1, 2, 3, 5, 8, 13]")
    #expect(
      prompt.terminal.output.contains("SKILLET_GRAPHICS is \"kity\", none of kitty, sixel, none"))
    #expect(lines.joined().contains { "⠁"..."⣿" ~= $0 }, "\(lines)")
    let none = try PromptSession(environment: ["SKILLET_GRAPHICS": "none"])
    #expect(try none.enter("20 + 1") == ["out[1]  21"])
    #expect(!none.terminal.output.contains("SKILLET_GRAPHICS"))
  }

  @Test func `elsewhere it is drawn in characters`() throws {
    let prompt = try PromptSession(environment: ["TERM": "xterm-256color"])
    let lines = try prompt.enter("plot [1, 2, 3, 5, 8, 13]")
    #expect(lines.joined().contains { "⠁"..."⣿" ~= $0 }, "\(lines)")
    #expect(!prompt.terminal.output.contains("\u{1B}P"))
    #expect(!prompt.terminal.output.contains("\u{1B}_G"))
  }
}
