import Files
import Tokenizers

/// What a tokenizer does, by its file or by the class that reads it: everything but its tokens.
struct TokenizerPlan {
  /// Whether the vocabulary's tokens spell bytes, each as a visible character.
  var isByteLevel: Bool
  var pipeline: TextPipeline
  var decoding = TextDecoding()
  var units: BytePairEncoder.Units
  /// Whether the token that the file's post-processor puts before texts is put there.
  var writesOpening = true
  /// What the class does with the tokens that the settings name; nil where the file is read as it is.
  var ofClass: ClassTokens?

  /// A byte-level tokenizer.
  init(byteLevel pipeline: TextPipeline, units: BytePairEncoder.Units = BytePairEncoder.Units()) {
    isByteLevel = true
    self.pipeline = pipeline
    self.units = units
  }

  /// A tokenizer of SentencePiece's kind, on characters.
  init(
    characters pipeline: TextPipeline, decoding: TextDecoding, units: BytePairEncoder.Units
  ) {
    isByteLevel = false
    self.pipeline = pipeline
    self.decoding = decoding
    self.units = units
    self.units.areCharacters = true
  }

  /// The same with cuts that change nothing but the time: a text of SentencePiece's kind is one word.
  /// Where characters are left out, those beside them may merge.
  func cut(for vocabulary: Vocabulary) -> TextPipeline {
    let leavesOut =
      units.unknown == nil && !(units.fallsBackToBytes && vocabulary.namesAllBytes)
    guard !isByteLevel, !units.takesWholeWords, !leavesOut,
      vocabulary.id(of: Metaspace.standard) != nil
    else { return pipeline }
    var result = pipeline
    result.splits.append(.betweenTokens(joiners: vocabulary.joiners))
    return result
  }
}

extension TextDecoding {
  /// U+2581 as a space, bytes by their names: what SentencePiece's models have.
  static func sentencePiece(opening: Opening) -> TextDecoding {
    var decoding = TextDecoding()
    decoding.replacements = [Replacement(Metaspace.standard, Array(" ".utf8))]
    decoding.hasBytes = true
    decoding.opening = opening
    return decoding
  }
}
