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

  func run() {
    let screen = Screen(color: .auto)
    for variable in EnvironmentVariable.all {
      if json {
        screen.streams.output.writeJSON([
          "event": "variable", "name": .string(variable.name), "meaning": .string(variable.meaning),
          "value": variable.shownValue.map { .string($0) } ?? .null,
        ])
      } else {
        show(variable, on: screen)
      }
    }
  }

  private func show(_ variable: EnvironmentVariable, on screen: Screen) {
    let output = screen.streams.output
    let value = variable.shownValue.map { " = " + VisibleText.onOneLine($0) } ?? ""
    output.writeLine(screen.style(.name, variable.name) + value)
    for line in WrappedText.lines(variable.meaning, columns: max(20, screen.columns - 2)) {
      output.writeLine("  " + line)
    }
  }
}
