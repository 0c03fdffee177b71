import CKernels
import Files
import Tensors
import TestSupport
import Testing

/// Codes, factors and errors of bitsandbytes, gguf and numpy; see References/README.md.
@Suite struct QuantizationGoldenTests {
  static let matrices = ["normal", "outliers"]

  private let compute = Compute(threadCount: 2, precision: .f32)
  private let goldens: Goldens
  private let expected: JSONValue

  init() throws {
    goldens = try Goldens("quantization/codes.safetensors")
    expected = try JSONValue(golden: "quantization/expected.json")
  }

  /// The rows that the golden covers, quantized; `key` is `MATRIX.SCHEME`.
  private func quantize(
    _ matrix: String, _ scheme: String, _ format: WeightFormat, isDouble: Bool = false
  ) throws -> (FrozenMatrix, ReconstructionError) {
    let rows = try expected.at("errors", "\(matrix).\(scheme)", "rows").int
    return try goldens.matrix(matrix, rows: rows)
      .quantized(to: QuantizationScheme(format: format, isDouble: isDouble), with: compute)
  }

  /// The codes as they lie in memory.
  private func codes(_ matrix: FrozenMatrix) -> [UInt8] {
    withExtendedLifetime(matrix) {
      Array(
        UnsafeRawBufferPointer(
          start: matrix.kernelMatrix.data, count: matrix.rows * matrix.kernelMatrix.row_bytes))
    }
  }

