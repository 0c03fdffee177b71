/// Examples laid end to end without padding; each sees only itself.
package struct PackedBatch: Equatable, Sendable {
  /// What the model reads: every example but its last token, from which nothing is predicted.
  package private(set) var tokens: [Int32] = []
  /// Where each example begins in `tokens`, and at the end `tokens.count`. Positions count from 0 in
  /// every example.
  package private(set) var starts: [Int] = [0]
  /// The places of `tokens` whose prediction counts, ascending.
  package private(set) var predictions: [Int] = []
  /// The token that each of them should predict.
  package private(set) var targets: [Int32] = []

  package init(_ examples: [TokenizedExample] = []) {
    for example in examples { append(example) }
  }

  package var examples: Int { starts.count - 1 }

  /// Adds an example; one of fewer than two tokens has nothing to read and is left out.
  package mutating func append(_ example: TokenizedExample) {
    guard example.tokens.count >= 2 else { return }
    let start = tokens.count
    tokens += example.tokens.dropLast()
    starts.append(tokens.count)
    for (place, target) in example.tokens.enumerated().dropFirst() where example.trained[place] {
      predictions.append(start + place - 1)
      targets.append(target)
    }
  }
}
