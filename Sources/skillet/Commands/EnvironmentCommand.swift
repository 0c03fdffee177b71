import ArgumentParser
import Diagnostics
import Files
import Reports
import Terminals

/// `skillet environment`: the variables that are read, and what each has now.
struct EnvironmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "environment", abstract: "List the environment variables that are read.",
    discussion: EnvironmentVariable.all.map { "\($0.name): \($0.meaning)" }
      .joined(separator: "\n"))

  @Flag(help: "Write one JSON object a variable to standard output.")
  var json = false

  @OptionGroup var pager: PagerOptions

  func run() {
    let screen = Screen(color: .auto, pages: !pager.isOff)
    guard json else {
      return screen.show(EnvironmentVariable.all.flatMap { lines(of: $0, on: screen) })
    }
    for variable in EnvironmentVariable.all {
      screen.streams.output.writeJSON([
        "event": "variable", "name": .string(variable.name), "meaning": .string(variable.meaning),
        "value": variable.shownValue.map { .string($0) } ?? .null,
      ])
    }
  }

  private func lines(of variable: EnvironmentVariable, on screen: Screen) -> [String] {
    let value = variable.shownValue.map { " = " + VisibleText.onOneLine($0) } ?? ""
    let meaning = WrappedText.lines(variable.meaning, columns: max(20, screen.columns - 2))
    return [screen.style(.name, variable.name) + value] + meaning.map { "  " + $0 }
  }
}
