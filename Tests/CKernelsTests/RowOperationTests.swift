import CKernels
import Glibc
import Testing

private let lengths = [1, 2, 5, 8, 15, 16, 17, 31, 64, 77, 200]

@Suite struct RowOperationTests {
  @Test(arguments: KernelTables.names)
  func normalisationAndItsGradientAgreeWithDouble(name: String) throws {
    var noise = Noise(30)
    try KernelTables.with(name) {
      for columns in lengths {
        let rows = 3
        let (x, dy) = (noise.values(rows * columns), noise.values(rows * columns))
        let weight = noise.values(columns)
        var y = x
        ck_rms_norm(x, weight, rows, columns, 1e-5, &y)
        var dx = [Float](repeating: 0.5, count: rows * columns)
        ck_rms_norm_backward(x, weight, dy, rows, columns, 1e-5, &dx)
        for row in 0..<rows {
          let range = row * columns..<(row + 1) * columns
          let squares = range.reduce(0.0) { $0 + Double(x[$1]) * Double(x[$1]) }
          let factor = 1 / (squares / Double(columns) + 1e-5).squareRoot()
          let along = range.reduce(0.0) { sum, index in
            sum + Double(weight[index - range.lowerBound] * dy[index]) * Double(x[index])
          }
          for index in range {
            let w = Double(weight[index - range.lowerBound])
            expectClose(y[index], Double(x[index]) * w * factor, 1e-5 * factor)
            let back = Double(x[index]) * factor * factor * factor / Double(columns) * along
            expectClose(
              dx[index], 0.5 + w * Double(dy[index]) * factor - back, 1e-5 * (1 + factor * 10))
          }
        }
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func gatedActivationAndItsGradientAgreeWithDouble(name: String) throws {
    var noise = Noise(31)
    try KernelTables.with(name) {
      for count in lengths {
        let gate = noise.values(count, within: 12)
        let (up, dy) = (noise.values(count), noise.values(count))
        var (y, dgate, dup) = (gate, gate, gate)
        ck_swiglu(gate, up, count, &y)
        ck_swiglu_backward(gate, up, dy, count, &dgate, &dup)
        for index in 0..<count {
          let (g, u, d) = (Double(gate[index]), Double(up[index]), Double(dy[index]))
          let s = 1 / (1 + exp(-g))
          expectClose(y[index], g * s * u, 1e-6 * (1 + g.magnitude))
          expectClose(dgate[index], d * u * s * (1 + g * (1 - s)), 1e-6 * (1 + g.magnitude))
          expectClose(dup[index], d * g * s, 1e-6 * (1 + g.magnitude))
        }
        ck_geglu(gate, up, count, &y)
        ck_geglu_backward(gate, up, dy, count, &dgate, &dup)
        for index in 0..<count {
          let (g, u, d) = (Double(gate[index]), Double(up[index]), Double(dy[index]))
          let share = erfc(-g / 2.0.squareRoot()) / 2
          let density = exp(-g * g / 2) / (2 * Double.pi).squareRoot()
          expectClose(y[index], g * share * u, 1e-6 * (1 + g.magnitude))
          expectClose(dgate[index], d * u * (share + g * density), 1e-6 * (1 + g.magnitude))
          expectClose(dup[index], d * g * share, 1e-6 * (1 + g.magnitude))
        }
        ck_reglu(gate, up, count, &y)
        ck_reglu_backward(gate, up, dy, count, &dgate, &dup)
        for index in 0..<count {
          let isOn = gate[index] > 0
          #expect(y[index] == max(0, gate[index]) * up[index])
          #expect(dgate[index] == (isOn ? dy[index] * up[index] : 0))
          #expect(dup[index] == (isOn ? dy[index] * gate[index] : 0))
        }
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func plainActivationsAndTheirGradientsAgreeWithDouble(name: String) throws {
    var noise = Noise(35)
    try KernelTables.with(name) {
      for count in lengths {
        let (x, dy) = (noise.values(count, within: 12), noise.values(count))
        var (y, dx) = (x, x)
        ck_gelu(x, count, &y)
        ck_gelu_backward(x, dy, count, &dx)
        for index in 0..<count {
          let (v, d) = (Double(x[index]), Double(dy[index]))
          let share = erfc(-v / 2.0.squareRoot()) / 2
          let density = exp(-v * v / 2) / (2 * Double.pi).squareRoot()
          expectClose(y[index], v * share, 5e-7 * (1 + (v * share).magnitude))
          expectClose(dx[index], d * (share + v * density), 5e-7)
        }
        ck_relu(x, count, &y)
        ck_relu_backward(x, dy, count, &dx)
        for index in 0..<count {
          #expect(y[index] == max(0, x[index]))
          #expect(dx[index] == (x[index] > 0 ? dy[index] : 0))
        }
        ck_relu2(x, count, &y)
        ck_relu2_backward(x, dy, count, &dx)
        for index in 0..<count {
          let positive = max(0, x[index])
          #expect(y[index] == positive * positive)
          #expect(dx[index] == 2 * positive * dy[index])
        }
      }
      let far: [Float] = [-.infinity, -40, 40, .infinity, .nan, -0.0]
      var edges = far
      ck_relu(far, far.count, &edges)
      #expect(edges[0...3] == [0, 0, 40, .infinity] && edges[4].isNaN && edges[5] == 0)
      ck_relu2(far, far.count, &edges)
      #expect(edges[0...3] == [0, 0, 1600, .infinity] && edges[4].isNaN && edges[5] == 0)
      ck_reglu(far, [1, 1, 1, 1, 1, 1], far.count, &edges)
      #expect(edges[0...3] == [0, 0, 40, .infinity] && edges[4].isNaN && edges[5] == 0)
    }
  }

  @Test(arguments: KernelTables.names)
  func gatesFarFromZeroSaturate(name: String) throws {
    try KernelTables.with(name) {
      var y = [Float](repeating: .nan, count: 4)
      ck_swiglu([-200, 200, -90, 0], [1, 1, 1, 1], 4, &y)
      #expect(y[0] == 0 && y[1] == 200 && y[3] == 0)
      #expect(y[2].magnitude < 1e-36)
    }
  }

  @Test(arguments: KernelTables.names)
  func softmaxAndItsGradientAgreeWithDouble(name: String) throws {
    var noise = Noise(32)
    try KernelTables.with(name) {
      for count in lengths {
        let (x, dp) = (noise.values(count, within: 50), noise.values(count))
        var (p, ds) = (x, x)
        let logSum = ck_softmax(&p, count, 0.125)
        let exact = x.map { exp(Double($0) * 0.125) }
        let sum = exact.reduce(0, +)
        expectClose(logSum, log(sum), 2e-6 * max(1, log(sum).magnitude))
        for index in 0..<count { expectClose(p[index], exact[index] / sum, 3e-6) }
        ck_softmax_backward(p, dp, count, 0.125, &ds)
        let along = (0..<count).reduce(0.0) { $0 + exact[$1] / sum * Double(dp[$1]) }
        for index in 0..<count {
          expectClose(
            ds[index], 0.125 * exact[index] / sum * (Double(dp[index]) - along), 2e-6)
        }
      }
    }
  }

  @Test(arguments: KernelTables.names)
  func softmaxGivesMaskedPositionsExactlyNothing(name: String) throws {
    try KernelTables.with(name) {
      var p: [Float] = [-.infinity, 0, -.infinity, 0, -1000]
      #expect((ck_softmax(&p, 5, 1) - 0.6931472).magnitude < 1e-6)
      #expect(p == [0, 0.5, 0, 0.5, 0])
      var none: [Float] = [-.infinity, -.infinity]
      #expect(ck_softmax(&none, 2, 1) == -.infinity)
      #expect(none == [0, 0])
    }
  }

  @Test(arguments: KernelTables.names)
  func exponentialsStayWithinTwoRoundings(name: String) throws {
    try KernelTables.with(name) {
      let x = (0...4000).map { Float($0) * 0.0431 - 86 }
      var y = x
      ck_cross_entropy_gradient(&y, x.count, 0, 1)
      for index in x.indices {
        let exact = exp(Double(x[index]))
        expectClose(y[index], exact, 4 * unitRoundoff * exact)
      }
      var edges: [Float] = [-.infinity, -1e30, -104, 0, 89, .infinity, .nan, -100]
      ck_cross_entropy_gradient(&edges, edges.count, 0, 1)
      #expect(edges[0...3] == [0, 0, 0, 1])
      #expect(edges[4] == .infinity && edges[5] == .infinity && edges[6].isNaN)
      expectClose(edges[7], exp(-100), 0x1p-149)
    }
  }

  @Test(arguments: KernelTables.names)
  func runningLogSumExpDoesNotDependOnTheChunksBeyondRounding(name: String) throws {
    var noise = Noise(33)
    try KernelTables.with(name) {
      let x = noise.values(300, within: 30)
      let exact = log(x.reduce(0.0) { $0 + exp(Double($1)) })
      for chunk in [1, 7, 64, 300] {
        var (maximum, sum) = (-Float.infinity, Float(0))
        for start in stride(from: 0, to: x.count, by: chunk) {
          let part = Array(x[start..<min(x.count, start + chunk)])
          ck_log_sum_exp_chunk(part, part.count, &maximum, &sum)
        }
        expectClose(maximum + log(sum), exact, 1e-5)
      }
      var (maximum, sum) = (-Float.infinity, Float(0))
      ck_log_sum_exp_chunk([-.infinity, -.infinity], 2, &maximum, &sum)
      #expect(maximum == -.infinity && sum == 0)
    }
  }

  @Test(arguments: KernelTables.names, [true, false])
  func rotationTurnsPairsAndItsInverseTurnsBack(name: String, adjacent: Bool) throws {
    var noise = Noise(34)
    try KernelTables.with(name) {
      for size in [2, 6, 32, 64] {
        let start = noise.values(3 * size)
        let angles = noise.values(size / 2, within: 3)
        let (cosines, sines) = (angles.map { cos($0) }, angles.map { sin($0) })
        var x = start
        ck_rotate(&x, 3, size, cosines, sines, adjacent, false)
        for head in 0..<3 {
          for pair in 0..<size / 2 {
            let first = head * size + (adjacent ? 2 * pair : pair)
            let second = first + (adjacent ? 1 : size / 2)
            let (a, b) = (Double(start[first]), Double(start[second]))
            let (c, s) = (Double(cosines[pair]), Double(sines[pair]))
            expectClose(x[first], a * c - b * s, 4 * unitRoundoff)
            expectClose(x[second], b * c + a * s, 4 * unitRoundoff)
          }
        }
        ck_rotate(&x, 3, size, cosines, sines, adjacent, true)
        for index in start.indices { expectClose(x[index], Double(start[index]), 1e-6) }
      }
    }
  }

  private func expectClose(
    _ result: Float, _ expected: Double, _ bound: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      (Double(result) - expected).magnitude <= bound, "\(result), not \(expected)",
      sourceLocation: sourceLocation)
  }
}
