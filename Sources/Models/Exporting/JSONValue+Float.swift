import Files

extension JSONValue {
  /// A number by the fewest digits that are this one: 1e-05, and not 9.999999747378752e-06.
  init(_ number: Float) {
    self = .double(Double("\(number)") ?? Double(number))
  }
}
