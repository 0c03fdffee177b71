import Files
import Tokenizers

/// A token that a file adds to the vocabulary.
struct TokenAddition {
  /// Its id is given by the list that it is added to.
  var token: AddedToken
  /// The id that the file says it has; nil where it says none.
  var id: Int?
  /// Whether a token of the same text that is there already stays as it is.
  var givesWay = false
  /// Whether it is left out where its id would be beyond the model's embedding.
  var isOptional = false
  /// Where it stands, for errors.
  let place: String
  let file: String
}

/// The tokens that are added to a vocabulary, as the `tokenizers` library adds them: a text that the
/// vocabulary has keeps the id that it has there, any other gets the next one, and a text that is added
/// again does what the last addition says, but stays a marker once it is one.
struct AddedTokenList {
  private(set) var tokens: [AddedToken] = []
  private var places: [[UInt8]: Int] = [:]
  /// Ids of the vocabulary by text, of texts that are added.
  private let known: [[UInt8]: Int]
  private var next: Int
  /// Those of the embedding, by the configuration.
  private let rows: Int

  /// - Parameter rows: of the embedding; nil where the configuration does not say.
  /// - Throws: if an id that a file says is not the one that the token gets.
  init(_ additions: [TokenAddition], to file: TokenizerJSON, rows: Int?) throws(FileError) {
    // By bytes: to a String, letters with marks are the same in each of their spellings.
    let texts = Set(additions.map { Array($0.token.text.utf8) })
    var known: [[UInt8]: Int] = [:]
    let members = file.vocabularyMembers
    for member in members {
      let text = Array(member.text.utf8)
      if texts.contains(text), let id = member.id.int { known[text] = id }
    }
    self.known = known
    next = members.count
    self.rows = rows ?? 0
    for addition in additions where !addition.token.text.isEmpty { try add(addition) }
  }

  private mutating func add(_ addition: TokenAddition) throws(FileError) {
    let text = Array(addition.token.text.utf8)
    let place = places[text]
    if addition.givesWay && place != nil { return }
    if addition.isOptional, place == nil, known[text] == nil, next >= rows { return }
    let id = place.map { Int(tokens[$0].id) } ?? known[text] ?? next
    guard addition.id ?? id == id, 0..<Vocabulary.limit ~= id else {
      throw FileError(
        .malformed, file: addition.file,
        cause: "\(addition.place) is \(ValueTable.shown(.string(addition.token.text))) with the id "
          + "\(addition.id ?? id), and should have \(id)",
        fix: "take the tokenizer's files from the model's own folder")
    }
    var token = addition.token
    token.id = Int32(id)
    if let place {
      token.isSpecial = token.isSpecial || tokens[place].isSpecial
      tokens[place] = token
    } else {
      places[text] = tokens.count
      tokens.append(token)
      if known[text] == nil { next += 1 }
    }
  }
}
