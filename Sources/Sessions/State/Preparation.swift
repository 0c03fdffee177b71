import RecipeLanguage

/// The lines that made the model and the data in use: what another session types before it goes on with a
/// training of this one.
package struct Preparation: Sendable, Equatable {
  private var byVerb: [String: String] = [:]

  private static let order = [
    Seed.name, Load.name, Quantize.name, ReadDataset.name, Split.name,
  ]
  /// What a verb's work undoes of another's.
  private static let undone = [
    Load.name: Quantize.name, ReadDataset.name: Split.name, Merge.name: Load.name,
  ]
  /// A longer line, such as rows within a recipe, is not kept; nothing is then.
  private static let longestLine = 4096

  /// In the order in which they are typed; empty where lines cannot tell it.
  package var lines: [String] {
    guard byVerb[Load.name] != nil, byVerb[ReadDataset.name] != nil else { return [] }
    return Self.order.compactMap { byVerb[$0] }
  }

  /// Takes note of a command that has done its work.
  mutating func note(_ call: VerbCall) {
    let verb = call.verb.name
    if let other = Self.undone[verb] { byVerb[other] = nil }
    guard Self.order.contains(verb) else { return }
    let line = call.line()
    byVerb[verb] = line.utf8.count <= Self.longestLine ? line : nil
  }
}
