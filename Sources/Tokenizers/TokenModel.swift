/// What turns words into tokens.
package enum TokenModel: Sendable {
  case bytePair(BytePairEncoder)
  case unigram(UnigramEncoder)

  func encode(
    _ word: UnsafeBufferPointer<UInt8>, into output: inout [Int32], _ workspace: inout Workspace
  ) {
    switch self {
    case .bytePair(let encoder): unsafe encoder.encode(word, into: &output, &workspace)
    case .unigram(let encoder): unsafe encoder.encode(word, into: &output, &workspace)
    }
  }

  func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    switch self {
    case .bytePair(let encoder): unsafe encoder.forEachPart(body)
    case .unigram(let encoder): unsafe encoder.forEachPart(body)
    }
  }
}
