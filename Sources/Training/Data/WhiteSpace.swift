extension String {
  /// Whether there is nothing but white space.
  var isBlank: Bool {
    if let first = utf8.first, first.isVisibleASCII { return false }
    return unicodeScalars.allSatisfy(\.properties.isWhitespace)
  }

  /// The text without the white space around it.
  var trimmed: String {
    if let first = utf8.first, let last = utf8.last, first.isVisibleASCII, last.isVisibleASCII {
      return self
    }
    var rest = Substring(self).unicodeScalars
    while let first = rest.first, first.properties.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.properties.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}

extension UInt8 {
  /// Whether this is an ASCII character that shows: neither white space nor a control character.
  var isVisibleASCII: Bool { (0x21...0x7E).contains(self) }
}
