import Tensors

/// The sizes and constants of a Llama-architecture decoder, in the field's terms.
package struct ModelConfiguration: Sendable, Equatable {
  package var architecture: String
  package var hiddenSize: Int
  package var layerCount: Int
  package var attentionHeadCount: Int
  package var keyValueHeadCount: Int
  package var headSize: Int
  package var intermediateSize: Int
  package var vocabularySize: Int
  /// The most positions that the model was trained for.
  package var contextLength: Int
  package var rmsNormEpsilon: Float
  package var ropeBase: Double
  package var ropePairing: RotaryEmbedding.Pairing
  package var tiesHead: Bool
  package var ropeScaling: RopeScaling

  package init(
    architecture: String, hiddenSize: Int, layerCount: Int, attentionHeadCount: Int,
    keyValueHeadCount: Int, headSize: Int, intermediateSize: Int, vocabularySize: Int,
    contextLength: Int, rmsNormEpsilon: Float, ropeBase: Double,
    ropePairing: RotaryEmbedding.Pairing, tiesHead: Bool, ropeScaling: RopeScaling = .none
  ) {
    self.architecture = architecture
    self.hiddenSize = hiddenSize
    self.layerCount = layerCount
    self.attentionHeadCount = attentionHeadCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headSize = headSize
    self.intermediateSize = intermediateSize
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.rmsNormEpsilon = rmsNormEpsilon
    self.ropeBase = ropeBase
    self.ropePairing = ropePairing
    self.tiesHead = tiesHead
    self.ropeScaling = ropeScaling
  }

  package var querySize: Int { attentionHeadCount * headSize }
  package var keyValueSize: Int { keyValueHeadCount * headSize }

  /// The first size that no model can have, as a sentence; nil if all fit together.
  package var inconsistency: String? {
    let sizes = [
      ("hidden size", hiddenSize), ("layer count", layerCount),
      ("attention head count", attentionHeadCount), ("key/value head count", keyValueHeadCount),
      ("head size", headSize), ("intermediate size", intermediateSize),
      ("vocabulary size", vocabularySize), ("context length", contextLength),
    ]
    for (name, size) in sizes where size < 1 || size > 1 << 24 {
      return "the \(name) is \(size)"
    }
    if attentionHeadCount % keyValueHeadCount != 0 {
      return
        "\(attentionHeadCount) attention heads cannot share \(keyValueHeadCount) key/value heads"
    }
    if headSize % 2 != 0 { return "the head size \(headSize) is odd, rotary embedding needs pairs" }
    if !(ropeBase > 0) || !ropeBase.isFinite { return "the rope base is \(ropeBase)" }
    return nil
  }
}
