import Checkpoints
import Files
import Tokenizers

extension GGUFTokenizer {
  /// SentencePiece's unigram model: of all ways to cut a text the one with the highest sum of scores.
  func unigram() throws(FileError) -> Tokenizer {
    let vocabulary = try spelledVocabulary()
    var special = try specialTokens(addsBegin: false)
    // llama.cpp's default.
    let unknown = special.unknown ?? 2
    guard tokens.indices.contains(Int(unknown)) else {
      throw metadata.malformedTokenizer("it has \(tokens.count) tokens, and 2 is the unknown one")
    }
    special.unknown = unknown
    // A token of the user's is better than any other.
    let scores = zip(try finiteScores(), kinds).map { $1 == .userDefined ? 0 : Double($0) }
    let normal = scores.indices.filter { kinds[$0] == .normal }.map { scores[$0] }
    let encoder = UnigramEncoder(
      vocabulary: vocabulary, scores: scores, unknown: unknown, fallsBackToBytes: false,
      kinds: [.normal, .userDefined, .unused], lowest: normal.min())
    let rules = try normalizer()
    var decoding = TextDecoding.sentencePiece(opening: rules.prefixes ? .withoutSpaces(1) : .kept)
    decoding.keepsAdded = true
    return Tokenizer(
      vocabulary: vocabulary, model: .unigram(encoder), specialTokens: special,
      addedTokens: try addedTokens(special),
      pipeline: TextPipeline(normalizers: [.spaced(rules)]), decoding: decoding, rules: .llamaCpp)
  }

  private func normalizer() throws(FileError) -> SpacedNormalizer {
    func flag(_ name: String) throws(FileError) -> Bool {
      try metadata.boolIfPresent("tokenizer.ggml.\(name)") ?? false
    }
    return SpacedNormalizer(
      map: try characterMap(), prefixesSpace: try flag("add_space_prefix"),
      mergesSpaces: try flag("remove_extra_whitespaces"))
  }

  private func characterMap() throws(FileError) -> CharacterMap? {
    guard let bytes = try Self.characterMapBytes(metadata) else { return nil }
    if let map = CharacterMap(bytes) { return map }
    throw metadata.malformedTokenizer("\(Self.characterMapKey) is no map of characters")
  }

  private static let characterMapKey = "tokenizer.ggml.precompiled_charsmap"

  /// The bytes of the map, whose type llama.cpp wants; nil where there is none.
  static func characterMapBytes(_ metadata: GGUFMetadata) throws(FileError) -> [UInt8]? {
    guard let value = metadata[characterMapKey] else { return nil }
    guard case .numbers(let numbers) = value, [.int8, .uint8].contains(numbers.type) else {
      throw metadata.malformedTokenizer(
        "\(characterMapKey) is of type \(value.typeName), and should be an array of uint8")
    }
    return numbers.integers?.map { UInt8(truncatingIfNeeded: $0) }
  }
}
