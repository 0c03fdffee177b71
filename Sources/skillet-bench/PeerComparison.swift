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

  private static let scripts = "Sources/skillet-bench/peers/"

  /// One tool's way of doing what a case of ours does.
  private struct Peer {
    let name: String
    let script: String
    let arguments: [String]
    var field = "rate"
  }

  /// - Returns: lines of a Markdown table.
  func run(only: String) throws {
    print("| work | peer | peer | skillet | ratio (pairs) | memory, peer | memory, skillet |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for targets in ["qv", "all"] {
      let name =
        "training step 4x256 nf4 \(targets == "qv" ? "q,v" : "all linear") rank 8"
      for peer in trainingPeers(targets) where matches(name, peer, only) {
        print(try row(name, peer))
      }
    }
    let rate = Peer(name: "llama.cpp", script: "decode.py", arguments: [model])
    var prompt = rate
    prompt.field = "prompt_rate"
    for (name, peer) in [("decoding 64 tokens, batch 1", rate), ("prompt of 512 tokens", prompt)]
    where matches(name, peer, only) {
      print(try row(name, peer))
    }
  }

  private func matches(_ name: String, _ peer: Peer, _ only: String) -> Bool {
    only.isEmpty || name.contains(only) || peer.name.contains(only)
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
    var pairs: [(peer: Run, own: Run)] = []
    for _ in 0..<max(1, rounds) {
      let theirs = try Run(
        python, [Self.scripts + peer.script] + peer.arguments, rate: peer.field)
      let own = try Run(
        CommandLine.arguments[0], ["--only", name, "--model", model, "--json", "--unchecked"],
        rate: "rate")
      pairs.append((theirs, own))
    }
    let ratios = pairs.map { $0.own.rate / $0.peer.rate }
    func median(_ values: [Double]) -> String {
      Measurement.rounded(values.sorted()[values.count / 2])
    }
    let list = ratios.map { String(format: "%.2f", $0) }.joined(separator: ", ")
    return "| \(name) | \(peer.name) | \(median(pairs.map(\.peer.rate))) "
      + "| \(median(pairs.map(\.own.rate))) "
      + "| \(String(format: "%.2f", ratios.sorted()[ratios.count / 2])) (\(list)) "
      + "| \(median(pairs.map(\.peer.megabytes))) MB | \(median(pairs.map(\.own.megabytes))) MB |"
  }
}

/// A process that prints a line of JSON with its rate and peak memory.
private struct Run {
  let rate: Double
  let megabytes: Double

  init(_ program: String, _ arguments: [String], rate field: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    guard process.terminationStatus == 0, let line = lines.last(where: { $0.hasPrefix("{") }),
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
      let rate = object[field] as? Double, let megabytes = object["peak_mb"] as? Double
    else {
      throw WrongResult(
        description: "\(program) \(arguments.joined(separator: " ")) ended with "
          + "\(process.terminationStatus) and no \"\(field)\"; run it by hand to see why")
    }
    self.rate = rate
    self.megabytes = megabytes
  }
}
