import Foundation

/// Our cases and other tools' scripts in turn, A B A B, each in a process of its own, so that peak
/// memory is theirs and a machine that drifts is fair to both.
struct PeerComparison {
  let python: String
  /// The peers' copy of the model, a Hugging Face folder.
  let folder: String
  let model: String
  let rounds: Int
  /// Also PyTorch's compiled step, which takes a minute or two to compile each time.
  let includesCompiled: Bool
  /// Rows with prompt and completion for a whole fine-tune; nil leaves it out.
  let fineTune: FineTuneRows?

  static let scripts = "Sources/skillet-bench/peers/"

  /// One tool's way of doing what a case of ours does.
  private struct Peer {
    let name: String
    let script: String
    let arguments: [String]
    var field = "rate"
  }

  /// Prints a Markdown table, a row as soon as it is measured.
  func run(only: String) throws {
    print(PairedRow.heading)
    for targets in ["qv", "all"] {
      let name =
        "training step 4x256 nf4 \(targets == "qv" ? "q,v" : "all linear") rank 8"
      for peer in trainingPeers(targets) where matches(name, peer.name, only) {
        print(try row(name, peer))
      }
    }
    if let fineTune, matches(FineTuneComparison.work, FineTuneComparison.peer, only) {
      let comparison = FineTuneComparison(
        python: python, folder: folder, model: model, rows: fineTune)
      for line in try comparison.run(rounds: rounds) { print(line) }
    }
    let rate = Peer(name: "llama.cpp", script: "decode.py", arguments: [model])
    var prompt = rate
    prompt.field = "prompt_rate"
    for (name, peer) in [("decoding 64 tokens, batch 1", rate), ("prompt of 512 tokens", prompt)]
    where matches(name, peer.name, only) {
      print(try row(name, peer))
    }
  }

  private func matches(_ work: String, _ peer: String, _ only: String) -> Bool {
    only.isEmpty || work.contains(only) || "\(work), \(peer)".contains(only)
  }

  private func trainingPeers(_ targets: String) -> [Peer] {
    var peers = ["bf16", "f32", "nf4"].map { type in
      Peer(
        name: "PyTorch + PEFT, \(type)", script: "train.py",
        arguments: [folder, "--dtype", type, "--targets", targets])
    }
    if includesCompiled {
      peers.append(
        Peer(
          name: "PyTorch + PEFT, bf16, compiled", script: "train.py",
          arguments: [folder, "--dtype", "bf16", "--targets", targets, "--compile"]))
    }
    return peers
  }

  private func row(_ name: String, _ peer: Peer) throws -> String {
    let runs = try (0..<max(1, rounds)).map { _ in
      (
        peer: try PeerRun(python, [Self.scripts + peer.script] + peer.arguments),
        own: try PeerRun(
          CommandLine.arguments[0],
          ["--only", name, "--model", model, "--json", "--unchecked"])
      )
    }
    return PairedRow(
      work: name, peer: peer.name,
      pairs: try runs.map { (try $0.peer.number(peer.field), try $0.own.number("rate")) },
      memory: try runs.map { (try $0.peer.number("peak_mb"), try $0.own.number("peak_mb")) }
    ).line
  }
}
