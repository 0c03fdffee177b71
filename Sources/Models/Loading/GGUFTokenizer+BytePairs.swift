import Checkpoints
import Files
import Tokenizers

extension GGUFTokenizer {
  /// Byte-level BPE with the splitting rule that the file names.
  func byteLevel() throws(FileError) -> Tokenizer {
    let name = try metadata.text("tokenizer.ggml.pre")
    guard let family = GGUFSplitting.family(named: name) else {
      throw FileError(
        .unsupported, file: metadata.file,
        cause: "the splitting rule \"\(name)\" is not supported (tokenizer.ggml.pre)",
        fix: "use a model with one of "
          + GGUFSplitting.families.map { $0.names[0] }.joined(separator: ", "))
    }
    let splits: [SplitStep]
    do throws(TokenizerError) {
      splits = try family.splits()
    } catch {
      throw metadata.malformedTokenizer(error.cause)
    }
    let model = try bytePairModel(isByteLevel: true)
    let special = try specialTokens(addsBegin: family.addsBegin)
    // llama.cpp leaves bytes out that no token has.
    var units = BytePairEncoder.Units()
    units.holdsPlaces = true
    units.takesWholeWords = family.takesWholeWords
    // It normalizes no text, not even a Qwen model's, whose tokenizer.json has NFC.
    return Tokenizer(
      vocabulary: model.vocabulary,
      model: .bytePair(
        BytePairEncoder(vocabulary: model.vocabulary, order: .table(model.merges), units: units)),
      specialTokens: special, addedTokens: try addedTokens(special),
      pipeline: TextPipeline(splits: splits), rules: .llamaCpp)
  }

  /// Gemma 4's BPE on characters: spaces are U+2581, and what is no token is spelled in bytes.
  func spaced() throws(FileError) -> Tokenizer {
    let model = try bytePairModel(isByteLevel: false)
    let special = try specialTokens(addsBegin: true)
    var units = BytePairEncoder.Units()
    units.areCharacters = true
    units.holdsPlaces = true
    var decoding = TextDecoding.sentencePiece(opening: .kept)
    decoding.keepsAdded = true
    return Tokenizer(
      vocabulary: model.vocabulary,
      model: .bytePair(
        BytePairEncoder(vocabulary: model.vocabulary, order: .table(model.merges), units: units)),
      specialTokens: special, addedTokens: try addedTokens(special),
      pipeline: TextPipeline(
        normalizers: [.replace([UInt8(ascii: " ")], with: Metaspace.standard)],
        splits: [.newlines, .betweenTokens(joiners: model.vocabulary.joiners)]),
      decoding: decoding, rules: .llamaCpp)
  }

  private func bytePairModel(isByteLevel: Bool) throws(FileError) -> BytePairModel {
    let merges = try metadata.strings("tokenizer.ggml.merges")
    var model = BytePairModel(isByteLevel: isByteLevel)
    model.reserveCapacity(tokens: tokens.count, bytes: tokens.byteCount)
    for (token, kind) in zip(tokens, kinds) { model.appendToken(token, kind: kind) }
    try refuseRepeated(model.vocabulary)
    model.beginMerges(count: merges.count)
    do throws(TokenizerError) {
      for merge in merges { try model.appendMerge(merge) }
    } catch {
      throw metadata.malformedTokenizer(error.cause)
    }
    return model
  }

  func refuseRepeated(_ vocabulary: Vocabulary) throws(FileError) {
    guard let token = vocabulary.repeated else { return }
    throw metadata.malformedTokenizer(
      "token \(token) has the same text as another: \"\(text(Int(token)))\"")
  }

  /// SentencePiece's BPE: neighbours that are a token together merge, those of the highest score first;
  /// what is no token is spelled in bytes. All white space but the space stays as it is.
  func sentencePiece() throws(FileError) -> Tokenizer {
    let vocabulary = try spelledVocabulary()
    var special = try specialTokens(addsBegin: true)
    // llama.cpp's default; some files do not say it.
    special.unknown = special.unknown ?? 0
    var units = BytePairEncoder.Units()
    units.areCharacters = true
    units.holdsPlaces = true
    units.unknown = special.unknown
    let prefixes = try metadata.boolIfPresent("tokenizer.ggml.add_space_prefix") ?? true
    let space = [UInt8(ascii: " ")]
    var decoding = TextDecoding.sentencePiece(opening: prefixes ? .withoutSpaces(1) : .kept)
    decoding.keepsAdded = true
    return Tokenizer(
      vocabulary: vocabulary,
      model: .bytePair(
        BytePairEncoder(
          vocabulary: vocabulary, order: .scores(try finiteScores()), units: units)),
      specialTokens: special, addedTokens: try addedTokens(special),
      pipeline: TextPipeline(
        normalizers: (prefixes ? [.prepend(space)] : [])
          + [.replace(space, with: Metaspace.standard)],
        splits: [.betweenTokens(joiners: vocabulary.joiners)]),
      decoding: decoding, rules: .llamaCpp)
  }

  /// The tokens as they are spelled, all of them found by that; llama.cpp names those without a text.
  func spelledVocabulary() throws(FileError) -> Vocabulary {
    var vocabulary = Vocabulary()
    vocabulary.reserveCapacity(tokens.count, bytes: tokens.byteCount)
    for (position, token) in tokens.enumerated() {
      let text = token.isEmpty ? Array("[EMPTY_\(position)]".utf8) : Array(token)
      vocabulary.append(text, kind: kinds[position], isFound: true)
    }
    try refuseRepeated(vocabulary)
    return vocabulary
  }
}
