import RecipeLanguage

/// The runs that `--sweep rank=2,4 --sweep lr=1e-4,3e-4` asks for: one for each combination.
package struct ParameterSweep {
  package struct Run: Sendable {
    package let values: [(name: String, value: Value)]

    /// `rank=2,lr=0.0001`
    package var label: String { Table.label(of: values) }

    package var record: Record { Record(values.map { ($0.name, $0.value) }) }

    /// Values of all parameters that are given from outside.
    package func overrides(beside fixed: [String: Value]) -> [String: Value] {
      values.reduce(into: fixed) { $0[$1.name] = $1.value }
    }
  }

  /// In order, the values of the last parameter changing fastest.
  package let runs: [Run]

  /// More runs than these are taken for a slip.
  package static let mostRuns = 1000

  /// - Parameters:
  ///   - texts: `name=a,b` each.
  ///   - fixed: parameters that have one value for all runs.
  /// - Throws: a sentence about a parameter or a value that the recipe does not have.
  package init(
    _ texts: [String], for recipe: RecipeText, beside fixed: some Sequence<String>
  ) throws(ParameterValue.Refusal) {
    var taken = Set(fixed)
    var combinations: [[(name: String, value: Value)]] = [[]]
    for text in texts {
      let (name, values) = try ParameterValue.parseList(text, for: recipe)
      guard taken.insert(name).inserted else {
        throw ParameterValue.Refusal(message: "\(name) is given twice; keep one of the two")
      }
      guard combinations.count * values.count <= Self.mostRuns else {
        throw ParameterValue.Refusal(
          message: "these are more than \(Self.mostRuns) runs; sweep over fewer values")
      }
      for (index, value) in values.enumerated() where values[..<index].contains(value) {
        throw ParameterValue.Refusal(message: "\(name) has the value \(value.source) twice")
      }
      combinations = combinations.flatMap { combination in
        values.map { combination + [(name, $0)] }
      }
    }
    runs = combinations.map { Run(values: $0) }
  }
}
