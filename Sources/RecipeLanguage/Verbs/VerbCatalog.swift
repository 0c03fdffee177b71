/// All verbs of language version 1.
package enum VerbCatalog {
  package static let languageVersion = 1

  package static let all: [VerbDeclaration] = modelVerbs + dataVerbs + trainingVerbs + outputVerbs

  package static func verb(named name: String) -> VerbDeclaration? { byName[name] }

  package static let names = Set(all.map(\.name))

  /// Every bare word that some argument takes, and the modules that `lora` knows.
  package static let words: Set<String> = Set(
    all.flatMap { verb in verb.arguments.flatMap(\.type.words) })

  /// Those of the words that a name could not spell.
  static let hyphenatedWords = words.filter { $0.contains("-") }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The linear layers of a decoder block.
  package static let modules = [
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
  ]

  static let parts = ["train", "valid", "test"]
}
