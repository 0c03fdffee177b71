import Testing

import Tensors

@Suite struct RandomGeneratorTests {
  /// The first row is also Random123's known answer; all rows are NumPy 2.4's `Philox`.
  @Test(
    arguments: [
      (0, 0, 0, [0x1655_4D9E_CA36_314C, 0xDB20_FE9D_672D_0FDC, 0xD7E7_72CE_E186_176B]),
      (42, 7, 0, [0x2FD1_BC0D_2C86_97BB, 0x8EE1_7F67_A549_BBA6, 0x1BDC_E1F8_47E7_DF47]),
      (42, 7, 3, [0x6686_DE13_F4E7_6E49, 0xC7CC_266A_1822_D8B4, 0x8E29_0484_BAA9_4D48]),
    ] as [(UInt64, UInt64, UInt64, [UInt64])])
  func drawsTheNumbersOfPhilox(low: UInt64, high: UInt64, index: UInt64, expected: [UInt64]) {
    var generator = RandomGenerator(key: (low, high), index: index)
    #expect(expected == expected.indices.map { _ in generator.next() })
  }

  @Test func drawsTheNextBlockAfterFourNumbers() {
    var generator = RandomGenerator(key: (0, 0))
    for _ in 0..<4 { _ = generator.next() }
    #expect(generator.next() == 0x02F4_BA64_08E4_D89B)
    #expect(generator.next() == 0x3DD6_2B0B_9CA8_C5B2)
  }

  @Test func jumpsToAnyPosition() {
    var walker = RandomGenerator(seed: 7, stream: "dropout")
    let walked = (0..<11).map { _ in walker.next() }
    for place in walked.indices.reversed() {
      walker.position = UInt64(place)
      #expect(walker.next() == walked[place])
    }
  }

  @Test func givesEachStreamSeedAndIndexItsOwnNumbers() {
    let generators = [
      RandomGenerator(seed: 1, stream: "shuffle"), RandomGenerator(seed: 1, stream: "split"),
      RandomGenerator(seed: 2, stream: "shuffle"),
      RandomGenerator(seed: 1, stream: "shuffle", index: 1),
    ]
    let first = generators.map { generator in
      var generator = generator
      return generator.next()
    }
    #expect(Set(first).count == generators.count)
  }

  @Test func drawsUniformNumbersEvenlyBelowOne() {
    var generator = RandomGenerator(seed: 3, stream: "test")
    var bins = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 { bins[Int(generator.uniform() * 10)] += 1 }
    // Chi-squared with 9 degrees of freedom: 27.9 is exceeded once in a thousand.
    let chi = bins.reduce(0.0) { $0 + (Double($1) - 10_000) * (Double($1) - 10_000) / 10_000 }
    #expect(chi < 27.9)
  }

  @Test func drawsNormalNumbersOfTheDeviation() {
    var generator = RandomGenerator(seed: 3, stream: "test")
    let numbers = (0..<100_000).map { _ in Double(generator.normal(deviation: 2)) }
    let mean = numbers.reduce(0, +) / 100_000
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    let fourth = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) * ($1 - mean) }
    #expect(abs(mean) < 0.025)
    #expect(abs(variance - 4) < 0.08)
    #expect(abs(fourth / 100_000 / (variance * variance) - 3) < 0.1)
  }

  @Test func permutesEveryElementOnce() {
    var generator = RandomGenerator(seed: 9, stream: "shuffle")
    let order = generator.permutation(1000)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order != Array(0..<1000))
    #expect(generator.permutation(0).isEmpty)
  }

  @Test func drawsIntegersBelowAnyPositiveBound() {
    var generator = RandomGenerator(seed: 9, stream: "test")
    #expect(Set((0..<200).map { _ in generator.integer(below: 3) }) == [0, 1, 2])
    #expect(generator.integer(below: 1) == 0)
    let huge = generator.integer(below: .max)
    #expect(huge >= 0 && huge < .max)
  }
}
