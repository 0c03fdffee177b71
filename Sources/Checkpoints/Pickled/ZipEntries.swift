import Files

/// Where the files of a zip archive stand that are kept as they are, as PyTorch keeps them (PKWARE's APPNOTE.TXT 6.3,
/// with its numbers of 64 bits). None of the numbers is trusted.
@safe struct ZipEntries {
  private(set) var ranges: [String: Range<Int>] = [:]
  private(set) var names: [String] = []

  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private let file: String

  private static let endSize = 22
  private static let longestComment = 0xFFFF

  init(_ file: MappedFile) throws(FileError) {
    unsafe bytes = file.bytes
    end = unsafe file.bytes.count
    self.file = file.path
    var (place, count) = try directory()
    while count > 0 {
      count -= 1
      place = try add(entryAt: place)
    }
  }

  /// A little-endian number of `size` bytes.
  private func number(_ size: Int, at place: Int) throws(FileError) -> Int {
    guard place >= 0, place <= end - size else { throw malformed(place) }
    var value: UInt64 = 0
    for index in 0..<size { value |= unsafe UInt64(bytes[place + index]) << (8 * UInt64(index)) }
    guard let number = Int(exactly: value) else { throw malformed(place) }
    return number
  }

  /// Where the entries begin, and how many there are.
  private func directory() throws(FileError) -> (place: Int, count: Int) {
    let last = end - Self.endSize
    guard last >= 0 else { throw malformed(0) }
    for place in stride(from: last, through: max(0, last - Self.longestComment), by: -1)
    where try number(4, at: place) == 0x0605_4B50 {
      let (count, first) = (try number(2, at: place + 10), try number(4, at: place + 16))
      guard count == 0xFFFF || first == 0xFFFF_FFFF else { return (first, count) }
      // numbers of 64 bits stand in an end of their own, to which a locator points
      guard try number(4, at: place - 20) == 0x0706_4B50 else { throw malformed(place) }
      let long = try number(8, at: place - 12)
      guard try number(4, at: long) == 0x0606_4B50 else { throw malformed(long) }
      return (try number(8, at: long + 48), try number(8, at: long + 32))
    }
    throw malformed(last)
  }

  /// - Returns: where the next one begins.
  private mutating func add(entryAt place: Int) throws(FileError) -> Int {
    guard try number(4, at: place) == 0x0201_4B50 else { throw malformed(place) }
    let (method, nameSize) = (try number(2, at: place + 10), try number(2, at: place + 28))
    let (extra, comment) = (try number(2, at: place + 30), try number(2, at: place + 32))
    var size = try number(4, at: place + 24)
    var offset = try number(4, at: place + 42)
    let start = place + 46
    guard start <= end - nameSize - extra else { throw malformed(place) }
    let name = unsafe String(decoding: bytes[start..<start + nameSize], as: UTF8.self)
    try readLongNumbers(in: start + nameSize..<start + nameSize + extra, &size, &offset)
    guard method == 0 else {
      throw FileError(
        .unsupported, file: file, offset: place,
        cause: "\(name) is compressed in the archive, which PyTorch does not do",
        fix: PickledFile.fix)
    }
    guard try number(4, at: offset) == 0x0403_4B50 else { throw malformed(offset) }
    let contents =
      offset + 30 + (try number(2, at: offset + 26)) + (try number(2, at: offset + 28))
    guard size >= 0, contents <= end, size <= end - contents else {
      throw FileError(
        .truncated, file: file, offset: contents,
        cause: "\(name) should have \(size) bytes, and the file ends before",
        fix: "download or copy the file again")
    }
    if ranges.updateValue(contents..<contents + size, forKey: name) == nil { names.append(name) }
    return start + nameSize + extra + comment
  }

  /// A size or a place that four bytes do not hold stands in a field of its own, in this order.
  private func readLongNumbers(
    in range: Range<Int>, _ size: inout Int, _ offset: inout Int
  ) throws(FileError) {
    var place = range.lowerBound
    while place + 4 <= range.upperBound {
      let (kind, count) = (try number(2, at: place), try number(2, at: place + 2))
      if kind == 1 {
        var next = place + 4
        if size == 0xFFFF_FFFF {
          size = try number(8, at: next)
          next += 16
        }
        if offset == 0xFFFF_FFFF { offset = try number(8, at: next) }
        return
      }
      place += 4 + count
    }
  }

  private func malformed(_ place: Int) -> FileError {
    FileError(
      .malformed, file: file, offset: max(0, place),
      cause: "the zip archive is damaged or not whole", fix: "download or copy the file again")
  }
}
