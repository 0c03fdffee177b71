import FoundationEssentials
import TestSupport
import Testing

/// Models by their names on the hub: what is fetched, how, and what is said where it cannot be.
@Suite struct HubTests {
  @Test func `a model comes into the cache as Hugging Face's own programs lay it out`() throws {
    let hub = try HubServer()
    let outcome = try hub.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let home = hub.skillet.home
    #expect(try home.bytes(of: hub.cache + "/refs/main") == Array(HubServer.commit.utf8))
    let snapshot = home.path + "/\(hub.cache)/snapshots/\(HubServer.commit)"
    let target = try FileManager.default.destinationOfSymbolicLink(
      atPath: snapshot + "/model.safetensors")
    #expect(target.hasPrefix("../../blobs/"))
    let bytes = try Data(contentsOf: URL(filePath: snapshot + "/model.safetensors"))
    #expect(
      try bytes == Data(contentsOf: URL(filePath: HubServer.model + "/model.safetensors")))
    #expect(!home.files.contains { $0.hasSuffix(".incomplete") })
    #expect(try !hub.requests.contains { $0.contains("README") }, "only what is needed")
    // the digests of the weights come behind what could speak against them
    let order = try hub.requests.filter { $0.contains(" GET ") }
    #expect(order.last?.contains("model.safetensors") == true)
  }

  @Test func `what is in the cache is loaded without a request, whole or by its commit`() throws {
    let hub = try HubServer()
    #expect(try hub.load("tests/tiny").ending == .exited(0))
    let count = try hub.requests.count
    for name in ["tests/tiny", "hf:tests/tiny", "hf:tests/tiny@\(HubServer.commit)"] {
      let outcome = try hub.load(name)
      #expect(outcome.ending == .exited(0), outcome.comment)
    }
    #expect(try hub.requests.count == count)
  }

  @Test func `a connection that ends in the middle is gone on with, by the next run as well`()
    throws
  {
    let hub = try HubServer(#"{"cut": {"model.safetensors": 50000}}"#)
    let outcome = try hub.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(try hub.requests.contains { $0.contains("model.safetensors bytes=50000-") })
    // what an earlier program left is continued
    let blobs = hub.skillet.home.path + "/\(hub.cache)/blobs/"
    let sum = try #require(
      try FileManager.default.contentsOfDirectory(atPath: blobs)
        .max { try size(blobs + $0) < size(blobs + $1) })
    let bytes = try Data(contentsOf: URL(filePath: blobs + sum))
    try FileManager.default.removeItem(atPath: blobs + sum)
    try bytes.prefix(70_000).write(to: URL(filePath: blobs + sum + ".incomplete"))
    #expect(try hub.load("hf:tests/tiny").ending == .exited(0))
    #expect(try hub.requests.contains { $0.contains("model.safetensors bytes=70000-") })
    #expect(try Data(contentsOf: URL(filePath: blobs + sum)) == bytes)
  }

  private func size(_ path: String) throws -> Int {
    try Data(contentsOf: URL(filePath: path)).count
  }

  @Test func `a server without parts begins anew, and a busy one is asked again`() throws {
    let hub = try HubServer(
      #"{"cut": {"model.safetensors": 50000}, "whole": true, "busy": 2}"#)
    let outcome = try hub.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("(429): asking again"), outcome.comment)
  }

  @Test func `bytes with another digest than announced are thrown away`() throws {
    let hub = try HubServer(#"{"flip": ["model.safetensors"]}"#)
    let outcome = try hub.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("came with the digest"), outcome.comment)
    let files = hub.skillet.home.files
    #expect(!files.contains { $0.hasSuffix("model.safetensors") || $0.hasSuffix(".incomplete") })
  }

  @Test func `a gated model says where to agree, and a token opens it and goes nowhere else`()
    throws
  {
    let faults = #"{"gated": ["tests/tiny"]}"#
    let hub = try HubServer(faults)
    let refused = try hub.load("hf:tests/tiny")
    #expect(refused.ending == .exited(66), refused.comment)
    #expect(refused.errors.contains("gated"), refused.comment)
    #expect(refused.errors.contains("/tests/tiny"), refused.comment)
    #expect(refused.errors.contains("HF_TOKEN"), refused.comment)
    hub.skillet.home.write("hf_right\n", as: ".cache/huggingface/token")
    let opened = try hub.load("hf:tests/tiny")
    #expect(opened.ending == .exited(0), opened.comment)
    let requests = try hub.requests
    #expect(requests.contains { $0.hasPrefix("hub") && $0.hasSuffix(" token") })
    #expect(requests.contains { $0.hasPrefix("files") })
    #expect(!requests.contains { $0.hasPrefix("files") && $0.hasSuffix(" token") })

    let wrong = try HubServer(faults, ["HF_TOKEN": "hf_wrong_secret"])
    let outcome = try wrong.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("the account of your token"), outcome.comment)
    #expect(!(outcome.errors + outcome.output).contains("secret"))
    let kept = wrong.skillet.home.files + wrong.skillet.folder.files
    #expect(!kept.contains { $0.contains("token") })
  }

  @Test func `a name, revision or file that is not there is told apart`() throws {
    let hub = try HubServer()
    #expect(try hub.load("hf:tests/tiny").ending == .exited(0))
    let cases = [
      ("hf:tests/tinny", "no such model"), ("tests/tinny", "did you mean `hf:tests/tiny`?"),
      ("hf:tests/tiny@v9", "no branch, tag or commit \"v9\""),
      ("hf:tests/tiny/m.gguf", "has no file m.gguf"), ("hf:tests/tiny:Q4_K_M", "no GGUF file"),
    ]
    for (name, words) in cases {
      let outcome = try hub.load(name)
      #expect(outcome.ending == .exited(66), outcome.comment)
      #expect(outcome.errors.contains(words), outcome.comment)
    }
  }

  @Test func `offline and unreachable are said, and a check asks nobody`() throws {
    let offline = try HubServer("{}", ["HF_HUB_OFFLINE": "1"])
    let outcome = try offline.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("HF_HUB_OFFLINE"), outcome.comment)
    #expect(try !offline.log.has("log") || offline.requests.isEmpty)

    var skillet = try SkilletRun(["HF_ENDPOINT": "http://127.0.0.1:9", "no_proxy": "*"])
    let recipe = "recipe \"t\", language: 1\nload \"hf:tests/tiny\"\n"
    let unreachable = try skillet.recipe(recipe)
    #expect(unreachable.ending == .exited(66), unreachable.comment)
    #expect(unreachable.errors.contains("cannot be reached"), unreachable.comment)
    let checked = try skillet("check", "test.recipe")
    #expect(checked.ending == .exited(0), checked.comment)
    #expect(checked.errors.contains("a run asks the hub"), checked.comment)
    skillet.environment["HF_ENDPOINT"] = "http://192.0.2.1"
    skillet.environment["HF_TOKEN"] = "hf_secret"
    let readable = try skillet.recipe(recipe)
    #expect(readable.errors.contains("readable"), readable.comment)
    #expect(!readable.errors.contains("hf_secret"))
  }

  @Test func `all that speaks against a model is told before its weights come`() throws {
    let hub = try HubServer { root in
      try HubServer.addModel(root)
      let bytes = try root.bytes(of: "tests/tiny/config.json")
      let config = String(decoding: bytes, as: UTF8.self)
      root.write(
        config.replacing("\"llama\"", with: "\"mamba\""),
        as: "tests/tiny/config.json")
      root.write("{\"model\": {\"type\": \"WordPiece\"}}", as: "tests/tiny/tokenizer.json")
    }
    let outcome = try hub.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("2 reasons"), outcome.comment)
    #expect(outcome.errors.contains("hf:tests/tiny/config.json"), outcome.comment)
    #expect(!hub.skillet.home.files.contains { $0.hasSuffix("/model.safetensors") })
  }

  @Test func `of a model of pickled weights all else is looked at before they come`() throws {
    let hub = try HubServer { root in
      try HubServer.addModel(root)
      let weights = root.path + "/tests/tiny/model.safetensors"
      try FileManager.default.moveItem(
        atPath: weights, toPath: root.path + "/tests/tiny/pytorch_model.bin")
      root.write("{\"model_type\": \"mamba\"}", as: "tests/tiny/config.json")
    }
    let outcome = try hub.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("mamba"), outcome.comment)
    #expect(
      try !hub.requests.contains { $0.contains("GET /tests/tiny/resolve") && $0.contains(".bin") })
  }

  @Test func `of a repository of GGUF files one is taken, by name or type`() throws {
    let hub = try HubServer { root in
      for (name, file) in [("tiny-Q8_0.gguf", "q8_0.gguf"), ("tiny-F32.gguf", "f32.gguf")] {
        let source = URL(filePath: References.path("tiny-llama/" + file))
        root.write(Array(try Data(contentsOf: source)), as: "tests/tiny/" + name)
      }
      root.write("no model", as: "tests/tiny/mmproj-tiny.gguf")
    }
    let outcome = try hub.load("hf:tests/tiny")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("hf:tests/tiny/tiny-Q8_0.gguf"), outcome.comment)
    for name in ["hf:tests/tiny:q8_0", "hf:tests/tiny/tiny-Q8_0.gguf", "tests/tiny:Q8_0"] {
      let outcome = try hub.load(name)
      #expect(outcome.ending == .exited(0), outcome.comment)
    }
    #expect(try !hub.requests.contains { $0.contains("F32") })
  }
}
