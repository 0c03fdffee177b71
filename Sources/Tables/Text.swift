/// Texts of a file, which are to be UTF-8.
enum Text {
  static func decoded(_ bytes: ArraySlice<UInt8>) throws(TableFault) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .damaged("a text in it is not UTF-8")
    }
    return text
  }

  /// A name of the file, of a bounded length, as messages show it.
  static func quoted(_ name: String) -> String {
    let start = name.unicodeScalars.prefix(40)
    let isWhole = start.endIndex == name.endIndex
    return "\"\(isWhole ? name : String(String.UnicodeScalarView(start)) + "…")\""
  }
}
