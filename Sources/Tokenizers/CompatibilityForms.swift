/// Unicode's compatibility forms: ﬁ as fi, ² as 2, full-width letters as plain ones. The standard library has
/// only the canonical ones, which the result is brought into.
enum CompatibilityForms {
  /// What a character becomes that is not its own compatibility form.
  private static let table: [UInt32: [Unicode.Scalar]] = {
    var table: [UInt32: [Unicode.Scalar]] = [:]
    func scalars(_ text: Substring) -> [UInt32] {
      text.split(separator: ",").compactMap { UInt32($0, radix: 16) }
    }
    for run in CompatibilityTable.runs.split(separator: " ") {
      let numbers = scalars(run)
      precondition(2...4 ~= numbers.count, "the run \(run) of the compatibility forms")
      let step = numbers.count == 4 ? numbers[1] : 1
      let count = numbers.count == 2 ? 1 : numbers[numbers.count - 2]
      for place in 0..<count {
        table[numbers[0] + step * place] =
          Unicode.Scalar(numbers[numbers.count - 1] + place).map { [$0] }
      }
    }
    for entry in CompatibilityTable.several.split(separator: " ") {
      let parts = entry.split(separator: "=")
      precondition(parts.count == 2, "the entry \(entry) of the compatibility forms")
      for source in scalars(parts[0]) {
        table[source] = scalars(parts[1]).compactMap { Unicode.Scalar($0) }
      }
    }
    return table
  }()

  /// Each character of a text by its compatibility form.
  static func applied(to text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.value >= 0x80, let form = table[scalar.value] {
        result.append(contentsOf: form)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }
}

extension String {
  var inNormalFormKC: String { CompatibilityForms.applied(to: self).inNormalFormC }

  var inNormalFormKD: String { CompatibilityForms.applied(to: self).inNormalFormD }
}
