import ArgumentParser
import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// `skillet runs`: what was run before, with what it measured.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the last runs, or show one of them whole.")

  @ArgumentParser.Argument(
    help: "The number or id of one run; without it the last ones are listed.")
  var id: String?

  @Option(help: "At most so many runs.")
  var count = 20

  @Option(help: "Only runs with this in their recipe, model, data, folder, parameters or ending.")
  var with: String?

  @Flag(help: "Write one JSON object a run to standard output, with all that is remembered.")
  var json = false

  @Option(help: "auto, always or never; NO_COLOR is obeyed by auto.")
  var color: ColorChoice = .auto

  @OptionGroup var pager: PagerOptions

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count takes 1 or more") }
  }

  func run() throws {
    let screen = Screen(color: color, pages: !pager.isOff)
    let runs = try chosen()
    if json {
      for run in runs {
        let fields = [("event", Value.string("run"))] + run.fields.map { ($0.name, $0.value) }
        screen.streams.output.writeJSON(JSONValue(.record(Record(fields))))
      }
      return
    }
    let shown = runs.first.flatMap { id == nil ? nil : Value.record(RunHistory.shown($0)) }
    let value = shown ?? .table(RunHistory.table(of: runs))
    screen.show(ValueView(screen.page).lines(of: value, title: nil))
  }

  private func chosen() throws -> [Record] {
    guard let id else { return RunHistory.own?.newest(count, with: with) ?? [] }
    // the beginning of an id may look like a number
    let names = [Int(id).map { Value.int($0) }, .string(id)].compactMap { EarlierRunName($0) }
    guard let run = names.lazy.compactMap({ RunHistory.own?.run(named: $0) }).first else {
      throw ValidationError(
        "there is no run \(id); skillet runs lists them with their numbers and ids")
    }
    return [run]
  }
}
