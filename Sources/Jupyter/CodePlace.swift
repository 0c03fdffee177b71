import Files

/// A place in the code of a request, which front ends count in code points.
struct CodePlace {
  let code: String
  /// The place in bytes of the code's UTF-8.
  let byte: Int

  /// - Parameter content: of a request with `code` and `cursor_pos`; the end of the code where none is given.
  init(_ content: JSONObject) {
    code = content["code"]?.string ?? ""
    let scalars = code.unicodeScalars
    let count = max(0, content["cursor_pos"]?.int ?? scalars.count)
    let end = scalars.index(scalars.startIndex, offsetBy: count, limitedBy: scalars.endIndex)
    byte = code.utf8.distance(from: code.startIndex, to: end ?? code.endIndex)
  }

  /// The code points before a byte.
  func position(ofByte byte: Int) -> Int {
    String(decoding: code.utf8.prefix(byte), as: UTF8.self).unicodeScalars.count
  }

  /// What help may be wanted on, the likeliest first: the word at the place, then the one its line begins with.
  var subjects: [String] {
    let bytes = Array(code.utf8)
    func isPart(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || byte >= 0x80
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    func word(around place: Int) -> String {
      var (start, end) = (place, place)
      while start > 0, isPart(bytes[start - 1]) { start -= 1 }
      while end < bytes.count, isPart(bytes[end]) { end += 1 }
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }
    let newline = UInt8(ascii: "\n")
    let line = bytes[..<byte].lastIndex(of: newline).map { $0 + 1 } ?? 0
    let first = bytes[line...].firstIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    return [word(around: byte), word(around: first ?? line)].filter { !$0.isEmpty }
  }
}
