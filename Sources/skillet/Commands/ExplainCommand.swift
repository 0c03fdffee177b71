import ArgumentParser
import Diagnostics
import Files
import RecipeLanguage
import Terminals

/// `skillet explain E0203`: why a message comes, with a wrong and a right example.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a code that a message has, such as E0203.")

  @ArgumentParser.Argument(help: "The code; without one all codes are listed.")
  var code: String?

  @Flag(help: "Write one JSON object a code to standard output.")
  var json = false

  @OptionGroup var pager: PagerOptions

  func run() throws {
    let screen = Screen(color: .auto, pages: !pager.isOff)
    let output = screen.streams.output
    guard let code else {
      if json {
        for page in Explanation.all { output.writeJSON(page.json) }
      } else {
        screen.show(Explanation.all.map(\.line))
      }
      return
    }
    guard let page = Explanation.of(code) else {
      throw ValidationError(
        "there is no code \(code); "
          + (NearestName.question(for: code, among: Explanation.all.map(\.code))
            ?? "the codes are \(Explanation.ranges)"))
    }
    if json { output.writeJSON(page.json) } else { screen.show(text: page.page) }
  }
}

extension Explanation {
  fileprivate var line: String { "\(code)  \(title)" }

  fileprivate var json: JSONValue {
    [
      "event": "explanation", "code": .string(code), "title": .string(title),
      "text": .string(text), "wrong": .string(wrong), "right": .string(right),
    ]
  }
}
