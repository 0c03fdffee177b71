/// What a file may make of itself: a few bytes can stand for any number of values and of characters. Rows are read
/// one at a time, so that only a page's size decides how much memory they take.
struct TableBudget {
  /// The most values, nulls among them, that rows are made of.
  private static let mostValues = 1 << 25
  /// The most bytes of text and of names, and the most bytes that are unpacked.
  private static let mostBytes = 1 << 30

  private let (values, bytes): (Int, Int)
  private var (valuesLeft, textLeft, unpackedLeft): (Int, Int, Int)

  /// - Parameter size: the file's bytes. A small file may not claim as much as a large one.
  init(fileOf size: Int) {
    values = min(Self.mostValues, 1 << 18 + 64 * min(size, Self.mostValues))
    bytes = min(Self.mostBytes, 16 << 20 + 256 * min(size, Self.mostBytes))
    (valuesLeft, textLeft, unpackedLeft) = (values, bytes, bytes)
  }

  mutating func take(values count: Int) throws(TableFault) {
    valuesLeft -= min(count, valuesLeft + 1)
    guard valuesLeft >= 0 else {
      throw TableFault(.tooLarge, "its rows have more than \(values) values, the most that is read")
    }
  }

  mutating func take(text count: Int) throws(TableFault) {
    textLeft -= min(count, textLeft + 1)
    guard textLeft >= 0 else {
      throw TableFault(
        .tooLarge, "its rows have more than \(bytes) bytes of text, the most that is read")
    }
  }

  mutating func take(unpacked count: Int) throws(TableFault) {
    unpackedLeft -= min(count, unpackedLeft + 1)
    guard unpackedLeft >= 0 else {
      throw TableFault(
        .tooLarge, "unpacked it has more than \(bytes) bytes, the most that is read")
    }
  }

  /// Bounds what is in memory at once: what a page of Parquet or a buffer of Arrow is unpacked to.
  ///
  /// - Parameter stored: the bytes that it has in the file.
  static func check(unpacked count: Int, of stored: Int) throws(TableFault) {
    let most = 8 << 20 + 256 * min(stored, mostBytes)
    guard count <= most else {
      throw TableFault(
        .tooLarge,
        "\(stored) bytes of it become more than \(most) when they are unpacked, the most that is read"
      )
    }
  }
}
