import Glibc
import TestSupport
import Testing

/// What is written appears whole under its name, or not at all.
@Suite struct OutputFileTests {
  private func expectRefused(
    _ outcome: ChildProcess.Outcome, _ words: String...
  ) {
    #expect(outcome.ending == .exited(1), outcome.comment)
    for word in words { #expect(outcome.errors.contains(word), outcome.comment) }
  }

  @Test func `an adapter is not saved where a file stands`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write("mine", as: "taken")
    for path in ["taken", "taken/below"] {
      let outcome = try skillet.recipe(TinyRecipe.adapter + "save \"\(path)\"\n")
      expectRefused(outcome, "error[E0801]", "a file has this name", "help: choose another folder")
    }
    #expect(skillet.folder.files == ["taken", "test.recipe"])
    #expect(try skillet.folder.bytes(of: "taken") == Array("mine".utf8))
  }

  @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
  func `a folder that may not be written is refused`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write("", as: "locked/file")
    chmod(skillet.folder.path + "/locked", 0o555)
    defer { chmod(skillet.folder.path + "/locked", 0o755) }
    for path in ["locked", "locked/below"] {
      let outcome = try skillet.recipe(TinyRecipe.adapter + "save \"\(path)\"\n")
      expectRefused(outcome, "error[E0801]", "Permission denied", "help: ")
    }
    #expect(skillet.folder.files == ["locked/file", "test.recipe"])
  }

  @Test func `folders that are missing are made`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(TinyRecipe.adapter + "save \"a/b/c\"\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(
      skillet.folder.files == [
        "a/b/c/README.md", "a/b/c/adapter_config.json", "a/b/c/adapter_model.safetensors",
        "a/b/c/skillet.json",
        "test.recipe",
      ])
  }

  /// A limit on the size of files stands for a full disk, which root meets as well.
  @Test func `a write that fails half-way leaves the old adapter and no fragment`() throws {
    let skillet = try SkilletRun()
    let small = try skillet.recipe(TinyRecipe.adapter + "save \"out\"\n")
    #expect(small.ending == .exited(0), small.comment)
    let weights = "out/adapter_model.safetensors"
    let before = try skillet.folder.bytes(of: weights)
    skillet.folder.write(
      TinyRecipe.data + "lora rank: 32\nsave \"out\"\n", as: "large.recipe")
    // 40 blocks of 512 bytes.
    let outcome = try ChildProcess(
      "/bin/sh",
      ["-c", "trap '' XFSZ; ulimit -f 40; exec \(SkilletRun.executable) run large.recipe"],
      environment: skillet.environment, folder: skillet.folder.path
    ).outcome()
    expectRefused(outcome, "error[E0801]", "File too large", "the disk has room")
    #expect(try skillet.folder.bytes(of: weights) == before)
    #expect(
      skillet.folder.files == [
        "large.recipe", "out/README.md", "out/adapter_config.json", weights, "out/skillet.json",
        "test.recipe",
      ])
  }

  @Test func `a session is not saved into a folder that is missing`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(input: "1 + 1\n:save nowhere/session.recipe\n")
    expectRefused(outcome, "nowhere/session.recipe", "No such file or directory")
    #expect(skillet.folder.files.isEmpty)
  }
}
