import CKernels
import Testing

@Suite struct VectorProductTests {
  @Test(arguments: KernelTables.names)
  func productsOfOneRowAgreeWithDouble(name: String) throws {
    var noise = Noise(6)
    try KernelTables.with(name) {
      for format in FrozenSample.formats {
        for columns in [32, 224, 576] {
          let w = FrozenSample(format, rows: 9, columns: columns, nested: true, noise: &noise)
          expectAgreement(w, noise.values(columns))
        }
      }
      for format in [CK_F32, CK_F16, CK_BF16, CK_INT8, CK_CODE4] {
        for columns in [2, 30, 70, 94] {
          let w = FrozenSample(format, rows: 3, columns: columns, noise: &noise)
          expectAgreement(w, noise.values(columns))
        }
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func quantizedVectorsHoldEachElementWithinHalfAStep(name: String) throws {
    var noise = Noise(7)
    let x = noise.values(96, within: 3) + [Float](repeating: 0, count: 32)
    let vector = try KernelTables.with(name) { QuantizedRows([x]) }
    let (codes, scales, sums) = (vector.codes, vector.scales, vector.sums)
    for (index, value) in x.enumerated() {
      let scale = scales[index / 32]
      #expect((value - Float(codes[index]) * scale).magnitude <= scale * 0.5001)
    }
    for block in 0..<4 {
      let total = codes[block * 32..<(block + 1) * 32].reduce(0) { $0 + Int($1) }
      #expect((sums[block] - Float(total) * scales[block]).magnitude <= 1e-6 * Float(32 * 127))
      let largest = x[block * 32..<(block + 1) * 32].map(\.magnitude).max() ?? 0
      #expect((scales[block] - largest / 127).magnitude <= 1e-6 * largest)
    }
  }

  /// Against the quantized x, so that only the sums (and CODE4's digits) can differ.
  @Test(arguments: KernelTables.names)
  func byteProductsAgreeWithDouble(name: String) throws {
    var noise = Noise(8)
    try KernelTables.with(name) {
      for format in [CK_Q8_0, CK_Q4_0, CK_Q4_1, CK_INT8, CK_CODE4] {
        for columns in [32, 96, 576, 1568] {
          let w = FrozenSample(format, rows: 21, columns: columns, nested: true, noise: &noise)
          try expectByteAgreement(w, noise.values(columns))
        }
      }
      for block in [32, 96, 128] {
        let w = FrozenSample(CK_CODE4, rows: 5, columns: 416, block: block, noise: &noise)
        try expectByteAgreement(w, noise.values(416))
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func largestBytesDoNotOverflow(name: String) throws {
    try KernelTables.with(name) {
      let codes = [Int8](repeating: 127, count: 64)
      let weights = [Int8](repeating: -128, count: 64)
      let factors: [Float] = [1, 1]
      try weights.withUnsafeBytes { bytes in
        try factors.withUnsafeBufferPointer { factors in
          var matrix = ck_matrix(
            format: CK_INT8, rows: 1, columns: 64, data: try #require(bytes.baseAddress),
            row_bytes: 64, scales: factors.baseAddress, block: 0, table: nil, nested_codes: nil,
            nested_table: nil, nested_scales: nil, nested_offset: 0)
          var x = QuantizedRows(codes: codes, scales: [1, 1], sums: [1, 1])
          #expect(x.products(&matrix, first: 0, count: 1) == [-128 * 127 * 64])
        }
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func formatsWithoutBytesAreRefused(name: String) throws {
    var noise = Noise(9)
    try KernelTables.with(name) {
      for format in [CK_F32, CK_F16, CK_BF16] {
        let w = FrozenSample(format, rows: 1, columns: 32, noise: &noise)
        var x = QuantizedRows([noise.values(32)])
        #expect(w.withMatrix { x.products($0, first: 0, count: 1) } == nil)
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func resultsDoNotDependOnHowRowsAreDivided(name: String) throws {
    var noise = Noise(10)
    try KernelTables.with(name) {
      for format in [CK_Q8_0, CK_Q4_0, CK_Q4_1, CK_INT8, CK_CODE4] {
        let w = FrozenSample(format, rows: 11, columns: 320, noise: &noise)
        let x = noise.values(320)
        var rounded = QuantizedRows([x])
        var whole = [Float](repeating: 0, count: 11)
        w.withMatrix { ck_multiply_vector($0, 0, 11, x, &whole) }
        let bytes = try #require(w.withMatrix { rounded.products($0, first: 0, count: 11) })
        for row in 0..<11 {
          var one: Float = 0
          w.withMatrix { ck_multiply_vector($0, row, 1, x, &one) }
          #expect(one == whole[row])
          #expect(w.withMatrix { rounded.products($0, first: row, count: 1) } == [bytes[row]])
        }
      }
    }
  }

  /// What is unfolded once for several rows gives each what it has alone, bit by bit. 7 blocks leave a part
  /// of every stride, 65 are more than a panel holds; 37 rows leave a part of the last panel, 9 have none.
  @Test(arguments: KernelTables.names)
  func `rows that are multiplied together come out as they do alone`(name: String) throws {
    var noise = Noise(11)
    try KernelTables.with(name) {
      for format in [CK_Q8_0, CK_Q4_0, CK_Q4_1, CK_INT8, CK_CODE4] {
        for columns in [32, 96, 224, 576, 2080] {
          let w = FrozenSample(format, rows: 38, columns: columns, nested: true, noise: &noise)
          let rows = (0..<Int(CK_INT8_ROWS)).map { _ in noise.values(columns) }
          for height in [9, 37] {
            let alone = rows.map { row in
              var one = QuantizedRows([row])
              return w.withMatrix { one.products($0, first: 1, count: height) } ?? []
            }
            for count in 2...rows.count {
              var some = QuantizedRows(Array(rows.prefix(count)))
              let together = try #require(
                w.withMatrix { some.products($0, first: 1, count: height) })
              #expect(together == alone.prefix(count).flatMap { $0 })
            }
          }
        }
      }
    }
  }

  private func expectAgreement(_ w: FrozenSample, _ x: [Float]) {
    var y = [Float](repeating: .nan, count: w.rows)
    w.withMatrix { ck_multiply_vector($0, 1, w.rows - 1, x, &y) }
    for row in 1..<w.rows {
      let terms = (0..<w.columns).map { w.value(row, $0) * Double(x[$0]) }
      let bound = Double(w.columns + 8) * unitRoundoff * terms.reduce(4) { $0 + $1.magnitude }
      #expect((Double(y[row - 1]) - terms.reduce(0, +)).magnitude <= bound)
    }
    #expect(y[w.rows - 1].isNaN, "wrote past the last row")
  }

  private func expectByteAgreement(_ w: FrozenSample, _ x: [Float]) throws {
    var vector = QuantizedRows([x])
    let rounded = vector.codes.indices.map {
      Double(vector.codes[$0]) * Double(vector.scales[$0 / 32])
    }
    let y = try #require(w.withMatrix { vector.products($0, first: 1, count: w.rows - 1) })
    for row in 1..<w.rows {
      let terms = (0..<w.columns).map { w.value(row, $0) * rounded[$0] }
      // 2^-15: the digits of CODE4, a tenth of a step of x; 16: Q4_0's part of -8 d sum(x).
      let bound = 0x1p-15 * terms.reduce(1) { $0 + $1.magnitude } * 2
      #expect((Double(y[row - 1]) - terms.reduce(0, +)).magnitude <= bound)
    }
  }
}
