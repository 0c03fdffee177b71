import Tensors
import TestSupport
import Testing

/// Products of the worker pool against sums in Double, for every weight format, on shapes with odd
/// tails, through our kernels and through OpenBLAS.
@Suite struct ProductTests {
  private struct Shape {
    let tokens: Int
    let outputs: Int
    let inputs: Int
  }

  private static let shapes = [
    Shape(tokens: 1, outputs: 1, inputs: 64), Shape(tokens: 7, outputs: 33, inputs: 64),
    Shape(tokens: 50, outputs: 97, inputs: 192), Shape(tokens: 131, outputs: 200, inputs: 320),
  ]

  /// The largest difference relative to the sum of magnitudes, which bounds rounding.
  private func error(
    _ result: Matrix, _ reference: (Int, Int) -> (value: Double, magnitude: Double)
  ) -> Double {
    var worst = 0.0
    for row in 0..<result.rows {
      for column in 0..<result.columns {
        let (value, magnitude) = reference(row, column)
        worst = max(worst, abs(Double(result.row(row)[column]) - value) / max(magnitude, 1e-9))
      }
    }
    return worst
  }

  /// A matrix of the shape; of as many more inputs as fill a block.
  private func weight(
    _ shape: Shape, _ format: WeightFormat, _ random: inout RandomGenerator, _ compute: Compute
  ) -> FrozenMatrix {
    if QuantizationScheme.formats.contains(format), shape.inputs % format.columnMultiple == 0 {
      let dense = TinyModel.matrix(shape.outputs, shape.inputs, deviation: 1, &random)
      return dense.quantized(to: QuantizationScheme(format: format), with: compute).matrix
    }
    let block = format.columnMultiple
    return .randomBlocks(
      format, rows: shape.outputs, columns: (shape.inputs + block - 1) / block * block, &random)
  }

  private func check(_ shape: Shape, _ format: WeightFormat, _ compute: Compute) -> [Double] {
    var random = RandomGenerator(seed: 4, stream: format.rawValue, index: UInt64(shape.tokens))
    let weight = weight(shape, format, &random, compute)
    let arena = Arena()
    let shape = Shape(tokens: shape.tokens, outputs: weight.rows, inputs: weight.columns)
    let w = arena.matrix(shape.outputs, shape.inputs)
    for row in 0..<w.rows { weight.dequantize(row: row, into: w.row(row)) }
    let x = arena.matrix(shape.tokens, shape.inputs)
    let dy = arena.matrix(shape.tokens, shape.outputs)
    for index in 0..<x.count { x.base[index] = random.normal() }
    for index in 0..<dy.count { dy.base[index] = random.normal() }
    let y = arena.matrix(shape.tokens, shape.outputs)
    let dx = arena.matrix(shape.tokens, shape.inputs)
    let dw = arena.matrix(shape.outputs, shape.inputs)
    dx.fill(1)
    compute.multiply(compute.pack(x), weight.operand, .rowsOfMatrix, into: y)
    compute.multiply(
      compute.pack(dy), weight.operand, .columnsOfMatrix, alpha: 2, accumulate: true, into: dx)
    compute.multiply(compute.packTransposed(dy), x.operand, .columnsOfMatrix, into: dw)
    func sum(_ count: Int, _ term: (Int) -> Double) -> (value: Double, magnitude: Double) {
      (0..<count).reduce(into: (0, 0)) { sum, index in
        sum.0 += term(index)
        sum.1 += abs(term(index))
      }
    }
    return [
      error(y) { row, column in
        sum(shape.inputs) { Double(x.row(row)[$0]) * Double(w.row(column)[$0]) }
      },
      error(dx) { row, column in
        let (value, magnitude) = sum(shape.outputs) {
          2 * Double(dy.row(row)[$0]) * Double(w.row($0)[column])
        }
        return (value + 1, magnitude + 1)
      },
      error(dw) { row, column in
        sum(shape.tokens) { Double(dy.row($0)[row]) * Double(x.row($0)[column]) }
      },
    ]
  }

  @Test(arguments: WeightFormat.allCases)
  func exactProductsMatchDouble(format: WeightFormat) {
    let compute = Compute(threadCount: 2, precision: .f32, usesLibrary: false)
    for shape in Self.shapes {
      for error in check(shape, format, compute) { #expect(error < 2e-6) }
    }
  }

  @Test(arguments: WeightFormat.allCases)
  func openBLASGivesTheSameProducts(format: WeightFormat) {
    let compute = Compute(threadCount: 2, precision: .f32, usesLibrary: true)
    for shape in Self.shapes {
      for error in check(shape, format, compute) { #expect(error < 2e-6) }
    }
  }

  /// bfloat16 has 8 significant bits: each of the two operands is off by at most 2⁻⁸ of itself.
  @Test(arguments: WeightFormat.allCases)
  func roundedProductsStayWithinTheRoundingOfTheirOperands(format: WeightFormat) {
    let compute = Compute(threadCount: 2, precision: .bf16, usesLibrary: false)
    for shape in Self.shapes {
      for error in check(shape, format, compute) { #expect(error < 0.0079) }
    }
  }

  @Test func bitsDoNotDependOnTheThreadCount() {
    var random = RandomGenerator(seed: 1, stream: "threads")
    let weight = TinyModel.matrix(130, 96, deviation: 1, &random)
    let arena = Arena()
    let x = arena.matrix(77, 96)
    for index in 0..<x.count { x.base[index] = random.normal() }
    for usesLibrary in [false, true] {
      let results = [1, 2, 3, 7].map { threads in
        let compute = Compute(threadCount: threads, usesLibrary: usesLibrary)
        let y = arena.matrix(77, 130)
        compute.multiply(compute.pack(x), weight.operand, .rowsOfMatrix, into: y)
        return Array(UnsafeBufferPointer(start: y.base, count: y.count))
      }
      #expect(results.allSatisfy { $0 == results[0] })
    }
  }
}
