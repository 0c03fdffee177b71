import Foundation
import TestSupport

/// The built command at a prompt, on a terminal and in a folder of its own.
final class PromptSession {
  /// A random model of 190 thousand weights, which trains in milliseconds.
  static let load = "load \"\(References.path("tiny-llama/q8_0.gguf"))\""

  let folder: TemporaryFolder
  private(set) var terminal: PseudoTerminal
  private let columns: Int
  private let rows: Int
  private let environment: [String: String]

  init(
    startUp: String? = nil, _ arguments: [String] = [], columns: Int = 80, rows: Int = 24,
    environment: [String: String] = [:]
  ) throws {
    folder = TemporaryFolder()
    (self.columns, self.rows) = (columns, rows)
    self.environment = environment
    if let startUp { folder.write(startUp, as: ".skillet/init.recipe") }
    terminal = try Self.start(in: folder, arguments, columns, rows, environment)
    try waitForPrompt()
  }

  private static func start(
    in folder: TemporaryFolder, _ arguments: [String], _ columns: Int, _ rows: Int,
    _ settings: [String: String]
  ) throws -> PseudoTerminal {
    var environment = [
      "TERM": "xterm", "PATH": "/usr/bin:/bin", "NO_COLOR": "1", "HOME": folder.path,
      "LC_ALL": "C.UTF-8",
      "SWIFT_BACKTRACE": "enable=no",
      // what is written, and no pager's screen, is what most tests look at
      "SKILLET_PAGER": "",
    ]
    // Some machines need these for OpenBLAS to compute right.
    for (name, value) in ProcessInfo.processInfo.environment where name.hasPrefix("OPENBLAS_") {
      environment[name] = value
    }
    environment.merge(settings) { $1 }
    return try PseudoTerminal(
      BuiltProgram.path("skillet"), arguments, environment: environment, folder: folder.path,
      columns: columns, rows: rows)
  }

  /// Ends the session with Ctrl-D, if it has not ended, and starts another one in the same folder.
  func startAgain(afterItsEnd hasEnded: Bool = false) throws {
    if !hasEnded {
      terminal.send("\u{4}")
      _ = try terminal.waitForExit()
    }
    terminal = try Self.start(in: folder, [], columns, rows, environment)
    try waitForPrompt()
  }

  var lines: [String] { terminal.screen.lines }
  var text: String { terminal.screen.text }

  private var promptCount: Int { lines.count { $0.hasPrefix("skillet[") } }

  private static func isBarePrompt(_ line: String) -> Bool {
    line.hasPrefix("skillet[") && line.hasSuffix("]>")
  }

  /// Waits for a prompt with nothing behind it.
  func waitForPrompt() throws {
    try terminal.wait(for: "a prompt", seconds: 60) { Self.isBarePrompt($0.cursorLine) }
  }

  /// Types a line, or several of a block, and waits for the prompt that comes after it. Gives the lines
  /// that were printed between.
  @discardableResult
  func enter(_ input: String) throws -> [String] {
    let before = lines.count
    let count = promptCount
    let typed = input.split(separator: "\n", omittingEmptySubsequences: false).count
    terminal.send(input.replacingOccurrences(of: "\n", with: "\r") + "\r")
    try terminal.wait(for: "the prompt after ‘\(input)’", seconds: 60) { screen in
      screen.lines.count { $0.hasPrefix("skillet[") } > count
        && Self.isBarePrompt(screen.cursorLine)
    }
    return Array(lines.dropFirst(before - 1 + typed).dropLast())
  }

  /// A model, four rows of data and a split.
  func prepare(hints: Bool = false) throws {
    if !hints { try enter(":hints off") }
    let rows = ["one": "uno", "two": "dos", "three": "tres", "four": "cuatro"].sorted(by: <)
      .map { "{\"prompt\": \"\($0)\", \"completion\": \"\($1)\"}\n" }
    folder.write(rows.joined(), as: "rows.jsonl")
    try enter(Self.load)
    try enter("dataset \"rows.jsonl\"")
    try enter("split valid: 1")
  }

  func file(_ name: String) throws -> String {
    String(decoding: try folder.bytes(of: name), as: UTF8.self)
  }
}
