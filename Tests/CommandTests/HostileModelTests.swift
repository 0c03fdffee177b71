import FoundationEssentials
import TestSupport
import Testing

/// Model files that are cut, changed or something else altogether.
@Suite struct HostileModelTests {
  private func model() throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: TinyRecipe.model)))
  }

  /// Loads these bytes as a model; they must be refused with the file's name and what helps.
  private func refusal(
    of bytes: [UInt8], as name: String = "model.gguf"
  ) throws -> ChildProcess.Outcome {
    let skillet = try SkilletRun()
    skillet.folder.write(bytes, as: name)
    let outcome = try skillet.recipe(TinyRecipe.header + "load \"\(name)\"\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errorCount == 1, outcome.comment)
    #expect(outcome.errors.contains("error[E0801]: \(name)"), outcome.comment)
    #expect(outcome.errors.contains("--> test.recipe:2:6\n"), outcome.comment)
    #expect(outcome.errors.contains("\nhelp: "), outcome.comment)
    return outcome
  }

  @Test(arguments: [1, 5, 12, 24, 100, 1000, 5000, -100_000, -33, -1])
  func `a truncated file is refused with the place where it ends`(_ length: Int) throws {
    let bytes = try model()
    let outcome = try refusal(of: Array(bytes.prefix(length > 0 ? length : bytes.count + length)))
    #expect(outcome.errors.contains("model.gguf, byte "), outcome.comment)
    #expect(outcome.errors.contains("help: download or copy the file again"), outcome.comment)
  }

  @Test(arguments: [(15, "Q8_K"), (31, "Q4_0_4_4"), (30_000, "30000"), (12, "q4_k")])
  func `a tensor of a type that is not read or does not fit is named with its type`(
    _ type: UInt32, name: String
  ) throws {
    var bytes = try model()
    let tensor = "blk.1.attn_k.weight"
    let start = try #require(bytes.firstRange(of: Array(tensor.utf8))?.upperBound)
    // After the name: the number of dimensions, two of 8 bytes, the type.
    for (index, byte) in withUnsafeBytes(of: type.littleEndian, Array.init).enumerated() {
      bytes[start + 4 + 16 + index] = byte
    }
    let outcome = try refusal(of: bytes)
    #expect(outcome.errors.contains(name), outcome.comment)
    #expect(outcome.errors.contains(tensor), outcome.comment)
  }

  @Test func `numbers of 64 bits are refused in GGUF, where no other program reads them`() throws {
    var bytes = try model()
    let tensor = "output_norm.weight"
    let start = try #require(bytes.firstRange(of: Array(tensor.utf8))?.upperBound)
    // After the name: one dimension of 8 bytes, here half of it, so that as many bytes are filled, and the type.
    bytes[start + 4] = 32
    bytes[start + 4 + 8] = 28
    let outcome = try refusal(of: bytes)
    #expect(outcome.errors.contains(tensor) && outcome.errors.contains("F64"), outcome.comment)
  }

  @Test func `text under a model's name is refused`() throws {
    let outcome = try refusal(of: Array("This is no model.\n".utf8))
    #expect(outcome.errors.contains("GGUF"), outcome.comment)
  }

  @Test func `an empty file is refused`() throws {
    let outcome = try refusal(of: [])
    #expect(outcome.errors.contains("the file is empty"), outcome.comment)
  }

  @Test func `a file that is neither GGUF nor a folder is told apart`() throws {
    let outcome = try refusal(of: Array("text".utf8), as: "model.bin")
    #expect(outcome.errors.contains("neither a .gguf file nor a folder"), outcome.comment)
  }

  @Test func `a folder that holds models is told the first of them`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write("GGUF", as: "models/b.gguf")
    skillet.folder.write("{}", as: "models/a/config.json")
    let outcome = try skillet(input: "load \"models\"\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("load \"models/a\""), outcome.comment)
  }

  @Test func `a folder without a configuration is told which file is missing`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write("", as: "model/notes.txt")
    let outcome = try skillet.recipe(TinyRecipe.header + "load \"model\"\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(
      outcome.errors.contains("model/config.json: there is no such file"), outcome.comment)
  }

  @Test func `one changed byte anywhere never crashes`() throws {
    let bytes = try model()
    let skillet = try SkilletRun()
    // The directory and some weights: places a prime apart.
    for place in stride(from: 0, to: 12_000, by: 331) {
      var changed = bytes
      changed[place] ^= 0xFF
      skillet.folder.write(changed, as: "model.gguf")
      let outcome = try skillet.recipe(
        TinyRecipe.header + "load \"model.gguf\"\ngenerate \"a\", max_tokens: 1\n")
      guard case .exited(let status) = outcome.ending else {
        Issue.record("byte \(place): \(outcome.comment)")
        continue
      }
      #expect([0, 1, 66].contains(status), "byte \(place): \(outcome.comment)")
    }
  }
}
