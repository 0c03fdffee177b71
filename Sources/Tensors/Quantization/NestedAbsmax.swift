import CKernels

/// Double quantization (QLoRA, arXiv 2305.14314, section 3): the absmax values less their mean, in
/// blocks of 256 with one float factor, as 8-bit codes of bitsandbytes' dynamic map. It takes the
/// cost of factors from 0.5 to 0.127 bits a weight at block 64.
package final class NestedAbsmax: @unchecked Sendable {
  package static let block = 256

  package let codes: RawBuffer
  /// Largest magnitude of each block of 256.
  package let scales: RawBuffer
  package let offset: Float
  private let table: RawBuffer

  package init(_ absmax: UnsafeBufferPointer<Float>) {
    let count = absmax.count
    let blocks = (count + Self.block - 1) / Self.block
    codes = RawBuffer(byteCount: count)
    scales = RawBuffer(byteCount: blocks * 4)
    table = RawBuffer(byteCount: 256 * 4)
    unsafe table.bound(to: Float.self).update(from: Self.dynamicMap, count: 256)
    let sum = unsafe absmax.reduce(into: 0.0) { $0 += Double($1) }
    offset = count == 0 ? 0 : Float(sum / Double(count))
    for index in 0..<blocks {
      let range = index * Self.block..<min(count, (index + 1) * Self.block)
      let largest = range.reduce(Float(0)) { unsafe max($0, abs(absmax[$1] - offset)) }
      unsafe scales.bound(to: Float.self)[index] = largest
      for element in range {
        let value = unsafe largest > 0 ? (absmax[element] - offset) / largest : 0
        unsafe codes.bound(to: UInt8.self)[element] = Self.nearestCode(to: value)
      }
    }
  }

  package var byteCount: Int { codes.byteCount + scales.byteCount }

  func describe(in operand: inout ck_matrix) {
    unsafe operand.nested_codes = UnsafePointer(codes.bound(to: UInt8.self))
    unsafe operand.nested_table = UnsafePointer(table.bound(to: Float.self))
    unsafe operand.nested_scales = UnsafePointer(scales.bound(to: Float.self))
    unsafe operand.nested_offset = offset
  }

  /// The 256 signed values of bitsandbytes' `create_dynamic_map`: for each of seven decades, the
  /// middles of 2^i equal parts of [0.1, 1], both signs, with 0 and 1 added; ascending. The roundings
  /// are those of torch's linspace, which fuses each product with its sum.
  package static let dynamicMap: [Float] = {
    var values: [Float] = [0, 1]
    for (decade, scale) in [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1 as Float].enumerated() {
      let parts = 1 << decade
      let step = Float(0.9) / Float(parts)
      func boundary(_ index: Int) -> Float {
        index < (parts + 1) / 2
          ? Float(0.1).addingProduct(step, Float(index))
          : Float(1).addingProduct(-step, Float(parts - index))
      }
      for part in 0..<parts {
        let middle = scale * ((boundary(part) + boundary(part + 1)) / 2)
        values += [middle, -middle]
      }
    }
    return values.sorted()
  }()

  /// Index of the map's value nearest to `value`; the lower of two equally near.
  private static func nearestCode(to value: Float) -> UInt8 {
    var low = 0
    var high = 255
    while high - low > 1 {
      let middle = (low + high) / 2
      if dynamicMap[middle] <= value { low = middle } else { high = middle }
    }
    let takesHigh = dynamicMap[high] - value < value - dynamicMap[low]
    return UInt8(takesHigh ? high : low)
  }
}
