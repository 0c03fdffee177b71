import FoundationEssentials
import TestSupport
import Testing

/// Models that Ollama and LM Studio have fetched.
@Suite struct OtherStoreTests {
  private let skillet: SkilletRun

  init() throws {
    skillet = try SkilletRun(["HF_HUB_OFFLINE": "1"])
    let bytes = Array(
      try Data(contentsOf: URL(filePath: References.path("tiny-llama/q8_0.gguf"))))
    let digest = String(repeating: "a1", count: 32)
    let home = skillet.home
    home.write(bytes, as: ".ollama/models/blobs/sha256-" + digest)
    let manifest = """
      {"schemaVersion": 2, "layers": [
        {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:\(digest)",
         "size": \(bytes.count)},
        {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:bb", "size": 3}]}
      """
    let registry = ".ollama/models/manifests/registry.ollama.ai/"
    home.write(manifest, as: registry + "library/tiny/1b")
    home.write(
      manifest.replacing("image.template", with: "image.adapter"),
      as: registry + "someone/tuned/latest")
    home.write(
      manifest.replacing("\(bytes.count)", with: "12"),
      as: registry + "library/cut/latest")
    home.write(bytes, as: ".lmstudio/models/someone/tiny-GGUF/tiny-Q8_0.gguf")
  }

  private func load(_ name: String) throws -> ChildProcess.Outcome {
    try skillet.recipe("recipe \"t\", language: 1\nload \"\(name)\"\n")
  }

  @Test(arguments: [
    "ollama:tiny:1b", "ollama:library/tiny:1b", "lmstudio:someone/tiny-GGUF",
    "lmstudio:someone/tiny-GGUF/tiny-Q8_0.gguf",
  ])
  func `a model of another program is loaded by its name there`(name: String) throws {
    let outcome = try load(name)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    ("ollama:tiny", "did you mean `ollama:tiny:1b`?"), ("ollama:tiny:3b", "ollama:tiny:1b"),
    ("ollama:someone/tuned", "adapter of Ollama's"), ("ollama:cut", "not whole"),
    ("ollama:../../x", "no model"), ("lmstudio:someone/tinny-GGUF", "lmstudio:someone/tiny-GGUF"),
  ])
  func `what is not there or cannot be taken is told`(name: String, words: String) throws {
    let outcome = try load(name)
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains(words), outcome.comment)
  }
}
