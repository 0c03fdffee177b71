import CKernels
import Testing

/// Sums of `depth` products in f32 stay within (depth + 4) roundings of the sum of magnitudes
/// (the operands are rounded first, by the test itself, where they are bf16).
@Suite struct ProductTests {
  private static let bothOperands = [CK_OPERANDS_F32, CK_OPERANDS_BF16]

  @Test(arguments: KernelTables.names, [0, 1])
  func productsWithRowsAgreeWithDouble(name: String, operands: Int) throws {
    var noise = Noise(2)
    try KernelTables.with(name) {
      for _ in 0..<60 {
        var product = randomProduct(Self.bothOperands[operands], &noise)
        product.alpha = 0.75
        let w = FrozenSample(
          CK_F32, rows: product.columns, columns: product.depth, noise: &noise)
        try expectAgreement(product, w, transposed: false, &noise)
      }
    }
  }

  @Test(arguments: KernelTables.names, [0, 1])
  func productsWithColumnsAgreeWithDouble(name: String, operands: Int) throws {
    var noise = Noise(3)
    try KernelTables.with(name) {
      for _ in 0..<60 {
        var product = randomProduct(Self.bothOperands[operands], &noise)
        product.accumulate = true
        let w = FrozenSample(
          CK_F32, rows: product.depth, columns: product.columns, noise: &noise)
        try expectAgreement(product, w, transposed: true, &noise)
      }
    }
  }

  @Test(arguments: KernelTables.names, [0, 1])
  func productsWithEveryFormatAgreeWithDouble(name: String, operands: Int) throws {
    var noise = Noise(4)
    try KernelTables.with(name) {
      for format in FrozenSample.formats {
        var product = PackedProduct(
          operands: Self.bothOperands[operands], rows: 19, columns: 70, depth: 288)
        let along = FrozenSample(format, rows: 70, columns: 288, nested: true, noise: &noise)
        try expectAgreement(product, along, transposed: false, &noise)
        (product.columns, product.depth) = (160, 75)
        let across = FrozenSample(format, rows: 75, columns: 160, block: 32, noise: &noise)
        try expectAgreement(product, across, transposed: true, &noise)
      }
    }
  }

  @Test(arguments: KernelTables.names, [0, 1])
  func resultsDoNotDependOnHowRowsAreDivided(name: String, operands: Int) throws {
    var noise = Noise(5)
    try KernelTables.with(name) {
      var product = PackedProduct(
        operands: Self.bothOperands[operands], rows: 53, columns: 41, depth: 131)
      let w = FrozenSample(CK_Q8_0, rows: 131, columns: 64, noise: &noise)
      let a = noise.values(product.rows * product.depth)
      let results = [0, 1, 2].map { tiles in
        product.tilesAtOnce = tiles
        return multiply(product, a, rowStride: product.depth, columnStride: 1, w, transposed: true)
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
    }
  }

  private func randomProduct(_ operands: ck_operands, _ noise: inout Noise) -> PackedProduct {
    PackedProduct(
      operands: operands, rows: .random(in: 1...40, using: &noise),
      columns: .random(in: 1...70, using: &noise), depth: .random(in: 1...200, using: &noise))
  }

  /// Multiplies a random A, once with its rows along the depth and once side by side.
  private func expectAgreement(
    _ product: PackedProduct, _ w: FrozenSample, transposed: Bool, _ noise: inout Noise
  ) throws {
    let (rows, depth) = (product.rows, product.depth)
    let a = noise.values(rows * depth)
    var turned = a
    for i in 0..<rows { for k in 0..<depth { turned[k * rows + i] = a[i * depth + k] } }
    let along = multiply(
      product, a, rowStride: depth, columnStride: 1, w, transposed: transposed)
    let across = multiply(
      product, turned, rowStride: 1, columnStride: rows, w, transposed: transposed)
    #expect(along == across)
    for i in 0..<rows {
      for j in 0..<product.columns + 3 {
        let result = along[i * (product.columns + 3) + j]
        guard j < product.columns else {
          #expect(result == 2, "wrote past the last column")
          continue
        }
        let (sum, magnitudes) = reference(product, a, w, i, j, transposed: transposed)
        let expected = sum * Double(product.alpha) + (product.accumulate ? 2 : 0)
        let bound =
          Double(depth + 4) * unitRoundoff * (magnitudes + 2) + formatError(product, magnitudes)
        #expect((Double(result) - expected).magnitude <= bound)
      }
    }
  }

  /// Room for a decoded weight that lies within two roundings of a bf16 tie.
  private func formatError(_ product: PackedProduct, _ magnitudes: Double) -> Double {
    product.operands == CK_OPERANDS_BF16 ? 0x1p-8 * magnitudes / Double(product.depth) : 0
  }

  private func multiply(
    _ product: PackedProduct, _ a: [Float], rowStride: Int, columnStride: Int, _ w: FrozenSample,
    transposed: Bool
  ) -> [Float] {
    var c = [Float](repeating: 2, count: product.rows * (product.columns + 3))
    w.withMatrix { matrix in
      product.run(a, rowStride: rowStride, columnStride: columnStride, into: &c) {
        if transposed {
          ck_pack_panel_of_columns(product.operands, matrix, $0, $1, 0, product.depth, $2)
        } else {
          ck_pack_panel_of_rows(product.operands, matrix, $0, $1, 0, product.depth, $2)
        }
      }
    }
    return c
  }

  private func reference(
    _ product: PackedProduct, _ a: [Float], _ w: FrozenSample, _ i: Int, _ j: Int, transposed: Bool
  ) -> (sum: Double, magnitudes: Double) {
    var sum = 0.0
    var magnitudes = 0.0
    for k in 0..<product.depth {
      var x = a[i * product.depth + k]
      var y = transposed ? w.value(k, j) : w.value(j, k)
      if product.operands == CK_OPERANDS_BF16 {
        x = x.roundedToBF16
        y = Double(Float(y).roundedToBF16)
      }
      sum += Double(x) * y
      magnitudes += (Double(x) * y).magnitude
    }
    return (sum, magnitudes)
  }
}
