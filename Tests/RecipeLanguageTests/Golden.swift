import Diagnostics
import Foundation
import RecipeLanguage
import Testing

/// Files beside the tests: `case.recipe` is read, `case.expected` says what must come of it.
/// `RECORD_GOLDEN=1` writes the expectations and fails the run, so that none is accepted unseen.
struct Golden: CustomTestStringConvertible, Sendable {
  let recipe: URL

  var testDescription: String { recipe.deletingPathExtension().lastPathComponent }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden")

  static func cases(_ folder: String) -> [Golden] {
    let folder = root.appending(path: folder)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".recipe") }.sorted()
      .map { Golden(recipe: folder.appending(path: $0)) }
  }

  static func recipe(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  func source() throws -> SourceText {
    SourceText(name: recipe.lastPathComponent, bytes: Array(try Data(contentsOf: recipe)))
  }

  func check(_ actual: String) throws {
    let file = recipe.deletingPathExtension().appendingPathExtension("expected")
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      try actual.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(file.lastPathComponent); read it, then run without RECORD_GOLDEN")
      return
    }
    let expected = try? String(contentsOf: file, encoding: .utf8)
    #expect(actual == expected, "\(testDescription)")
  }
}
