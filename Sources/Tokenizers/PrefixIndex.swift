import Glibc

/// Finds which of many byte strings a text begins with: they stand sorted, and each byte of the text
/// narrows the range of those that it may be, so that no text costs more than what agrees with one.
struct PrefixIndex: Sendable {
  private var keys = PackedBytes()
  private var values: [Int32] = []
  /// Where the strings of each first byte begin, and the end of all.
  private var starts: [Int] = []
  /// For each byte 1 where a string begins with it.
  private var begins = [UInt8](repeating: 0, count: 256)
  /// The byte that all strings begin with, where that is one.
  private var onlyBeginning: UInt8?

  /// - Parameter entries: byte strings, none of them empty, and what each stands for; of equal ones the
  ///   first counts.
  init(_ entries: [(bytes: ArraySlice<UInt8>, value: Int32)]) {
    let order = entries.indices.sorted { left, right in
      if entries[left].bytes.lexicographicallyPrecedes(entries[right].bytes) { return true }
      if entries[right].bytes.lexicographicallyPrecedes(entries[left].bytes) { return false }
      return left < right
    }
    var counts = [Int](repeating: 0, count: 256)
    for place in order {
      let entry = entries[place]
      guard let first = entry.bytes.first else { continue }
      if keys.count > 0, keys[keys.count - 1].elementsEqual(entry.bytes) { continue }
      keys.append(entry.bytes)
      values.append(entry.value)
      counts[Int(first)] += 1
      begins[Int(first)] = 1
    }
    var next = 0
    starts = counts.map { count in
      defer { next += count }
      return next
    }
    starts.append(next)
    let bytes = begins.indices.filter { begins[$0] == 1 }
    onlyBeginning = bytes.count == 1 ? UInt8(bytes[0]) : nil
  }

  /// The first place from `position` on whose byte begins a string; the text's end if there is none.
  func nextBeginning(in text: UnsafeBufferPointer<UInt8>, from position: Int) -> Int {
    if let onlyBeginning {
      guard position < text.count, let base = text.baseAddress,
        let found = unsafe memchr(base + position, Int32(onlyBeginning), text.count - position)
      else { return text.count }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
    return unsafe begins.withUnsafeBufferPointer { begins in
      var place = position
      while unsafe place < text.count && begins[Int(text[place])] == 0 { place += 1 }
      return place
    }
  }

  /// Calls `body` with the length and the value of each string that `text` has at `position`, shortest
  /// first.
  func forEachPrefix(
    of text: UnsafeBufferPointer<UInt8>, at position: Int, _ body: (Int, Int32) -> Void
  ) {
    guard position < text.count else { return }
    var low = unsafe starts[Int(text[position])]
    var high = unsafe starts[Int(text[position]) + 1]
    var length = 1
    while low < high {
      if keys.range(low).count == length {
        body(length, values[low])
        low += 1
      }
      guard position + length < text.count else { return }
      let byte = unsafe text[position + length]
      low = firstPlace(in: low..<high, length) { $0 >= byte }
      high = firstPlace(in: low..<high, length) { $0 > byte }
      length += 1
    }
  }

  /// The longest of the strings that `text` has at `position` and `isWanted` takes.
  func longestPrefix(
    of text: UnsafeBufferPointer<UInt8>, at position: Int, where isWanted: (Int32) -> Bool
  ) -> (length: Int, value: Int32)? {
    var longest: (length: Int, value: Int32)?
    unsafe forEachPrefix(of: text, at: position) { length, value in
      if isWanted(value) { longest = (length, value) }
    }
    return longest
  }

  /// The first place of the range, whose strings are longer than `offset`, whose byte there is as
  /// wanted; the range's end if none is.
  private func firstPlace(
    in range: Range<Int>, _ offset: Int, _ isWanted: (UInt8) -> Bool
  ) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if isWanted(keys.storage[keys.range(middle).lowerBound + offset]) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }
}
