import Files
import Models
import Tensors

/// What a training stands on and cannot go on without: the weights, and the rows that it sees.
package struct TrainingBasis: Sendable, Equatable {
  /// Fingerprint of the weights of the model's file and of the formats that they are kept in.
  package let model: String
  /// Fingerprint of the rows that are trained and evaluated, in order.
  package let data: String

  package init(model: String, data: String) {
    self.model = model
    self.data = data
  }

  package init(
    identity: BaseIdentity, model: DecoderModel, training: TokenizedRows,
    validation: TokenizedRows,
    with pool: WorkerPool
  ) {
    self.model = FileDigest.sha256(
      Array((identity.digests(with: pool).weights + "\n" + model.weights.formats).utf8))
    var digest = FileDigest.Stream()
    for part in [training, validation] {
      for example in part {
        var bytes: [UInt8] = []
        unsafe withUnsafeBytes(of: Int64(example.tokens.count).littleEndian) { unsafe bytes += $0 }
        unsafe example.tokens.map(\.littleEndian).withUnsafeBytes { unsafe bytes += $0 }
        bytes += example.trained.map { $0 ? 1 : 0 }
        digest.append(bytes)
      }
      digest.append([.max])
    }
    data = digest.finish()
  }
}
