import Files

/// Rows of JSON Lines, a line at a time.
extension RowReader {
  /// The row of a line; nil for a blank one.
  ///
  /// - Parameters:
  ///   - count: how many bytes the line has, if more than those here.
  ///   - number: the line's, from 1.
  static func row(
    _ line: UnsafeBufferPointer<UInt8>, count: Int, number: Int, of name: String
  ) throws(DataError) -> DatasetRow? {
    var text = unsafe line
    if number == 1, unsafe text.starts(with: DataFile.byteOrderMark) {
      unsafe text = UnsafeBufferPointer(rebasing: text[3...])
    }
    if unsafe text.first.map(isSpace) ?? true, unsafe text.allSatisfy(isSpace) { return nil }
    try checkSize(count, line: number, of: name)
    let value: JSONValue
    do throws(JSONError) {
      value = try unsafe JSONValue(parsing: UnsafeRawBufferPointer(text), keepsDigits: true)
    } catch {
      let bytes = unsafe Array(text)
      if let error = DataFile.badByte(inLine: number, bytes, of: name) { throw error }
      throw explained(error, in: bytes[...], of: name) { offset in
        (number, String(decoding: bytes[..<offset], as: UTF8.self).count + 1)
      }
    }
    return DatasetRow(object: try object(value, line: number, of: name), line: number)
  }
}
