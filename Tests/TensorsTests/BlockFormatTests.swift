import CKernels
import Files
import Tensors
import TestSupport
import Testing

/// Blocks of every type of ggml, against the gguf package; see References/README.md.
@Suite struct BlockFormatTests {
  static let formats = WeightFormat.stored.filter { $0.columnMultiple > 1 }

  private func with(_ table: String, _ body: () throws -> Void) throws {
    try #require(ck_use_isa(table))
    defer { _ = ck_use_isa(nil) }
    try body()
  }

  @Test func `the table has each type of the gguf package with its number and sizes`() throws {
    let kinds = try JSONValue(golden: "block_formats/kinds.json").object
    let golden = try #require(kinds).members.reduce(into: [String: [Int]]()) { result, member in
      result[member.key] = ["number", "elements", "bytes"].compactMap { member.value[$0]?.int }
    }
    let ours = Self.formats.reduce(into: [String: [Int]]()) { result, format in
      result[format.rawValue] = [
        Int(format.ggmlNumber ?? 0), format.columnMultiple, format.byteCount,
      ]
    }
    #expect(ours == golden)
  }

  @Test(arguments: formats, Kernels.available)
  func `blocks decode to the bits that the gguf package gives`(
    format: WeightFormat, table: String
  ) throws {
    let goldens = try Goldens("block_formats/blocks.safetensors")
    let expected = try goldens.floats("\(format.rawValue).values")
    let blocks = RawBuffer(byteCount: expected.count / format.columnMultiple * format.byteCount)
    UnsafeMutableRawBufferPointer(start: blocks.base, count: blocks.byteCount)
      .copyBytes(from: try goldens.bytes("\(format.rawValue).blocks"))
    let rows = expected.count / format.columnMultiple
    let matrix = FrozenMatrix(
      format: format, rows: rows, columns: format.columnMultiple, data: blocks.base,
      rowByteCount: format.byteCount, owners: [blocks])
    var found = [Float](repeating: .nan, count: expected.count)
    try with(table) {
      found.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        for row in 0..<rows { matrix.dequantize(row: row, into: base + row * matrix.columns) }
      }
    }
    // -0 and 0 are one weight
    let differing = zip(found, expected).filter { $0 != $1 }
    #expect(differing.isEmpty, "\(differing.first.map { "\($0)" } ?? "")")
  }

  /// Against the quantized x, so that only the order of sums differs.
  @Test(arguments: formats, Kernels.available)
  func `products with a row of bytes and of floats are those in Double`(
    format: WeightFormat, table: String
  ) throws {
    var random = RandomGenerator(seed: 5, stream: format.rawValue)
    for blocks in [1, 2, 3, 7] {
      let columns = blocks * format.columnMultiple
      let w = FrozenMatrix.randomBlocks(format, rows: 9, columns: columns, &random)
      var x = (0..<columns).map { _ in random.normal() }
      let most = Int(CK_INT8_ROWS)
      var codes = [Int8](repeating: 0, count: most * columns)
      var scales = [Float](repeating: 0, count: most * columns / 32)
      var (sums, shifts) = (scales, scales.map { _ in Int32(0) })
      var (bytes, floats) = ([Float](repeating: 0, count: 8), [Float](repeating: 0, count: 8))
      var together = [Float](repeating: 0, count: most * 8)
      try with(table) {
        var matrix = w.kernelMatrix
        shifts.withUnsafeMutableBufferPointer { shifts in
          codes.withUnsafeMutableBufferPointer { codes in
            scales.withUnsafeMutableBufferPointer { scales in
              sums.withUnsafeMutableBufferPointer { sums in
                guard let codes = codes.baseAddress, let scales = scales.baseAddress,
                  let sums = sums.baseAddress, let shifts = shifts.baseAddress
                else { return }
                var rows = ck_int8_rows(
                  codes: codes, scales: scales, sums: sums, shifts: shifts, rows: most, used: most)
                for row in 0..<most { ck_quantize_row(x, columns, &rows, row) }
                #expect(ck_multiply_int8(&matrix, 1, 8, &rows, &together, 8))
                (rows.rows, rows.used) = (1, 1)
                ck_quantize_row(x, columns, &rows, 0)
                #expect(ck_multiply_int8(&matrix, 1, 8, &rows, &bytes, 8))
              }
            }
          }
        }
        for row in 0..<most { #expect(Array(together[row * 8..<row * 8 + 8]) == bytes) }
        x = x.indices.map { Float(codes[$0]) * scales[$0 / 32] }
        ck_multiply_vector(&matrix, 1, 8, x, &floats)
      }
      for row in 0..<8 {
        let terms = zip(decoded(w, row: row + 1), x).map { Double($0) * Double($1) }
        let bound = 4e-6 * terms.reduce(0.01) { $0 + $1.magnitude }
        #expect((Double(bytes[row]) - terms.reduce(0, +)).magnitude <= bound)
        #expect((Double(floats[row]) - terms.reduce(0, +)).magnitude <= bound)
      }
    }
  }

  @Test(arguments: formats)
  func `a part of a row decodes as in the whole row`(format: WeightFormat) {
    var random = RandomGenerator(seed: 6, stream: format.rawValue)
    let w = FrozenMatrix.randomBlocks(format, rows: 2, columns: 512, &random)
    let whole = decoded(w, row: 1)
    for (start, count) in [(32, 480), (224, 64), (256, 38), (480, 5), (0, 512)] {
      var part = [Float](repeating: .nan, count: count + 1)
      var matrix = w.kernelMatrix
      ck_dequantize(&matrix, 1, start, count, &part)
      #expect(part.dropLast().elementsEqual(whole[start..<start + count]))
      #expect(part[count].isNaN, "wrote past the end")
    }
  }

  private func decoded(_ matrix: FrozenMatrix, row: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: matrix.columns) { buffer, count in
      if let base = buffer.baseAddress { matrix.dequantize(row: row, into: base) }
      count = matrix.columns
    }
  }
}
