extension Argument where Read == Bool {
  package static func flag(
    _ name: String, default standard: Bool, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(name, .bool, default: .bool(standard), foreign: foreign, help)
    ) { $0.flag }
  }
}

extension Argument where Read == Bool? {
  /// true, false, or `auto`, which is nil.
  package static func flagOrAuto(
    _ name: String, foreign: [String] = [], _ help: String
  ) -> Self {
    let type = ArgumentType.either([.word([Word.auto]), .bool])
    let declaration = ArgumentDeclaration(
      name, type, default: .word(Word.auto), foreign: foreign, help)
    return Argument(declaration: declaration) { $0?.flag }
  }
}

/// Words that mean the same wherever an argument takes them.
package enum Word {
  /// The program decides.
  package static let auto = "auto"
  /// As it stands, without any.
  package static let none = "none"
}

extension Argument where Read == String {
  /// Text that stands without its name.
  package static func requiredText(_ name: String, _ help: String) -> Self {
    Argument(ArgumentDeclaration(name, .string, positional: true, required: true, help)) { $0.text }
  }

  package static func requiredPath(
    _ name: String, _ file: ArgumentDeclaration.File, _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(name, .path, positional: true, required: true, file: file, help)
    ) { $0.text }
  }

  /// One of some words.
  package static func word(
    _ name: String, _ words: [String], default standard: String, foreign: [String] = [],
    refused: [String: String] = [:], _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(
        name, .word(words), default: .word(standard), foreign: foreign, refused: refused, help)
    ) { $0.text }
  }

  package static func requiredWord(
    _ name: String, _ words: [String], _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(name, .word(words), positional: true, required: true, help)
    ) { $0.text }
  }
}

extension Argument where Read == String? {
  package static func text(_ name: String, _ help: String) -> Self {
    Argument(optional: ArgumentDeclaration(name, .string, help)) { $0.text }
  }

  /// Text that may stand without its name.
  package static func textInPlace(_ name: String, _ help: String) -> Self {
    Argument(optional: ArgumentDeclaration(name, .string, positional: true, help)) { $0.text }
  }

  package static func path(
    _ name: String, _ file: ArgumentDeclaration.File, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(optional: ArgumentDeclaration(name, .path, file: file, foreign: foreign, help)) {
      $0.text
    }
  }

  /// The name of a field.
  package static func column(_ name: String, _ help: String) -> Self {
    Argument(optional: ArgumentDeclaration(name, .column, help)) { $0.text }
  }
}

extension Argument where Read: RawRepresentable & CaseIterable, Read.RawValue == String {
  /// One of the cases of a type.
  package static func choice(
    _ name: String, _ choices: [Read] = Array(Read.allCases), default standard: Read,
    foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(
        name, .word(choices.map(\.rawValue)), default: .word(standard.rawValue),
        foreign: foreign, help)
    ) { $0.text.flatMap { Read(rawValue: $0) } }
  }
}

extension Argument {
  /// One of the cases of a type; nil where none is named.
  package static func optionalChoice<Choice>(_ name: String, _ help: String) -> Self
  where Read == Choice?, Choice: RawRepresentable<String> & CaseIterable & Sendable {
    Argument(
      optional: ArgumentDeclaration(name, .word(Choice.allCases.map(\.rawValue)), help)
    ) { $0.text.flatMap { Choice(rawValue: $0) } }
  }

  /// One of the cases of a type, or `auto`, which is nil.
  package static func choiceOrAuto<Choice: RawRepresentable<String> & Sendable>(
    _ name: String, _ choices: [Choice], foreign: [String] = [], _ help: String
  ) -> Self where Read == Choice? {
    let declaration = ArgumentDeclaration(
      name, .word([Word.auto] + choices.map(\.rawValue)), default: .word(Word.auto),
      foreign: foreign, help)
    return Argument(declaration: declaration) {
      $0?.text.flatMap { Choice(rawValue: $0) }
    }
  }
}

extension Argument where Read == [String] {
  /// A list of words, or one word.
  package static func words(
    _ name: String, _ words: [String], default standard: Value, foreign: [String] = [],
    _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(name, .words(words), default: standard, foreign: foreign, help)
    ) { $0.list.compactMap(\.text) }
  }
}

extension Argument where Read == [String]? {
  package static func words(_ name: String, _ words: [String], _ help: String) -> Self {
    Argument(optional: ArgumentDeclaration(name, .words(words), help)) {
      $0.list.compactMap(\.text)
    }
  }

  /// A text, or a list of them.
  package static func texts(
    _ name: String, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(
      optional: ArgumentDeclaration(
        name, .either([.string, .list(.string)]), foreign: foreign, help)
    ) { $0.list.compactMap(\.text) }
  }

  package static func columns(_ name: String, _ help: String) -> Self {
    Argument(optional: ArgumentDeclaration(name, .list(.column), help)) {
      $0.list.compactMap(\.text)
    }
  }
}

extension Argument where Read == [Int]? {
  package static func ints(
    _ name: String, _ range: ClosedRange<Int>, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(
      optional: ArgumentDeclaration(name, .list(.int(range)), foreign: foreign, help)
    ) { $0.list.compactMap(\.int) }
  }
}

/// A text, or a list of texts.
package struct OneOrMany: Sendable {
  package let texts: [String]
  package let isList: Bool
}

extension Argument where Read == OneOrMany {
  package static func requiredTexts(_ name: String, _ help: String) -> Self {
    let type = ArgumentType.either([.string, .list(.string)])
    return Argument(ArgumentDeclaration(name, type, positional: true, required: true, help)) {
      let isList = if case .list = $0 { true } else { false }
      return OneOrMany(texts: $0.list.compactMap(\.text), isList: isList)
    }
  }
}

extension Argument where Read == Record? {
  package static func record(
    _ name: String, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(optional: ArgumentDeclaration(name, .record, foreign: foreign, help)) { value in
      if case .record(let record) = value { record } else { nil }
    }
  }
}

extension Argument where Read == Value? {
  package static func value(
    _ name: String, _ type: ArgumentType, file: ArgumentDeclaration.File? = nil, _ help: String
  ) -> Self {
    Argument(optional: ArgumentDeclaration(name, type, file: file, help)) { $0 }
  }
}

extension Argument where Read == Value {
  /// A value of whatever types are named, which the body looks at itself.
  package static func requiredValue(
    _ name: String, _ type: ArgumentType, file: ArgumentDeclaration.File? = nil, _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(name, type, positional: true, required: true, file: file, help)
    ) { $0 }
  }
}
