import Checkpoints
import Files
import Tensors

extension Architecture {
  /// GGUF's keys of a model, after the family's name and a dot.
  ///
  /// - Parameter config: its `config.json`, which has constants as they were written.
  func ggufKeys(
    of model: DecoderDescription, _ config: JSONObject
  ) -> [(key: String, value: GGUFValue)] {
    let sizes = model.sizes
    func size(_ value: Int) -> GGUFValue { .uint32(UInt32(clamping: value)) }
    var keys: [(String, GGUFValue)] = [
      (GGUFKey.context, size(sizes.context)), (GGUFKey.hidden, size(sizes.hidden)),
      (GGUFKey.layers, size(sizes.layers)), (GGUFKey.intermediate, size(sizes.intermediate)),
      (GGUFKey.heads, size(sizes.heads)), (GGUFKey.keyValueHeads, size(sizes.keyValueHeads)),
      (GGUFKey.epsilon(model.norm), .float32(model.normEpsilon)),
      ("vocab_size", size(sizes.vocabulary)),
    ]
    if sizes.head * sizes.heads != sizes.hidden {
      keys += [(GGUFKey.head, size(sizes.head)), ("attention.value_length", size(sizes.head))]
    }
    keys += ropeKeys(of: model)
    if namesWindow, let window = model.windows.compactMap(\.self).first {
      keys.append((GGUFKey.window, size(window)))
    }
    for scale in scales {
      guard let key = scale.gguf, let value = config[scale.name].map(\.double) ?? scale.value else {
        continue
      }
      keys.append((key, .float32(Float(value))))
    }
    if ggufSettings.contains(where: { $0.key == Self.parallelKey }) {
      keys.append((Self.parallelKey, .bool(model.isParallel)))
    }
    return keys
  }

  /// Whether GGUF files of this family say how far tokens see.
  private var namesWindow: Bool {
    switch windows {
    case .every, .pattern: true
    case .none, .switched: false
    }
  }

  /// What llama.cpp makes otherwise of such a file, as a clause; nil for nothing that is known.
  func llamaCppNote(on model: DecoderDescription) -> String? {
    guard case .every = windows, let window = model.windows.compactMap(\.self).first else {
      return nil
    }
    return
      "llama.cpp lets every token of a model of this type see all before it, and this one sees the "
      + "last \(window): texts that are longer go on otherwise there"
  }

  private static let parallelKey = "use_parallel_residual"

  private func ropeKeys(of model: DecoderDescription) -> [(String, GGUFValue)] {
    guard case .rotary(let base, _, let scaling, _, let dimensions) = model.positions else {
      return []
    }
    var keys: [(String, GGUFValue)] = [
      (GGUFKey.ropeBase, .float32(Float(base))),
      (GGUFKey.turned, .uint32(UInt32(clamping: dimensions ?? model.sizes.head))),
    ]
    if case .rotary(let base, _, _, _, _) = model.windowPositions {
      keys.append((GGUFKey.windowRopeBase, .float32(Float(base))))
    }
    switch scaling {
    case .none, .llama3: break
    case .linear(let factor): keys += scalingKeys("linear", factor: factor)
    case .yarn(let yarn):
      keys += scalingKeys("yarn", factor: yarn.factor, originalContext: yarn.originalContext)
      let standard = RopeScaling.YaRN.magnitude(yarn.factor)
      if yarn.magnitude != standard {
        keys.append(("rope.scaling.attn_factor", .float32(Float(yarn.magnitude / standard))))
      }
      keys.append(("rope.scaling.yarn_beta_fast", .float32(Float(yarn.fast))))
      keys.append(("rope.scaling.yarn_beta_slow", .float32(Float(yarn.slow))))
    case .longRoPE(let rope):
      keys += scalingKeys("longrope", factor: nil, originalContext: rope.originalContext)
      keys.append(("rope.scaling.attn_factor", .float32(Float(rope.magnitude))))
    }
    return keys
  }

  private func scalingKeys(
    _ type: String, factor: Double?, originalContext: Int? = nil
  ) -> [(String, GGUFValue)] {
    [("rope.scaling.type", .string(type))]
      + (factor.map { [("rope.scaling.factor", .float32(Float($0)))] } ?? [])
      + (originalContext.map {
        [("rope.scaling.original_context_length", .uint32(UInt32(clamping: $0)))]
      } ?? [])
  }
}
