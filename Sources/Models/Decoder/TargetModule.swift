/// The seven linear layers of a decoder block, by the field's names. Any of them can take an adapter.
package enum TargetModule: String, Sendable, CaseIterable, Comparable {
  case q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj

  package var index: Int {
    switch self {
    case .q_proj: 0
    case .k_proj: 1
    case .v_proj: 2
    case .o_proj: 3
    case .gate_proj: 4
    case .up_proj: 5
    case .down_proj: 6
    }
  }

  package static func < (left: TargetModule, right: TargetModule) -> Bool {
    left.index < right.index
  }

  /// The name of a block's tensor in a GGUF file.
  package func ggufName(layer: Int) -> String {
    let suffix =
      switch self {
      case .q_proj: "attn_q"
      case .k_proj: "attn_k"
      case .v_proj: "attn_v"
      case .o_proj: "attn_output"
      case .gate_proj: "ffn_gate"
      case .up_proj: "ffn_up"
      case .down_proj: "ffn_down"
      }
    return "blk.\(layer).\(suffix).weight"
  }

  /// The path of the module in a Hugging Face model, without `.weight`.
  package func huggingFacePath(layer: Int) -> String {
    let parent = self <= .o_proj ? "self_attn" : "mlp"
    return "model.layers.\(layer).\(parent).\(rawValue)"
  }

  /// Rows (outputs) and columns (inputs) of the weight.
  package func shape(in configuration: ModelConfiguration) -> (rows: Int, columns: Int) {
    let hidden = configuration.hiddenSize
    return switch self {
    case .q_proj: (configuration.querySize, hidden)
    case .k_proj, .v_proj: (configuration.keyValueSize, hidden)
    case .o_proj: (hidden, configuration.querySize)
    case .gate_proj, .up_proj: (configuration.intermediateSize, hidden)
    case .down_proj: (hidden, configuration.intermediateSize)
    }
  }
}
