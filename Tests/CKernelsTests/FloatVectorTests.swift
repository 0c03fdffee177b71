import CKernels
import Glibc
import Testing

/// Lengths around the widths of vectors and their unrolled loops.
private let lengths = [1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 130, 576]

@Suite struct FloatVectorTests {
  @Test(arguments: KernelTables.names)
  func sumsAgreeWithDouble(name: String) throws {
    var noise = Noise(20)
    try KernelTables.with(name) {
      for count in lengths {
        let (x, y) = (noise.values(count), noise.values(count))
        let terms = (0..<count).map { Double(x[$0]) * Double(y[$0]) }
        let bound = Double(count + 1) * unitRoundoff * terms.reduce(0) { $0 + $1.magnitude }
        #expect((Double(ck_dot(x, y, count)) - terms.reduce(0, +)).magnitude <= bound)
        let squares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect((ck_sum_of_squares(x, count) - squares).magnitude <= 1e-14 * squares)
        #expect(ck_absmax(x, count) == x.map(\.magnitude).max())
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func updatesRoundOnceOrTwiceAndStopAtTheEnd(name: String) throws {
    var noise = Noise(21)
    try KernelTables.with(name) {
      for count in lengths {
        let (x, start) = (noise.values(count), noise.values(count + 1))
        var (added, scaled) = (start, start)
        ck_add(&added, x, count)
        ck_scale(&scaled, 0.3, count)
        for index in 0..<count {
          #expect(added[index] == start[index] + x[index])
          #expect(scaled[index] == start[index] * 0.3)
        }
        for result in [added, scaled] { #expect(result[count] == start[count]) }
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func weightedSumsAreThoseOfTheRows(name: String) throws {
    var noise = Noise(24)
    try KernelTables.with(name) {
      for (count, rows) in [(1, 3), (7, 1), (64, 9), (100, 33), (129, 5)] {
        let stride = count + 2
        let (weights, values) = (noise.values(rows), noise.values(rows * stride))
        var sums = [Float](repeating: 7, count: count + 1)
        ck_weighted_sum(weights, values, stride, rows, count, &sums)
        for column in 0..<count {
          let terms = (0..<rows).map { Double(weights[$0]) * Double(values[$0 * stride + column]) }
          let bound = Double(rows + 1) * unitRoundoff * terms.reduce(0) { $0 + $1.magnitude }
          #expect((Double(sums[column]) - terms.reduce(0, +)).magnitude <= bound)
        }
        #expect(sums[count] == 7)
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func bf16RoundsToNearestEven(name: String) throws {
    var noise = Noise(22)
    try KernelTables.with(name) {
      for count in lengths {
        let ties: [Float] = [1 + 0x1p-8, 1 + 0x3p-8, -1 - 0x1p-8, .infinity, 0]
        let x = Array((ties + noise.values(count, within: 1000)).prefix(count))
        var bits = [UInt16](repeating: 0xAAAA, count: count + 1)
        ck_to_bf16(x, count, &bits)
        #expect(bits.dropLast() == ArraySlice(x.map { UInt16($0.roundedToBF16.bitPattern >> 16) }))
        #expect(bits[count] == 0xAAAA)
        var back = [Float](repeating: 0, count: count)
        ck_from_bf16(bits, count, &back)
        #expect(back == x.map(\.roundedToBF16))
      }
      var bits: [UInt16] = [0]
      ck_to_bf16([.nan], 1, &bits)
      #expect(Float(bitPattern: UInt32(bits[0]) << 16).isNaN)
    }
  }

  /// One step by hand: p 1, g 0.5, m 0.1, v 0.01, lr 0.1, betas 0.9 and 0.99, decay 0.2, biases 0.5
  /// and 0.25: p 0.98, m 0.14, v 0.0124, step 0.1 * 0.28 / (sqrt(0.0496) + 0.001).
  @Test(arguments: KernelTables.names)
  func adamwTakesTheStepOfItsPaper(name: String) throws {
    try KernelTables.with(name) {
      for count in [1, 15, 16, 17] {
        var p = [Float](repeating: 1, count: count)
        var m = [Float](repeating: 0.1, count: count)
        var v = [Float](repeating: 0.01, count: count)
        let g = [Float](repeating: 0.5, count: count)
        ck_adamw(&p, &m, &v, g, count, 0.1, 0.9, 0.99, 0.001, 0.2, 0.5, 0.25)
        let expected = Float(0.98 - 0.1 * 0.28 / (0.0496.squareRoot() + 0.001))
        #expect(p.allSatisfy { ($0 - expected).magnitude < 1e-6 })
        #expect(m.allSatisfy { ($0 - 0.14).magnitude < 1e-7 })
        #expect(v.allSatisfy { ($0 - 0.0124).magnitude < 1e-8 })
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func encodingFindsTheNearestValueOfTheTable(name: String) throws {
    var noise = Noise(23)
    try KernelTables.with(name) {
      for count in [2, 6, 16, 18, 64] {
        let table = noise.values(16)
        let order = (0..<16).sorted { table[$0] < table[$1] }.map(UInt8.init)
        let x = noise.values(count, within: 2)
        var codes = [UInt8](repeating: 0, count: count / 2)
        ck_encode_code4(x, count, 2, table, order, &codes)
        for index in 0..<count {
          let code = index % 2 == 0 ? codes[index / 2] >> 4 : codes[index / 2] & 15
          let distances = table.map { (Double($0) - Double(x[index]) / 2).magnitude }
          #expect(distances[Int(code)] <= (distances.min() ?? 0) + 2 * unitRoundoff)
        }
      }
    }
  }

  /// Values half way between two neighbours, and a block of zeros.
  @Test(arguments: KernelTables.names)
  func encodingBreaksTiesToTheLowerValue(name: String) throws {
    try KernelTables.with(name) {
      let descending = (0..<16).map { Float(15 - 2 * $0) / 16 }
      let order = (0..<16).reversed().map(UInt8.init)
      var codes: [UInt8] = [0]
      ck_encode_code4([14.0 / 16, 0], 2, 1, descending, order, &codes)
      #expect(codes == [0x18])
      ck_encode_code4([3, -3], 2, 0, descending, order, &codes)
      #expect(codes == [0x88])
    }
  }
}
