import CKernels
import Tensors

/// All frozen weights of a model. Values of this type are immutable and cheap to copy; `quantized`
/// gives new ones that share what did not change.
package struct FrozenWeights: Sendable {
  /// One decoder block.
  package struct Block: Sendable {
    package let attentionNorm: RMSNorm
    package let feedForwardNorm: RMSNorm
    /// By `TargetModule.index`.
    package let linears: [FrozenMatrix]

    package init(attentionNorm: RMSNorm, feedForwardNorm: RMSNorm, linears: [FrozenMatrix]) {
      self.attentionNorm = attentionNorm
      self.feedForwardNorm = feedForwardNorm
      self.linears = linears
    }

    package subscript(_ module: TargetModule) -> FrozenMatrix { linears[module.index] }
  }

  package let embedding: FrozenMatrix
  package let blocks: [Block]
  package let finalNorm: RMSNorm
  /// The output head; the embedding itself when tied.
  package let head: FrozenMatrix

  package init(
    embedding: FrozenMatrix, blocks: [Block], finalNorm: RMSNorm, head: FrozenMatrix
  ) {
    self.embedding = embedding
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
  }

  package var isTied: Bool { embedding === head }

  /// The linear layers of all blocks, in order.
  package var linears: [FrozenMatrix] { blocks.flatMap(\.linears) }

  private var matrices: [FrozenMatrix] {
    [embedding] + linears + (isTied ? [] : [head])
  }

  /// How each matrix is kept. Together with the weights of the file it tells every bit of the weights in
  /// use, since quantization is a function of both.
  package var formats: String {
    matrices.map { matrix in
      let operand = matrix.operand
      let kind = operand.nested_codes == nil ? "plain" : "double"
      return "\(matrix.format.rawValue) \(operand.block) \(kind)"
    }.joined(separator: "\n")
  }

  private var normWeightCount: Int {
    blocks.reduce(finalNorm.weight.count) {
      $0 + $1.attentionNorm.weight.count + $1.feedForwardNorm.weight.count
    }
  }

  package var parameterCount: Int {
    matrices.reduce(normWeightCount) { $0 + $1.elementCount }
  }

  /// Bytes of all weights as they are kept in memory.
  package var byteCount: Int {
    matrices.reduce(normWeightCount * 4) { $0 + $1.byteCount }
  }
}

/// What `quantize` did.
package struct QuantizationReport: Sendable {
  package let bytesBefore: Int
  package let bytes: Int
  /// Over the linear layers that changed, codes and factors.
  package let bitsPerWeight: Double
  package let error: ReconstructionError
}

extension FrozenWeights {
  /// Re-quantizes the linear layers of all blocks (and the head, if asked and not tied).
  ///
  /// - Parameters:
  ///   - skipped: modules that stay as they are.
  ///   - includesHead: whether a separate output head is quantized too.
  ///   - progress: called with the share done after each block.
  package func quantized(
    to scheme: QuantizationScheme, skipping skipped: Set<TargetModule>, includesHead: Bool,
    with compute: Compute, progress: (Double) -> Void = { _ in }
  ) -> (weights: FrozenWeights, report: QuantizationReport) {
    var error = ReconstructionError()
    var changed = (bytes: 0, elements: 0)
    func convert(_ matrix: FrozenMatrix) -> FrozenMatrix {
      let (result, part) = matrix.quantized(to: scheme, with: compute)
      error.add(part)
      changed.bytes += result.byteCount
      changed.elements += result.elementCount
      return result
    }
    let blocks = blocks.enumerated().map { index, block in
      let linears = TargetModule.allCases.map { module in
        skipped.contains(module) ? block[module] : convert(block[module])
      }
      progress(Double(index + 1) / Double(self.blocks.count))
      return Block(
        attentionNorm: block.attentionNorm, feedForwardNorm: block.feedForwardNorm,
        linears: linears)
    }
    let head = includesHead && !isTied ? convert(head) : head
    let result = FrozenWeights(
      embedding: embedding, blocks: blocks, finalNorm: finalNorm, head: head)
    return (
      result,
      QuantizationReport(
        bytesBefore: byteCount, bytes: result.byteCount,
        bitsPerWeight: Double(changed.bytes) * 8 / Double(max(1, changed.elements)), error: error)
    )
  }
}