  private func floats(
    _ start: UnsafePointer<Float>?, _ count: Int, of matrix: FrozenMatrix
  ) throws -> [Float] {
    try withExtendedLifetime(matrix) {
      Array(UnsafeBufferPointer(start: try #require(start), count: count))
    }
  }

  /// Compares the error over all rows, and the first rows after reconstruction.
  private func expectReconstruction(
    _ key: String, _ matrix: FrozenMatrix, _ error: ReconstructionError
  ) throws {
    let golden = try expected.at("errors", key)
    #expect(relativeError(error.rootMeanSquare, try golden.at("rms_error").number()) < 1e-6)
    // A difference of two weights: its error is that of the weights, which are up to 7.5.
    #expect(abs(Double(error.largest) - (try golden.at("max_error").number())) < 1e-6)
    #expect(error.count == matrix.elementCount)
    let reconstruction = try goldens.floats("\(key).dequantized")
    var found = [Float](repeating: .nan, count: reconstruction.count)
    found.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for row in 0..<reconstruction.count / matrix.columns {
        matrix.dequantize(row: row, into: base + row * matrix.columns)
      }
    }
    for (left, right) in zip(found, reconstruction) {
      #expect(abs(left - right) <= 1e-6 * abs(right))
    }
  }

  @Test(arguments: matrices, [WeightFormat.nf4, .fp4])
  func fourBitCodesAndFactorsAreThoseOfBitsandbytes(name: String, format: WeightFormat) throws {
    let key = "\(name).\(format.rawValue)"
    let (matrix, error) = try quantize(name, format.rawValue, format)
    #expect(codes(matrix) == (try goldens.bytes(key + ".codes")))
    let absmax = try goldens.floats(key + ".absmax")
    #expect(try floats(matrix.kernelMatrix.scales, absmax.count, of: matrix) == absmax)
    try expectReconstruction(key, matrix, error)
  }

  @Test(arguments: matrices)
  func doubleQuantizationIsThatOfBitsandbytes(name: String) throws {
    let key = "\(name).nf4_double"
    let (matrix, _) = try quantize(name, "nf4_double", .nf4, isDouble: true)
    #expect(codes(matrix) == (try goldens.bytes("\(name).nf4.codes")))
    let nested = try goldens.floats(key + ".nested_absmax")
    #expect(try floats(matrix.kernelMatrix.nested_scales, nested.count, of: matrix) == nested)
    // torch sums the factors in f32.
    let offset = try goldens.floats(key + ".offset")
    #expect(relativeError([matrix.kernelMatrix.nested_offset], offset) < 1e-6)
  }

  /// bitsandbytes finds codes on a CPU in a table of 65536 places, so it misses the nearest value
  /// where one lies half way between two to within 2⁻¹⁶. Elsewhere its codes are ours.
  @Test(arguments: matrices)
  func codesOfFactorsAreTheNearest(name: String) throws {
    let key = "\(name).nf4_double"
    let (matrix, _) = try quantize(name, "nf4_double", .nf4, isDouble: true)
    let golden = try goldens.bytes(key + ".absmax_codes")
    let found = try withExtendedLifetime(matrix) {
      Array(
        UnsafeBufferPointer(
          start: try #require(matrix.kernelMatrix.nested_codes), count: golden.count))
    }
    let map = try goldens.floats("dynamic_map")
    let nested = try goldens.floats(key + ".nested_absmax")
    let offset = try goldens.floats(key + ".offset")[0]
    for (index, absmax) in try goldens.floats("\(name).nf4.absmax").enumerated() {
      let value = (absmax - offset) / nested[index / 256]
      let ours = abs(map[Int(found[index])] - value)
      #expect(map.allSatisfy { abs($0 - value) >= ours })
      if found[index] != golden[index] {
        let theirs = abs(map[Int(golden[index])] - value)
        #expect(theirs - ours < 2 * 0x1p-16)
      }
    }
  }

  @Test(arguments: matrices)
  func doublyQuantizedFactorsDecodeAsInBitsandbytes(name: String) throws {
    let key = "\(name).nf4_double"
    let rows = try #require(try expected.at("errors", key, "rows").int)
    let original = try goldens.matrix(name, rows: rows)
    let codes = buffer(try goldens.bytes("\(name).nf4.codes"))
    let factorCodes = buffer(try goldens.bytes(key + ".absmax_codes"))
    let parts = try ["dynamic_map", key + ".nested_absmax"].map {
      buffer(try goldens.bytes($0))
    }
    let table = buffer(Codebook.nf4.flatMap { withUnsafeBytes(of: $0, Array.init) })
    let offset = try goldens.floats(key + ".offset")[0]
    let matrix = FrozenMatrix(
      format: .nf4, rows: rows, columns: original.columns, data: codes.base,
      rowByteCount: original.columns / 2, owners: [codes, factorCodes, table] + parts
    ) { operand in
      operand.block = 64
      operand.table = UnsafePointer(table.bound(to: Float.self))
      operand.nested_codes = UnsafePointer(factorCodes.bound(to: UInt8.self))
      operand.nested_table = UnsafePointer(parts[0].bound(to: Float.self))
      operand.nested_scales = UnsafePointer(parts[1].bound(to: Float.self))
      operand.nested_offset = offset
    }
    try expectReconstruction(key, matrix, matrix.error(against: original, with: compute))
  }

  private func buffer(_ bytes: [UInt8]) -> RawBuffer {
    let buffer = RawBuffer(byteCount: bytes.count)
    buffer.base.copyMemory(from: bytes, byteCount: bytes.count)
    return buffer
  }

  @Test func theDynamicMapIsThatOfBitsandbytes() throws {
    #expect(NestedAbsmax.dynamicMap == (try goldens.floats("dynamic_map")))
  }

  @Test(arguments: [WeightFormat.nf4, .fp4])
  func codebooksAreThoseOfBitsandbytes(format: WeightFormat) throws {
    let values = try expected.at("tables", format.rawValue, "values").numbers()
    #expect(Codebook.table(of: format) == values.map { Float($0) })
  }

  /// bitsandbytes counts the midpoints strictly below a value: on a midpoint, the lower value wins.
  @Test(arguments: [WeightFormat.nf4, .fp4])
  func valuesOnAMidpointTakeTheLowerValue(format: WeightFormat) throws {
    let table = try expected.at("tables", format.rawValue)
    let midpoints = try table.at("midpoints").numbers().map { Float($0) }
    let order = try table.at("code_after_sorting").tokens().map { UInt8($0) }
    // The last value makes the block's absmax 1, so that the others are not scaled.
    let values = RawBuffer(byteCount: 64)
    values.bound(to: Float.self).update(from: midpoints + [1], count: 16)
    let packed = FrozenMatrix(
      format: .f32, rows: 1, columns: 16, data: values.base, rowByteCount: 64, owners: [values]
    ).quantized(to: QuantizationScheme(format: format, isDouble: false), with: compute).matrix
    let found = codes(packed).flatMap { [$0 >> 4, $0 & 15] }
    #expect(found == order)
  }

  @Test(arguments: matrices)
  func int8IsThatOfBitsandbytes(name: String) throws {
    let key = "\(name).int8"
    let (matrix, error) = try quantize(name, "int8", .int8)
    #expect(codes(matrix) == (try goldens.bytes(key + ".codes")))
    let factors = try goldens.floats(key + ".factors").map { 1 / $0 }
    #expect(
      relativeError(try floats(matrix.kernelMatrix.scales, factors.count, of: matrix), factors)
        < 1e-6)
    try expectReconstruction(key, matrix, error)
  }

  @Test(arguments: matrices)
  func int4FollowsItsDefinition(name: String) throws {
    let key = "\(name).int4"
    let (matrix, error) = try quantize(name, "int4", .int4)
    let golden = try goldens.bytes(key + ".codes").map { Int(Int8(bitPattern: $0)) }
    let found = codes(matrix).flatMap { [Int($0 >> 4) - 8, Int($0 & 15) - 8] }
    #expect(found == golden)
    let absmax = try goldens.floats(key + ".absmax")
    #expect(try floats(matrix.kernelMatrix.scales, absmax.count, of: matrix) == absmax)
    try expectReconstruction(key, matrix, error)
  }

  @Test(arguments: matrices, [WeightFormat.q8_0, .q4_0, .q4_1])
  func storedBlocksAreThoseOfGGUF(name: String, format: WeightFormat) throws {
    let key = "\(name).\(format.rawValue)"
    let (matrix, error) = try quantize(name, format.rawValue, format)
    #expect(codes(matrix) == (try goldens.bytes(key + ".bytes")))
    try expectReconstruction(key, matrix, error)
  }

  private static let blockFormats = QuantizationScheme.formats.filter { $0.columnMultiple >= 32 }

  @Test(arguments: blockFormats)
  func `blocks are those of llama.cpp's quantizer, bit for bit`(_ format: WeightFormat) throws {
    let encoded = try Goldens("encoded_blocks/blocks.safetensors")
    let matrix = try encoded.matrix("x").quantized(to: .init(format: format), with: compute).matrix
    let (found, golden) = (codes(matrix), try encoded.bytes(format.rawValue))
    guard format == .iq3_s else { return #expect(found == golden) }
    let rows = matrix.rows, count = golden.count / rows
    let differing = (0..<rows).filter { row in
      let range = row * count..<(row + 1) * count
      return found[range] != golden[range]
    }
    #expect(
      differing == [10, 11], "rows with parts of zeros, behind which its codes are misplaced")
  }

  @Test func `parts of zeros leave the others of an IQ3_S block in their places`() throws {
    let values = RawBuffer(byteCount: 2 * 256 * 4)
    for column in 0..<512 {
      let isKept = column < 256 || (column / 32).isMultiple(of: 2)
      values.bound(to: Float.self)[column] = isKept ? Float(column % 256 * 7 % 13) - 6.5 : 0
    }
    let matrix = FrozenMatrix(
      format: .f32, rows: 2, columns: 256, data: values.base, rowByteCount: 1024, owners: [values])
    let written = matrix.quantized(to: .init(format: .iq3_s), with: compute).matrix
    let (whole, sparse) = (codes(written)[..<110], codes(written)[110...])
    for part in stride(from: 0, to: 8, by: 2) {
      let places = 2 + 8 * part..<10 + 8 * part
      #expect(Array(whole)[places] == Array(sparse)[places])
    }
  }

  @Test(arguments: blockFormats)
  func `what is no number, or too large for the factors, gives an error that is none`(
    _ format: WeightFormat
  ) {
    let values = RawBuffer(byteCount: 4 * 256 * 4)
    for (row, value) in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude].enumerated() {
      for column in 0..<256 {
        values.bound(to: Float.self)[256 * row + column] = column % 7 == row ? value : 0.25
      }
    }
    let matrix = FrozenMatrix(
      format: .f32, rows: 4, columns: 256, data: values.base, rowByteCount: 1024, owners: [values])
    let (_, error) = matrix.quantized(to: .init(format: format), with: compute)
    #expect(!error.rootMeanSquare.isFinite)
  }

  @Test func factorsTakeTheBitsThatTheDesignSays() throws {
    // Block 64: 32/64 bits a weight; doubly quantized 8/64 + 32/(64 · 256).
    let (plain, _) = try quantize("normal", "nf4", .nf4)
    let (double, _) = try quantize("normal", "nf4_double", .nf4, isDouble: true)
    #expect(plain.bitsPerWeight == 4.5)
    // 384 factors make two blocks of 256, the second not full.
    #expect(double.bitsPerWeight == 4 + Double(384 * 8 + 2 * 32) / Double(96 * 256))
  }
}
