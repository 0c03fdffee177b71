/// How long functions are, from the line of their declaration to that of their closing brace.
enum FunctionLengths {
  struct Function {
    /// Where it begins, from 1.
    let line: Int
    let length: Int
  }

  static func of(_ file: Repository.File) -> [Function] {
    let lines = CodeText.of(file.text, file: file.path)
      .split(separator: "\n", omittingEmptySubsequences: false)
    let starts = lines.indices.filter {
      file.path.hasSuffix(".swift") ? isDeclaration(lines[$0]) : isDefinition(lines, at: $0)
    }
    return starts.compactMap { start in
      length(lines[start...]).map { Function(line: start + 1, length: $0) }
    }
  }

  private static func isDeclaration(_ line: Substring) -> Bool {
    let words = line.replacing(/@\w+(\([^()]*\))?/, with: "")
      .split { !($0.isLetter || $0.isNumber || $0 == "_") }
    let modifiers: Set<Substring> = [
      "package", "private", "fileprivate", "static", "mutating", "consuming", "borrowing",
      "override", "final", "required", "convenience", "nonisolated",
    ]
    let first = words.first { !modifiers.contains($0) }
    return first.map { ["func", "init", "deinit", "subscript"].contains($0) } ?? false
  }

  /// A line at the left margin that opens a function's parentheses, in C.
  private static func isDefinition(_ lines: [Substring], at index: Int) -> Bool {
    let line = lines[index]
    guard let first = line.first, first.isLetter, line.contains("("), !line.hasPrefix("typedef")
    else { return false }
    let rest = lines[index...].prefix(8).joined(separator: "\n")
    guard let brace = rest.firstIndex(of: "{") else { return false }
    return !rest[..<brace].contains(";") && !rest[..<brace].contains("=")
  }

  /// Lines up to the brace that closes the body; nil if another declaration comes before one opens.
  /// Braces between the parentheses of the parameters are closures that stand for absent arguments.
  private static func length(_ lines: ArraySlice<Substring>) -> Int? {
    var depth = 0
    var parentheses = 0
    for (count, line) in lines.enumerated() {
      if count > 0, depth == 0, line.allSatisfy(\.isWhitespace) { return nil }
      for character in line {
        switch character {
        case "(" where depth == 0: parentheses += 1
        case ")" where depth == 0: parentheses -= 1
        case "{" where parentheses == 0: depth += 1
        case "}" where parentheses == 0:
          depth -= 1
          if depth == 0 { return count + 1 }
        default: break
        }
      }
    }
    return nil
  }
}
