import ArgumentParser
import Files
import Notebooks
import Reports
import Terminals

/// `skillet doctor`: what this machine and this installation have.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show the CPU, kernels, libraries and models found.")

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    let report = Doctor.report()
    let output = screen.streams.output
    if options.json {
      output.writeJSON(JSONValue(report))
    } else {
      for line in ValueView(screen.page).lines(of: report, title: "skillet doctor") {
        output.writeLine(line)
      }
    }
  }
}
