import Diagnostics
import Glibc
import Reports
import Sessions
import Terminals

/// Where output goes and how it may look, decided once.
struct Screen {
  let streams: OutputStreams
  let style: TextStyle
  let errorStyle: TextStyle
  let isUnicode: Bool
  /// Whether lines on standard error can be drawn again in place; that needs no colour.
  private let canRedraw: Bool

  /// Whether what is longer than the screen is shown by a pager.
  private var pages: Bool

  /// The width of the output; nil asks the terminal.
  private let fixedColumns: Int?

  /// How the terminal shows images; nil where it is not known to.
  private let graphics: TerminalGraphics?

  /// A character of the VT340, for terminals that do not say how large theirs are.
  private static let usualCell = (width: 10, height: 20)

  init(color: ColorChoice, pages: Bool = false) {
    fixedColumns = nil
    self.pages = pages
    streams = OutputStreams.standard()
    var environment: [String: String] = [:]
    for name in ["LANG", "LC_ALL", "LC_CTYPE"] + TerminalGraphics.variables {
      if let value = unsafe getenv(name) { environment[name] = unsafe String(cString: value) }
    }
    let choice = TextStyle.Choice(rawValue: color.rawValue) ?? .auto
    style = TextStyle(choice, isTerminal: streams.output.isTerminal, environment: environment)
    errorStyle = TextStyle(choice, isTerminal: streams.error.isTerminal, environment: environment)
    isUnicode = TextStyle.canShowUnicode(environment: environment)
    canRedraw = streams.error.isTerminal && !["", "dumb"].contains(environment["TERM"] ?? "")
    graphics = streams.output.isTerminal ? TerminalGraphics(environment: environment) : nil
    if streams.output.isTerminal, let problem = TerminalGraphics.problem(in: environment) {
      streams.error.write(VisibleText.escaped(problem) + "\n")
    }
  }

  private init(_ other: Screen, streams: OutputStreams, style: TextStyle, columns: Int?) {
    self.streams = streams
    self.style = style
    errorStyle = style
    isUnicode = other.isUnicode
    canRedraw = other.canRedraw && streams.error.isTerminal
    fixedColumns = columns
    graphics = nil
    pages = false
  }

  /// The same screen with everything on standard error.
  var aside: Screen {
    let streams = OutputStreams(output: streams.error, error: streams.error)
    return Screen(self, streams: streams, style: errorStyle, columns: fixedColumns)
  }

  /// The same screen without a pager.
  var unpaged: Screen {
    var screen = self
    screen.pages = false
    return screen
  }

  /// Text of this width without colours, all of it written to one place.
  func plain(columns: Int, to output: TextOutput) -> Screen {
    let streams = OutputStreams(output: output, error: output)
    return Screen(self, streams: streams, style: .plain, columns: columns)
  }

  /// Wide lines are hard to read, so a wide terminal is not filled.
  var columns: Int { fixedColumns ?? min(120, streams.output.size?.columns ?? 80) }

  /// What reports are laid out for.
  var page: TextPage { TextPage(columns: columns, isUnicode: isUnicode, style: style) }

  /// The same for figures, whose lines tell less where they are long.
  var figurePage: TextPage {
    TextPage(columns: min(80, columns), isUnicode: isUnicode, style: style)
  }

  /// Lines of a result; more than the screen has are shown by a pager, where a person is there to turn the
  /// pages.
  func show(_ lines: [String]) {
    if pages, canRedraw, isatty(STDIN_FILENO) == 1, let size = streams.output.size,
      lines.count >= size.rows, let pager = Pager.command, Pager.show(lines, with: pager)
    {
      return
    }
    for line in lines { streams.output.writeLine(line) }
  }

  /// Lines of a result and its figures below them, as images where the terminal shows them.
  func show(_ lines: [String] = [], with figures: [Figure]) {
    let pictures = figures.map(picture)
    guard pictures.contains(where: { $0 != nil }) else {
      return show(lines + figures.flatMap { FigureText($0, on: figurePage).lines() })
    }
    if !lines.isEmpty { show(lines) }
    for (figure, picture) in zip(figures, pictures) {
      let text = picture?.lines ?? FigureText(figure, on: figurePage).lines()
      for line in text { streams.output.writeLine(line) }
      if let picture { streams.output.writeVerbatim(picture.overlay) }
    }
  }

  private func picture(_ figure: Figure) -> TerminalPicture? {
    guard let graphics, let size = streams.output.size else { return nil }
    let cell = TerminalSize.cell(descriptor: streams.output.descriptor) ?? Self.usualCell
    let picture = FigureText(figure, on: figurePage).picture(by: graphics, cell: cell)
    // what has scrolled away cannot be drawn over
    return picture.flatMap { $0.height < size.rows ? $0 : nil }
  }

  /// The same with a text of whole lines.
  func show(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    show(lines.last == "" ? lines.dropLast() : lines)
  }

  /// One remark to standard error, broken at blanks on a terminal.
  func notice(_ text: String, _ role: TextStyle.Role = .dim) {
    let width = streams.error.isTerminal ? columns : .max
    for line in WrappedText.lines(text, columns: width) {
      streams.error.writeLine(errorStyle(role, line))
    }
  }

  func progressLine() -> ProgressLine {
    let line = ProgressLine(output: streams.error, isLive: canRedraw)
    line.isUnicode = isUnicode
    return line
  }
}
