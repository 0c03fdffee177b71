import Foundation
import TestSupport

/// The files of this repository, found by walking its folders.
enum Repository {
  static let top = URL(filePath: References.tests + "/..").standardized.path

  /// A text file with its path from the top.
  struct File: Sendable {
    let path: String
    let text: String

    var name: String { String(path.split(separator: "/").last ?? "") }
    /// The target of a file in Sources.
    var module: String { String(path.split(separator: "/")[1]) }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  private static let binaries = ["safetensors", "gguf"]

  static let files: [File] = {
    let here = (try? FileManager.default.contentsOfDirectory(atPath: top)) ?? []
    let folders = ["Sources", "Tests", "recipes", "examples", ".ci"]
    let below = folders.flatMap { folder in
      (FileManager.default.subpaths(atPath: top + "/" + folder) ?? []).map { folder + "/" + $0 }
    }
    let names = ["Package.swift", "Makefile", "LICENSE", ".gitignore", ".swift-format"]
    let tops = here.filter { names.contains($0) || $0.hasSuffix(".md") }
    return (tops + below).sorted().compactMap { path in
      guard !path.contains("__pycache__"), !binaries.contains(where: path.hasSuffix),
        let data = FileManager.default.contents(atPath: top + "/" + path),
        let text = String(data: data, encoding: .utf8), !text.isEmpty
      else { return nil }
      return File(path: path, text: text)
    }
  }()

  static func files(under folder: String, _ suffixes: String...) -> [File] {
    files.filter { file in
      file.path.hasPrefix(folder + "/") && suffixes.contains(where: file.path.hasSuffix)
    }
  }

  static let sourceFolders =
    ((try? FileManager.default.contentsOfDirectory(atPath: top + "/Sources")) ?? [])
    .filter { !$0.hasSuffix(".md") }.sorted()
}
