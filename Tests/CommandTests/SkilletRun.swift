import FoundationEssentials
import TestSupport
import Testing

/// Runs the built command in a folder of its own, with an environment that holds nothing by chance.
struct SkilletRun {
  static let executable = BuiltProgram.path("skillet")

  let folder: TemporaryFolder
  /// The user's own folder, away from what a test looks at.
  let home = TemporaryFolder()
  var environment: [String: String]

  init(_ environment: [String: String] = [:]) throws {
    folder = TemporaryFolder()
    self.environment = [
      "HOME": home.path, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
      "SWIFT_BACKTRACE": "enable=no",
    ]
    // Some machines need these for OpenBLAS to compute right.
    for (name, value) in ProcessInfo.processInfo.environment where name.hasPrefix("OPENBLAS_") {
      self.environment[name] = value
    }
    self.environment.merge(environment) { $1 }
  }

  func start(_ arguments: [String], input: String = "") throws -> ChildProcess {
    try ChildProcess(
      Self.executable, arguments, environment: environment, folder: folder.path, input: input)
  }

  func run(_ arguments: [String], input: String = "") throws -> ChildProcess.Outcome {
    let process = try start(arguments, input: input)
    return withExtendedLifetime(self) { process.outcome() }
  }

  func callAsFunction(_ arguments: String..., input: String = "") throws -> ChildProcess.Outcome {
    try run(arguments, input: input)
  }

  /// Writes the recipe as `test.recipe` and runs it.
  func recipe(_ text: String, _ arguments: String...) throws -> ChildProcess.Outcome {
    folder.write(text, as: "test.recipe")
    return try run(["run", "test.recipe"] + arguments)
  }
}

extension ChildProcess.Outcome {
  /// What to look at when an expectation fails.
  var comment: Comment { "\(ending)\n\(output)\n\(errors)" }

  /// How many errors were shown.
  var errorCount: Int { errors.components(separatedBy: "error[").count - 1 }
}

extension TemporaryFolder {
  /// The text of a file; empty if there is none.
  func text(_ name: String) -> String {
    (try? bytes(of: name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
