import Tensors

/// Y = X·Wᵀ of one linear layer over many rows, frozen weights dequantized on the way.
struct ProductCase: BenchmarkCase {
  let rows: Int
  let inputs: Int
  let outputs: Int
  let format: WeightFormat
  let usesLibrary: Bool

  static var standard: [any BenchmarkCase] {
    [
      ProductCase(rows: 1024, inputs: 576, outputs: 1536, format: .nf4, usesLibrary: false),
      ProductCase(rows: 1024, inputs: 576, outputs: 1536, format: .f32, usesLibrary: false),
      ProductCase(rows: 1024, inputs: 2048, outputs: 2048, format: .nf4, usesLibrary: false),
      ProductCase(rows: 1024, inputs: 576, outputs: 1536, format: .f32, usesLibrary: true),
      ProductCase(rows: 1024, inputs: 2048, outputs: 2048, format: .f32, usesLibrary: true),
    ]
  }

  var name: String {
    "product \(rows)x\(inputs)x\(outputs) \(format.rawValue)" + (usesLibrary ? " OpenBLAS" : "")
  }
  /// A round repeats the product, so that it is long enough to time.
  private static let repetitions = 20

  var work: Double {
    Double(Self.repetitions) * 2 * Double(rows) * Double(inputs) * Double(outputs) / 1e9
  }
  var unit: String { "GFLOP/s" }
  var limit: Limit { .products(work) }
  var tolerance: Double { 0.01 }

  private func operands(_ arena: Arena, _ compute: Compute) -> (x: Matrix, w: FrozenMatrix) {
    var random = RandomGenerator(seed: 1, stream: "bench")
    let x = arena.matrix(rows, inputs)
    for index in 0..<x.count { x.base[index] = random.normal() }
    let buffer = RawBuffer(byteCount: inputs * outputs * 4)
    let values = buffer.bound(to: Float.self)
    for index in 0..<inputs * outputs { values[index] = random.normal(deviation: 0.02) }
    let dense = FrozenMatrix(
      format: .f32, rows: outputs, columns: inputs, data: buffer.base, rowByteCount: inputs * 4,
      owners: [buffer])
    return (x, dense.quantized(to: QuantizationScheme(format: format), with: compute).matrix)
  }

  private func setting(_ compute: Compute) -> Compute {
    usesLibrary ? Compute(usesLibrary: true) : compute
  }

  /// Against OpenBLAS in f32: root mean square of the difference over that of the result.
  func check(_ compute: Compute, against exact: Compute) throws -> Double {
    let arena = Arena()
    let (x, w) = operands(arena, compute)
    let reference = Compute(precision: .f32, usesLibrary: true)
    let results = [setting(compute), reference].map { compute in
      let y = arena.matrix(rows, outputs)
      compute.arena.scoped {
        compute.multiply(compute.pack(x), w.operand, .rowsOfMatrix, into: y)
      }
      return y
    }
    var (difference, size) = (0.0, 0.0)
    for index in 0..<results[0].count {
      let exact = Double(results[1].base[index])
      difference +=
        (Double(results[0].base[index]) - exact) * (Double(results[0].base[index]) - exact)
      size += exact * exact
    }
    return (difference / size).squareRoot()
  }

  func prepare(_ compute: Compute) throws -> () -> Void {
    let arena = Arena()
    let compute = setting(compute)
    let (x, w) = operands(arena, compute)
    let y = arena.matrix(rows, outputs)
    return {
      for _ in 0..<Self.repetitions {
        compute.arena.scoped {
          compute.multiply(compute.pack(x), w.operand, .rowsOfMatrix, into: y)
        }
      }
      withExtendedLifetime((arena, w)) {}
    }
  }
}
