import ArgumentParser
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// `skillet reference`: the page of the language, made from its declarations.
struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Print the language: commands, arguments, defaults, ranges, fields, codes.")

  @Flag(help: "Print it as one JSON object, with a JSON Schema of each argument.")
  var json = false

  @OptionGroup var pager: PagerOptions

  func run() {
    let screen = Screen(color: .never, pages: !pager.isOff)
    if json {
      screen.streams.output.writeJSON(ReferenceJSON.document(of: .standard))
    } else {
      screen.show(text: ReferencePage(.standard).text)
    }
  }
}
