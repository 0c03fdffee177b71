import Tensors

/// Which biases of frozen layers an adapter trains, by PEFT's words.
package enum TrainedBiases: String, CaseIterable, Sendable {
  case none
  /// Those of the layers that get a pair.
  case ofAdapted = "lora_only"
  /// Those of all linear layers and of the output head; norms of such a model have none.
  case all
}

extension DecoderDescription {
  func hasBias(at place: ModulePlace) -> Bool {
    switch place {
    case .block(_, let role): linear(role)?.hasBias == true
    case .table(.embedding): false
    case .table(.head): headHasBias
    }
  }

  /// Whether norms add a bias, which nobody trains here.
  package var hasNormBiases: Bool { normHasBias }
}

extension Adapter {
  /// Starts trained biases as those of the base.
  package func takeBiases(of weights: FrozenWeights) {
    for entry in parameters.layout.entries {
      guard let bias = parameters.pair(entry).bias else { continue }
      for (row, value) in weights[entry.place].bias.enumerated() { unsafe bias.base[row] = value }
    }
  }
}

extension LoRAPair {
  /// The frozen layer, with the trained bias in place of its own.
  func biased(_ linear: FrozenWeights.Linear) -> FrozenWeights.Linear {
    guard let bias else { return linear }
    return FrozenWeights.Linear(
      weight: linear.weight, bias: (0..<bias.columns).map { unsafe bias.base[$0] })
  }
}

extension AdapterUse {
  /// Adds the gradient of a trained bias: the sum of the rows of dy.
  func addBiasGradient(of dy: Matrix, at place: ModulePlace, with compute: Compute) {
    guard let bias = gradientPair(at: place)?.bias else { return }
    for (row, sum) in compute.columnSums(of: dy).enumerated() {
      unsafe bias.base[row] += Float(sum)
    }
  }
}
