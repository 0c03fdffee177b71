import CKernels
import Checkpoints
import Tensors

extension FrozenWeights {
  /// Differs for other weights and for the same ones in another format. The first and the last row of
  /// each matrix tell weights apart as surely as all of them, and need not be read from the disk.
  package var fingerprint: String {
    var bytes: [UInt8] = []
    for matrix in [embedding] + linears + [head] {
      let operand = matrix.operand
      let traits = [
        matrix.format.rawValue, "\(matrix.rows)", "\(matrix.columns)", "\(operand.block)",
        operand.nested_codes == nil ? "plain" : "double",
      ]
      bytes += Array(traits.joined(separator: " ").utf8)
      for row in [0, max(0, matrix.rows - 1)] {
        bytes += UnsafeRawBufferPointer(
          start: operand.data + row * operand.row_bytes, count: operand.row_bytes)
      }
    }
    let norms = blocks.flatMap { [$0.attentionNorm, $0.feedForwardNorm] } + [finalNorm]
    for norm in norms { norm.weight.withUnsafeBytes { bytes += $0 } }
    return FileDigest.sha256(bytes)
  }
}
