import ArgumentParser
import Diagnostics
import RecipeLanguage
import Terminals

/// `skillet explain E0203`: why a message comes, with a wrong and a right example.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a code that a message has, such as E0203.")

  @ArgumentParser.Argument(help: "The code; without one all codes are listed.")
  var code: String?

  func run() throws {
    let streams = Screen(color: .auto).streams
    guard let code else {
      for page in Explanation.all { streams.output.writeLine("\(page.code)  \(page.title)") }
      return
    }
    guard let page = Explanation.of(code) else {
      let known = Explanation.all.map(\.code)
      streams.error.writeLine(
        "skillet: there is no code \(code); "
          + (NearestName.question(for: code, among: known) ?? "`skillet explain` lists them"))
      throw ExitStatus.wrongUsage
    }
    streams.output.write(page.page)
  }
}
