import FoundationEssentials
import TestSupport
import Testing

/// A hub on loopback with the tiny model of the references, and a user without a cache.
struct HubServer {
  static let commit = "0123456789abcdef0123456789abcdef01234567"
  static let model = References.path("tiny-llama/hf")

  let skillet: SkilletRun
  let root = TemporaryFolder()
  let log = TemporaryFolder()
  private let server: ChildProcess

  /// - Parameters:
  ///   - faults: what hub_server.py reads.
  ///   - files: what the repository `tests/tiny` has; nil for the tiny Llama's files.
  init(
    _ faults: String = "{}", _ environment: [String: String] = [:],
    fill: (TemporaryFolder) throws -> Void = Self.addModel
  ) throws {
    try fill(root)
    let script = References.tests + "/CommandTests/hub_server.py"
    server = try ChildProcess(
      "/usr/bin/env", ["python3", "-B", script, root.path, log.path + "/log", faults],
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], folder: "/tmp")
    #expect(server.waitForOutput("\n", seconds: 20))
    let address = server.outputSoFar.filter { !$0.isNewline }
    var skillet = try SkilletRun(environment)
    skillet.environment["HF_ENDPOINT"] = address
    skillet.environment["no_proxy"] = "*"
    self.skillet = skillet
  }

  static func addModel(_ root: TemporaryFolder) throws {
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
      root.write(
        Array(try Data(contentsOf: URL(filePath: model + "/" + name))), as: "tests/tiny/" + name)
    }
    root.write("what nobody needs", as: "tests/tiny/README.md")
  }

  func load(_ name: String) throws -> ChildProcess.Outcome {
    try skillet.recipe("recipe \"t\", language: 1\nload \"\(name)\"\n")
  }

  /// The lines of the requests so far.
  var requests: [String] {
    get throws {
      String(decoding: try log.bytes(of: "log"), as: UTF8.self).split(separator: "\n")
        .map(String.init)
    }
  }

  var cache: String { ".cache/huggingface/hub/models--tests--tiny" }
}
