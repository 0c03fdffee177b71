import Models
import RecipeLanguage
import Tokenizers

package enum Tokenize: Verb {
  package static let text = Argument.requiredText("text", "any text")
  package static let special = Argument.flag(
    "special", default: true, "whether names of special tokens become tokens")

  package static let declaration = VerbDeclaration(
    "tokenize", "shows a text as the loaded model sees it",
    arguments: [text, special],
    fields: [
      FieldDeclaration("ids", "list", "token ids"),
      FieldDeclaration("pieces", "list", "the text of each token"),
      FieldDeclaration("count", "int", "how many"),
    ],
    effects: [.needs(.model)], examples: ["tokenize \"Roses are red\""],
    related: ["dataset", "generate"], foreign: ["encode"],
    details: """
      A tokenizer splits text by its own rules and joins bytes or letters to the pieces of its vocabulary, \
      most frequent first (byte-pair encoding). A piece that is not a whole character is shown with the last \
      token of that character.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.tokenize(call)
  }
}

extension Session {
  func tokenize(_ call: VerbCall) throws(VerbFailure) -> Value {
    let tokenizer = try requireModel(Tokenize.name).loaded.tokenizer
    let ids = tokenizer.encode(
      call[Tokenize.text], parseSpecial: call[Tokenize.special])
    // A character of several tokens stands with the last of them.
    var decoder = StreamingDecoder(tokenizer, skipsSpecial: false)
    var pieces = ids.map { decoder.append($0) }
    if let last = pieces.indices.last { pieces[last] += decoder.finish() }
    return .record(
      Record([
        ("ids", .list(ids.map { .int(Int($0)) })),
        ("pieces", .list(pieces.map { .string($0) })),
        ("count", .int(ids.count)),
      ]))
  }
}
