/// An example as the model reads it.
package struct TokenizedExample: Equatable, Sendable {
  package var tokens: [Int32]
  /// As long as `tokens`: true where the token is to be predicted and counts in the loss. The first
  /// is always false, since nothing comes before it.
  package var trained: [Bool]
  /// The line of the file where the row begins, from 1.
  package var line: Int
  /// Whether it goes on with the text of the example before it: a part of the same row.
  package var continues = false

  package init(tokens: [Int32], trained: [Bool], line: Int) {
    self.tokens = tokens
    self.trained = trained
    self.line = line
  }

  package var trainedCount: Int { trained.count { $0 } }

  /// A hash of the tokens and of which of them are trained, whatever file, line or part the example
  /// comes from: equal examples have equal identities, on every machine and in every run.
  ///
  /// Each token and its flag is one step of a 64-bit multiply and rotate, finished as MurmurHash3's
  /// `fmix64`, so that sets of a million examples collide with a chance below 10⁻⁷.
  package var identity: UInt64 { Self.identity(of: tokens, trained) }

  /// The same of the tokens alone, whichever are trained.
  package var contentIdentity: UInt64 {
    Self.identity(of: tokens, [Bool](repeating: false, count: tokens.count))
  }

  private static func identity(of tokens: [Int32], _ trained: [Bool]) -> UInt64 {
    var hash = UInt64(tokens.count)
    for (token, isTrained) in zip(tokens, trained) {
      let word = UInt64(UInt32(bitPattern: token)) << 1 | (isTrained ? 1 : 0)
      hash = (hash ^ (word &* 0x9e37_79b9_7f4a_7c15)) &* 0xbf58_476d_1ce4_e5b9
      hash = hash << 31 | hash >> 33
    }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 33
  }
}
