import Tensors

extension DecoderDescription {
  /// What the other one does otherwise with the same weights, in whatever order its file has them; empty where
  /// both are one model.
  func differences(from other: DecoderDescription) -> [String] {
    func plain(_ description: DecoderDescription) -> DecoderDescription {
      var plain = description
      plain.architecture = ""
      plain.positions = .learned
      plain.windowPositions = nil
      plain.windows = []
      plain.unturnedLayers = []
      plain.scales = DecoderScales()
      plain.names = TensorNames.gguf
      plain.moduleNames = TensorNames.gguf
      plain.normOffset = 0
      plain.moduleNormOffset = 0
      plain.positionOffset = 0
      plain.paddingToken = nil
      plain.linears = []
      plain.blockPath = ""
      return plain
    }
    func linears(_ description: DecoderDescription) -> [String] {
      description.linears.map { "\($0.role) \($0.outputs) \($0.inputs) \($0.hasBias)" }.sorted()
    }
    func windows(_ description: DecoderDescription) -> [Int?] {
      (0..<description.sizes.layers).map { description.window(of: $0) }
    }
    let checks: [(String, Bool)] = [
      ("windows", windows(self) == windows(other)),
      ("layers without places", unturnedLayers == other.unturnedLayers),
      (
        "turns of positions",
        isNear(turns(positions), other.turns(other.positions))
          && isNear(turns(windowPositions), other.turns(other.windowPositions))
      ),
      (
        "scales",
        isNear(scales.numbers(head: sizes.head), other.scales.numbers(head: other.sizes.head))
          && dividesScoresByLayer == other.dividesScoresByLayer
      ),
      ("linear layers", linears(self) == linears(other)),
      ("norms, activation or sizes", plain(self) == plain(other)),
    ]
    return checks.filter { !$0.1 }.map(\.0)
  }

  /// Everything that the turns depend on, as numbers; of other positions, their kind.
  private func turns(_ positions: Positions?) -> [Double] {
    switch positions {
    case nil: return []
    case .learned: return [1]
    case .linearBiases(let form): return [2, form == .distances ? 0 : 1]
    case .rotary(let base, _, let scaling, let factors, let dimensions):
      let size = dimensions ?? sizes.head
      let scaled = scaling.frequencyFactors(headSize: size, base: base)
      let ones = [Float](repeating: 1, count: size / 2)
      let all = zip(scaled.isEmpty ? ones : scaled, factors.isEmpty ? ones : factors).map(*)
      let extended = scaling.extended.map {
        [Double($0.beyond)] + $0.frequencyFactors.map(Double.init)
      }
      return [3, base, Double(size), scaling.magnitude] + all.map(Double.init) + (extended ?? [])
    }
  }

  private func isNear(_ numbers: [Double], _ others: [Double]) -> Bool {
    numbers.count == others.count
      && zip(numbers, others).allSatisfy { abs($0 - $1) <= 1e-6 * max(abs($0), abs($1)) }
  }
}

extension DecoderScales {
  /// With -1 for a cap that is not there.
  fileprivate func numbers(head: Int) -> [Double] {
    [
      embedding, attention ?? 1 / Float(head).squareRoot(), attentionCap ?? -1, residual, logits,
      logitCap ?? -1,
    ].map(Double.init)
  }
}
