import Models
import Tensors

/// A model in one format of weights, quantized when a case first needs it, so that a case alone in a
/// process has only its own weights in memory.
final class FrozenModel {
  let loaded: LoadedModel
  private let scheme: QuantizationScheme?
  private(set) lazy var decoder = makeDecoder()

  /// - Parameter format: nil keeps the file's own.
  init(_ loaded: LoadedModel, format: WeightFormat? = nil) {
    self.loaded = loaded
    scheme = format.map { QuantizationScheme(format: $0) }
  }

  private func makeDecoder() -> DecoderModel {
    guard let scheme else { return loaded.decoder }
    let weights = loaded.decoder.weights.quantized(
      to: scheme, skipping: [], includesHead: false, with: Compute()
    ).weights
    loaded.releasePages()
    return loaded.decoder.with(weights)
  }
}
