import Models

extension AdapterFolder {
  /// The largest distance of a tensor from the golden one, relative to its length. The vector is
  /// written as an adapter, so that names and orders are those of the golden.
  package func distance(
    of vector: AdapterVector, _ configuration: LoRAConfiguration, from golden: Goldens,
    leavesOutA: Bool = false
  ) throws -> Double {
    let folder = TemporaryFolder()
    _ = try write(Adapter(configuration: configuration, parameters: vector), to: folder.path)
    let ours = try Goldens(path: folder.path + "/" + Self.weightsName)
    let names = leavesOutA ? ours.names.filter { !$0.hasSuffix(".lora_A.weight") } : ours.names
    guard names == golden.names else { return .infinity }
    return try golden.names.map { name in
      let (found, expected) = (try ours.floats(name), try golden.floats(name))
      let distance = zip(found, expected).reduce(0.0) { $0 + square($1.0 - $1.1) }
      return (distance / expected.reduce(0.0) { $0 + square($1) }).squareRoot()
    }.max() ?? .infinity
  }

  private func square(_ value: Float) -> Double { Double(value) * Double(value) }
}
