/// Which biases of frozen layers an adapter trains, by PEFT's words.
package enum TrainedBiases: String, CaseIterable, Sendable {
  case none
  /// Those of the layers that get a pair.
  case ofAdapted = "lora_only"
  /// Those of all linear layers, of norms and of the output head.
  case all
}

extension DecoderDescription {
  func hasBias(at place: ModulePlace) -> Bool {
    switch place {
    case .block(_, let role): linear(role)?.hasBias == true
    case .table(.embedding): false
    case .table(.head): headHasBias
    case .norm(let norm): hasBias(norm)
    }
  }
}
