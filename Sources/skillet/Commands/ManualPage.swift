import ArgumentParser
import Terminals

/// The page for `man`, made of the command line's own help.
struct ManualPage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the page for man.", shouldDisplay: false)

  func run() {
    Screen(color: .never).streams.output.write(Self.text)
  }

  /// In the macros of man(7). Help is laid out already, so its lines stay as they are.
  static var text: String {
    var lines = [
      ".TH SKILLET 1", ".SH NAME",
      "skillet \\- \(escaped(SkilletCommand.configuration.abstract))", ".SH DESCRIPTION",
    ]
    lines += verbatim(SkilletCommand.helpMessage(columns: 72))
    for command in SkilletCommand.configuration.subcommands
    where command.configuration.shouldDisplay {
      lines.append(".SH \((command.configuration.commandName ?? "").uppercased())")
      lines += verbatim(SkilletCommand.helpMessage(for: command, columns: 72))
    }
    lines += [".SH ENVIRONMENT"]
    for variable in EnvironmentVariable.all {
      lines += [".TP", ".B \(variable.name)", escaped(variable.meaning)]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func verbatim(_ text: String) -> [String] {
    [".nf"] + text.split(separator: "\n", omittingEmptySubsequences: false).map(escaped) + [".fi"]
  }

  /// A line that begins with a point or an apostrophe would be a request, and a backslash begins an escape.
  private static func escaped(_ line: some StringProtocol) -> String {
    let text = line.split(separator: "\\", omittingEmptySubsequences: false).joined(
      separator: "\\e"
    )
    .split(separator: "-", omittingEmptySubsequences: false).joined(separator: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }
}
