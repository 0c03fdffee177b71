@_spi(_Unicode) import Swift

/// Unicode's canonical normal forms. The standard library keeps these for its own comparisons;
/// Foundation's are 40 MB of tables.
extension String {
  var inNormalFormC: String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: _nfc)
    return String(result)
  }

  var inNormalFormD: String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: _nfd)
    return String(result)
  }
}
