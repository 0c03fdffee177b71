import Testing

/// Rules that keep the sources easy to read and safe against bad input.
@Suite struct SourceRulesTests {
  @Test func `no file is longer than 400 lines`() {
    let files = Repository.files.filter { file in
      [".swift", ".c", ".h"].contains(where: file.path.hasSuffix)
    }
    #expect(files.count > 200)
    for file in files { #expect(file.lines.count <= 401, "\(file.path): \(file.lines.count)") }
  }

  /// A broken invariant of ours stops with `precondition` and its numbers; what input can reach must
  /// never trap, which the fuzzing tests and the hostile files hold.
  @Test func `nothing in Sources traps without its numbers`() {
    for file in Repository.files(under: "Sources", ".swift") {
      let code = CodeText.of(file.text, file: file.path)
      for word in ["fatalError(", "try!", "as!"] {
        #expect(!code.contains(word), "\(file.path): \(word)")
      }
      // the messages, which the code without its strings has lost
      let stops = file.text.matches(of: /\bprecondition(?:Failure)?\(/)
      // the functions themselves stand in a file of their own
      for stop in stops where file.name != "Precondition.swift" {
        let message = Self.arguments(of: file.text[stop.range.upperBound...])
        #expect(message.contains("\\("), "\(file.path): a precondition without numbers: \(message)")
      }
      let unwraps = code.matches(of: /[\w)\]]!(?!=)/).map { String($0.output) }
      #expect(unwraps.isEmpty, "\(file.path) unwraps by force: \(unwraps)")
    }
  }

  /// What stands between brackets, from behind the first one on.
  private static func arguments(of text: Substring) -> Substring {
    var depth = 1
    return text.prefix { character in
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      return depth > 0
    }
  }

  @Test func `the package passes no flags that other packages may not`() {
    for file in Repository.files where file.path == "Package.swift" {
      #expect(!file.text.contains("unsafe" + "Flags"))
    }
  }

  @Test func `no note of work to be done, no registry's host, no path of one machine`() {
    let words = [
      "TO" + "DO", "FIX" + "ME", "pypi" + ".org", "python" + "hosted.org", "deb" + ".debian.org",
      "/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/",
    ]
    for file in Repository.files {
      for word in words { #expect(!file.text.contains(word), "\(file.path): \(word)") }
    }
  }

  @Test func `every file ends with one newline`() {
    // A golden file stays as the library that wrote it left it.
    for file in Repository.files where !file.path.hasSuffix("tokenizer.json") {
      // Bytes: CR LF, which a test's file may have, is one character.
      #expect(file.text.utf8.last == UInt8(ascii: "\n"), "\(file.path)")
      #expect(!file.text.utf8.suffix(2).elementsEqual([10, 10]), "\(file.path)")
    }
  }

  @Test func `no two files of a module have the same name`() {
    let files = Repository.files(under: "Sources", ".swift", ".c")
    let names = Dictionary(grouping: files) { "\($0.module)/\($0.name)" }
    for (name, same) in names { #expect(same.count == 1, "\(name)") }
  }
}
