import CKernels

/// What `quantize` makes of a matrix.
package struct QuantizationScheme: Sendable, Equatable {
  package let format: WeightFormat
  /// Elements that share one absmax (nf4, fp4, int4).
  package let block: Int
  /// Whether the absmax values are themselves quantized to 8 bits (nf4, fp4).
  package let isDouble: Bool

  /// The formats that weights can be turned into; files have more.
  package static let formats: [WeightFormat] =
    [.nf4, .int8, .int4, .fp4] + WeightFormat.allCases.filter(\.isEncodedInBlocks)
    + [.f32, .bf16, .f16]

  package init(format: WeightFormat, block: Int = 64, isDouble: Bool = true) {
    precondition(Self.formats.contains(format), "no quantizer makes \(format.rawValue)")
    self.format = format
    self.block = block
    self.isDouble = isDouble && (format == .nf4 || format == .fp4)
  }

  /// Why a matrix of `columns` cannot take this scheme, or nil if it can.
  package func obstacle(columns: Int) -> String? {
    guard columns % format.columnMultiple == 0 else {
      return "\(format.rawValue) needs rows of a multiple of \(format.columnMultiple) weights; "
        + "these have \(columns)"
    }
    return nil
  }
}

/// How far a reconstruction is from what it replaces.
package struct ReconstructionError: Sendable {
  package var squares = 0.0
  package var largest: Float = 0
  package var count = 0

  package init() {}

  package var rootMeanSquare: Double { count == 0 ? 0 : (squares / Double(count)).squareRoot() }

  package mutating func add(_ other: ReconstructionError) {
    squares += other.squares
    largest = largest.orLarger(other.largest)
    count += other.count
  }

  /// Adds one row and its reconstruction.
  mutating func add(
    _ row: UnsafePointer<Float>, _ reconstruction: UnsafePointer<Float>, count: Int
  ) {
    for index in 0..<count {
      let difference = unsafe row[index] - reconstruction[index]
      squares += Double(difference) * Double(difference)
      largest = largest.orLarger(abs(difference))
    }
    self.count += count
  }
}

extension FrozenMatrix {
  /// This matrix in another format, and the error that this adds. Work is shared by rows.
  ///
  /// - Precondition: `scheme.obstacle(columns:)` is nil.
  package func quantized(
    to scheme: QuantizationScheme, with compute: Compute
  ) -> (matrix: FrozenMatrix, error: ReconstructionError) {
    let result: FrozenMatrix
    switch scheme.format {
    case .nf4, .fp4, .int4:
      result = Codebook.encode(self, scheme: scheme, with: compute)
    case .int8:
      result = RowInt8.encode(self, with: compute)
    default:
      result = BlockQuantizer.encode(self, format: scheme.format, with: compute)
    }
    return (result, result.error(against: self, with: compute))
  }

  /// The difference between two matrices of one shape, summed in row order.
  package func error(against original: FrozenMatrix, with compute: Compute) -> ReconstructionError {
    let grain = 64
    let blocks = (rows + grain - 1) / grain
    var parts = [ReconstructionError](repeating: ReconstructionError(), count: blocks)
    unsafe parts.withUnsafeMutableBufferPointer { parts in
      // Each task writes its own part.
      nonisolated(unsafe) let parts = unsafe parts
      compute.pool.run(blocks) { block, worker in
        let scratch = compute.scratch(of: worker)
        scratch.scoped {
          let values = scratch.matrix(2, columns)
          var part = ReconstructionError()
          for row in block * grain..<min(rows, (block + 1) * grain) {
            unsafe original.dequantize(row: row, into: values.row(0))
            unsafe dequantize(row: row, into: values.row(1))
            unsafe part.add(values.row(0), values.row(1), count: columns)
          }
          unsafe parts[block] = part
        }
      }
    }
    return parts.reduce(into: ReconstructionError()) { $0.add($1) }
  }
}
