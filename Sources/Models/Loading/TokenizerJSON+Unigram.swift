import Files
import Tokenizers

/// A model of the kind `Unigram`: a list of tokens and scores, numbered by place.
extension TokenizerJSON {
  var isUnigram: Bool { model["type"] == "Unigram" }

  /// The tokens of the model with their numbers, whatever its kind.
  var vocabularyMembers: [(text: String, id: JSONValue)] {
    if let members = model["vocab"]?.object?.members { return members.map { ($0.key, $0.value) } }
    let list = isUnigram ? model["vocab"]?.array ?? [] : []
    return list.enumerated().map { ($1.array?.first?.string ?? "", .int($0)) }
  }

  /// The model and its vocabulary, with the tokens that were added.
  func unigram(_ added: [AddedToken]) throws(FileError) -> (Vocabulary, TokenModel) {
    var scores: [Double] = []
    for (place, entry) in (model["vocab"]?.array ?? []).enumerated() {
      guard let pair = entry.array, pair.count == 2, pair[0].string != nil,
        let score = pair[1].double, score.isFinite
      else { throw malformed("the token \(place) of model.vocab is not a text and a score") }
      scores.append(score)
    }
    guard let unknown = model["unk_id"]?.int, scores.indices.contains(unknown) else {
      throw malformed(
        "model.unk_id is \(ValueTable.shown(model["unk_id"] ?? .null)), and there are "
          + "\(scores.count) tokens")
    }
    var vocabulary = Vocabulary()
    let tokens = try tokens(added)
    vocabulary.reserveCapacity(tokens.count, bytes: tokens.count * 8)
    for token in tokens { vocabulary.append(Array(token.text.utf8), kind: token.kind) }
    let encoder = UnigramEncoder(
      vocabulary: vocabulary, scores: scores, unknown: Int32(unknown),
      fallsBackToBytes: model["byte_fallback"]?.bool ?? false)
    return (vocabulary, .unigram(encoder))
  }
}
