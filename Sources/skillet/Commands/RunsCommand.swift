import ArgumentParser
import Diagnostics
import Notebooks
import RecipeLanguage
import Reports
import Terminals

/// `skillet runs`: what was run before, with what it measured.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the last runs, or show one of them whole.")

  @ArgumentParser.Argument(help: "The id of one run; without it the last ones are listed.")
  var id: String?

  @Option(help: "At most so many runs.")
  var count = 20

  @Option(help: "Only runs with this in their recipe, model, data, folder, parameters or ending.")
  var with: String?

  @Option(help: "box, markdown, csv, json, jsonl or line.")
  var mode: OutputMode = .box

  @Option(help: "auto, always or never; NO_COLOR is obeyed by auto.")
  var color: ColorChoice = .auto

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count takes 1 or more") }
  }

  func run() throws {
    let screen = Screen(color: color)
    let value = try chosen()
    let view = ValueView(screen.page)
    let lines = mode == .box ? view.lines(of: value, title: nil) : DataView(mode).lines(of: value)
    for line in lines { screen.streams.output.writeLine(line) }
  }

  private func chosen() throws -> Value {
    guard let id else {
      return .table(RunHistory.table(of: RunHistory.own?.newest(count, with: with) ?? []))
    }
    guard let run = RunHistory.own?.run(named: id) else {
      throw ValidationError("there is no run \(id); skillet runs lists them with their ids")
    }
    return .record(run)
  }
}
