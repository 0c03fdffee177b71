/// What a file may make of itself: a few bytes can stand for any number of values and of characters.
struct TableBudget {
  /// The most values, nulls among them, that rows are made of.
  static let mostValues = 1 << 25
  /// The most bytes of text, and the most bytes that are unpacked.
  static let mostBytes = 1 << 30

  private let (values, bytes): (Int, Int)
  private var (valuesLeft, textLeft, packedLeft): (Int, Int, Int)

  /// - Parameter size: the file's bytes. A small file may not claim as much as a large one.
  init(fileOf size: Int) {
    values = min(Self.mostValues, 1 << 20 + 64 * min(size, Self.mostValues))
    bytes = min(Self.mostBytes, 64 << 20 + 1024 * min(size, Self.mostBytes))
    (valuesLeft, textLeft, packedLeft) = (values, bytes, bytes)
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

  mutating func take(packed count: Int) throws(TableFault) {
    packedLeft -= min(count, packedLeft + 1)
    guard packedLeft >= 0 else {
      throw TableFault(
        .tooLarge, "unpacked it has more than \(bytes) bytes, the most that is read")
    }
  }
}
