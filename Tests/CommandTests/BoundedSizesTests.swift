import Glibc
import TestSupport
import Testing

/// What a few lines or one file asks for is bounded before memory is taken.
@Suite struct BoundedSizesTests {
  private static func doubling(_ first: String, _ step: String) -> String {
    let lines = (0..<60).map { "let a\($0 + 1) = " + step.replacing("#", with: "a\($0)") }
    return "let a0 = \(first)\n" + lines.joined(separator: "\n") + "\n"
  }

  @Test(arguments: [
    doubling("\"xx\"", "# + #"), doubling("\"xx\"", "\"{#}{#}\""), doubling("[1, 2]", "# + #"),
    doubling("1", "[#, #]"), doubling("1", "{x: #, y: #}"), doubling("[\"{{\"]", "[\"{#}{#}\"]"),
    "for a in range(1, 999), b in range(1, 999), c in range(1, 999) { show 1 }\n",
    "let n = 9223372036854775807\nlet m = n + 1\n",
  ]) func `values that double end with an error`(text: String) throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.header + text)
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("error[E0504]"), outcome.comment)
    #expect(outcome.errors.utf8.count < 4_000, outcome.comment)
  }

  @Test(arguments: [
    "include \"/etc/passwd\"", "include \"/dev/zero\"", "include \"secret.txt\"",
    "include \"link.recipe\"",
  ]) func `what is no recipe is not included, and none of it is shown`(line: String) throws {
    let skillet = try SkilletRun()
    skillet.folder.write("root secret:x\n", as: "secret.txt")
    symlink("secret.txt", skillet.folder.path + "/link.recipe")
    let outcome = try skillet.recipe(TinyRecipe.header + line + "\n")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("error[E0601]"), outcome.comment)
    #expect(outcome.errors.contains("only files whose name ends in .recipe"), outcome.comment)
    #expect(!outcome.errors.contains("root"), outcome.comment)
  }

  @Test(arguments: [
    "include \"pipe.recipe\"", "load \"pipe.gguf\"", "load \"m\"", "load \"/dev/zero\"",
    "perplexity \"pipe.recipe\"", "dataset \"pipe.recipe\"", "dataset \"/dev/zero\"",
  ]) func `a pipe or a device is refused, not waited for`(line: String) throws {
    let skillet = try SkilletRun()
    for name in ["pipe.recipe", "pipe.gguf", "m/config.json"] {
      skillet.folder.write("", as: name)
      unlink(skillet.folder.path + "/" + name)
      mkfifo(skillet.folder.path + "/" + name, 0o600)
    }
    let isAlone = line.hasPrefix("load") || line.hasPrefix("include")
    let load = isAlone ? "" : "load \"\(TinyRecipe.model)\"\n"
    let outcome = try skillet.recipe(TinyRecipe.header + load + line + "\n")
    #expect(outcome.ending == .exited(66) || outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errorCount == 1, outcome.comment)
  }

  @Test func `a recipe of many megabytes is refused with its size`() throws {
    let skillet = try SkilletRun()
    let text = TinyRecipe.header + String(repeating: "let a = 1\n", count: 600_000)
    let outcome = try skillet.recipe(text)
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("a recipe may have"), outcome.comment)
    #expect(try skillet.run(["run", "-"], input: text).ending == .exited(66))
  }

  @Test func `a line of a megabyte is shown in part and in no time`() throws {
    let word = String(repeating: "a", count: 900_000)
    let outcome = try SkilletRun().recipe(TinyRecipe.header + "show \(word) b\n")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.utf8.count < 10_000)
  }
}
