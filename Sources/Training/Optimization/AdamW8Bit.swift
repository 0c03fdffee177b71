import Glibc
import Models
import Tensors

/// AdamW whose moments are kept in 8 bits (arXiv 2110.02861), as bitsandbytes keeps them: codes of a
/// dynamic map with a largest magnitude for each block of 256, in 32 bits for matrices of fewer than
/// 4096 numbers. An update is computed in 32 bits; only what is remembered is rounded.
package struct AdamW8Bit: UpdateRule {
  private let adam: AdamW
  private static let block = 256
  private static let smallest = 4096

  package init(weightDecay: Double = 0) {
    adam = AdamW(weightDecay: weightDecay)
  }

  package func memory(of layout: AdapterLayout) -> [OptimizerMemory] {
    let counts = layout.entries.flatMap(\.matrices).map { $0.rows * $0.columns }
    let small = counts.filter { $0 < Self.smallest }.reduce(0, +)
    let large = counts.filter { $0 >= Self.smallest }
    let codes = large.reduce(0, +)
    let blocks = large.reduce(0) { $0 + Self.blocks(of: $1) }
    return [
      OptimizerMemory("first_moment", count: small),
      OptimizerMemory("second_moment", count: small, isNonNegative: true),
      OptimizerMemory("first_moment_codes", .u8, count: codes),
      OptimizerMemory("second_moment_codes", .u8, count: codes),
      OptimizerMemory("first_moment_absmax", count: blocks, isNonNegative: true),
      OptimizerMemory("second_moment_absmax", count: blocks, isNonNegative: true),
    ]
  }

  private static func blocks(of count: Int) -> Int { (count + block - 1) / block }

  package func update(
    _ parameters: AdapterVector, gradient: AdapterVector, memory: [OptimizerMemory],
    _ step: UpdateStep
  ) {
    var (first, second) = unsafe (memory[0].floats, memory[1].floats)
    var places = unsafe (
      CodedPlace(codes: memory[2].codes, absmax: memory[4].floats),
      CodedPlace(codes: memory[3].codes, absmax: memory[5].floats)
    )
    for part in step.matrices(of: parameters.layout) {
      let (values, gradients) = unsafe (
        parameters.values + part.offset, gradient.values + part.offset
      )
      let count = part.range.count
      if count < Self.smallest {
        unsafe adam.update(
          values, first, second, gradients, count: count, rate: part.rate, decays: part.decays,
          number: step.number)
        unsafe (first, second) = unsafe (first + count, second + count)
      } else {
        for start in stride(from: 0, to: count, by: Self.block) {
          let width = min(Self.block, count - start)
          unsafe updateBlock(
            values + start, gradients + start, &places, count: width, rate: part.rate,
            decays: part.decays, number: step.number)
        }
      }
    }
  }

  /// Where the codes and the largest magnitude of the next block are.
  @unsafe private struct CodedPlace {
    var codes: UnsafeMutablePointer<UInt8>
    var absmax: UnsafeMutablePointer<Float>

    mutating func advance(by count: Int) {
      unsafe codes += count
      unsafe absmax += 1
    }
  }

  private func updateBlock(
    _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    _ places: inout (CodedPlace, CodedPlace), count: Int, rate: Double, decays: Bool, number: Int
  ) {
    var first = unsafe DynamicMap.signed.decode(places.0.codes, count, places.0.absmax.pointee)
    var second = unsafe DynamicMap.unsigned.decode(places.1.codes, count, places.1.absmax.pointee)
    unsafe first.withUnsafeMutableBufferPointer { first in
      unsafe second.withUnsafeMutableBufferPointer { second in
        guard let first = first.baseAddress, let second = second.baseAddress else { return }
        unsafe adam.update(
          values, first, second, gradients, count: count, rate: rate, decays: decays,
          number: number)
      }
    }
    unsafe places.0.absmax.pointee = unsafe DynamicMap.signed.encode(first, to: places.0.codes)
    unsafe places.1.absmax.pointee = unsafe DynamicMap.unsigned.encode(second, to: places.1.codes)
    unsafe places.0.advance(by: count)
    unsafe places.1.advance(by: count)
  }
}

/// 256 values between −1 or 0 and 1, dense near zero: the dynamic data type of bitsandbytes
/// (`create_dynamic_map`), with a decimal exponent and a fraction that has the more bits the larger
/// the exponent.
struct DynamicMap {
  /// Ascending.
  let values: [Float]

  static let signed = DynamicMap(isSigned: true)
  static let unsigned = DynamicMap(isSigned: false)

  private init(isSigned: Bool) {
    var values: [Float] = [0, 1]
    for exponent in 0..<7 {
      let means = Self.means(of: 1 << (isSigned ? exponent : exponent + 1))
      let scale = pow(10, Double(exponent - 6))
      for mean in means {
        values.append(Float(scale * Double(mean)))
        if isSigned { values.append(Float(-scale * Double(mean))) }
      }
    }
    self.values = values.sorted()
  }

  /// The middles of `count` equal stretches from 0.1 to 1, in PyTorch's arithmetic.
  private static func means(of count: Int) -> [Float] {
    let step = (Float(1) - 0.1) / Float(count)
    let bounds = (0...count).map { index in
      index < (count + 1) / 2 ? 0.1 + step * Float(index) : 1 - step * Float(count - index)
    }
    return zip(bounds, bounds.dropFirst()).map { ($0 + $1) / 2 }
  }

  func decode(_ codes: UnsafePointer<UInt8>, _ count: Int, _ absmax: Float) -> [Float] {
    (0..<count).map { unsafe values[Int(codes[$0])] * absmax }
  }

  /// Writes the code nearest to each number; gives the block's largest magnitude.
  func encode(_ block: [Float], to codes: UnsafeMutablePointer<UInt8>) -> Float {
    let absmax = block.reduce(0) { max($0, abs($1)) }
    let divisor = absmax == 0 ? 1 : absmax
    for (index, number) in block.enumerated() {
      unsafe codes[index] = nearest(to: number / divisor)
    }
    return absmax
  }

  private func nearest(to number: Float) -> UInt8 {
    var (low, high) = (0, values.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < number { low = middle + 1 } else { high = middle }
    }
    let isBelow = low > 0 && number - values[low - 1] <= values[low] - number
    return UInt8(isBelow ? low - 1 : low)
  }
}
