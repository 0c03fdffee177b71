import ArgumentParser
import Diagnostics
import Files
import Terminals

/// Where relative paths of a recipe begin.
struct FolderOptions: ParsableArguments {
  @Flag(
    name: .customLong("cwd"),
    help: "Relative paths begin at the current folder, not at that of the recipe.")
  var isInCurrentFolder = false
}

struct PagerOptions: ParsableArguments {
  @Flag(
    name: .customLong("no-pager"),
    help: "Write what is longer than the screen as well; SKILLET_PAGER names the pager.")
  var isOff = false
}

/// Options that several subcommands share.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Write one JSON object a line to standard output.")
  var json = false

  @Option(help: "auto, always or never; NO_COLOR is obeyed by auto.")
  var color: ColorChoice = .auto

  /// Who shows what a command tells.
  ///
  /// - Parameter echoes: whether results stand below the statements that gave them.
  func printer(on screen: Screen, echoes: Bool) -> any EventPrinter {
    json ? JSONPrinter(screen: screen) : PeoplePrinter(screen: screen, echoes: echoes)
  }
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

extension TextOutput {
  /// Writes one object on a line of its own. A program reads the same characters as were in the value; a
  /// terminal that the line comes to is not told what to do.
  func writeJSON(_ value: JSONValue) {
    writeVerbatim(VisibleText.json(value.text(.compact, sortedKeys: false)) + "\n")
  }
}
