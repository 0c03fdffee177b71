@_spi(_Unicode) import Swift

extension String {
  /// The text in Unicode's normal form C. The standard library keeps this for its own comparisons;
  /// Foundation's is 40 MB of tables.
  var inNormalFormC: String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: _nfc)
    return String(result)
  }
}
