import Diagnostics
import Foundation
import RecipeLanguage
import Sessions
import TestSupport
import Testing

/// Every line of a recipe that a message of the program proposes, read from the sources.
@Suite struct MessageLineTests {
  /// A line, and the file whose message has it.
  struct Proposal: CustomTestStringConvertible, Sendable {
    let file: String
    let line: String

    var testDescription: String { "\(file): \(line)" }
  }

  private static let sources = References.tests + "/../Sources"

  /// Lines in backticks, and those behind "for example".
  static let proposals: [Proposal] = {
    let paths = (FileManager.default.subpaths(atPath: sources) ?? []).sorted()
    return paths.filter { $0.hasSuffix(".swift") && !$0.contains("/Explaining/") }.flatMap {
      path -> [Proposal] in
      let bytes = FileManager.default.contents(atPath: sources + "/" + path) ?? Data()
      let text = String(decoding: bytes, as: UTF8.self)
        .replacing(/"\s*\n\s*\+ "/, with: "")
      return text.matches(of: /"((?:[^"\\\n]|\\.)*)"/).flatMap { literal in
        lines(in: String(literal.1)).map { Proposal(file: path, line: $0) }
      }
    }
  }()

  private static func lines(in message: String) -> [String] {
    let quoted = message.matches(of: /`([^`]+)`/).map { String($0.1) }
    let examples = message.matches(of: /for example ([^,]+(?:, \w+: [^,]+)*)$/).map { String($0.1) }
    let verbs = VerbCatalog.standard.names
    return (quoted + examples).filter { line in
      // a name of an argument alone, and a program of the system's, are no lines
      guard let space = line.firstIndex(of: " "), line.last != ":", !line.hasPrefix("split -")
      else { return false }
      return verbs.contains(String(line[..<space]))
    }
  }

  /// What may stand where the program writes a value into its message, or leaves something out.
  private static let values = [
    "8", "x", "\"x\"", "nf4", "q_proj", "valid", "gguf", "trl", "0.5", "fit", "x: \"y\"", "",
  ]

  @Test(arguments: proposals) func `is right but for what depends on the session`(
    _ proposal: Proposal
  ) {
    var context = CheckContext()
    context.isPrompt = true
    context.state = nil
    for name in ["x", "runs", "base"] { context.names[name] = .int(8) }
    context.names["fit"] = .record(Record([("loss", .float(1))]))
    let written = proposal.line.replacing("\\\"", with: "\"").replacing("\"…\"", with: "\"x\"")
    let value = /\\\((?:[^()]|\([^()]*\))*\)/
    let variants = Self.values.flatMap { first in
      Self.values.map { rest in
        written.replacing(value, with: first, maxReplacements: 1).replacing(value, with: rest)
          .replacing("…", with: rest)
      }
    }
    // names of values are the session's
    let faults = variants.map { line in
      CheckerTests.check(line, context).filter { $0.isError && $0.code != "E0501" }
    }
    #expect(
      faults.contains { $0.isEmpty },
      "\(proposal.testDescription): \(faults.first?.map(\.message) ?? [])")
  }

  @Test func `there are many`() { #expect(Self.proposals.count > 15) }
}
