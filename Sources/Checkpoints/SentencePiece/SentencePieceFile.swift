import Files

/// A model of SentencePiece, `tokenizer.model` (sentencepiece_model.proto of its version 0.2).
package struct SentencePieceFile: Sendable {
  package struct Piece: Sendable {
    package var text = ""
    package var score: Float = 0
    package var kind = Kind.normal
  }

  package enum Kind: UInt64, Sendable {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  package enum Model: UInt64, Sendable {
    case unigram = 1
    case bytePairs, words, characters
  }

  package private(set) var pieces: [Piece] = []
  package private(set) var model = Model.unigram
  package private(set) var fallsBackToBytes = false
  /// The pieces with roles; nil where there is none.
  package private(set) var unknown: Int? = 0
  package private(set) var begin: Int? = 1
  package private(set) var end: Int? = 2
  package private(set) var unknownText = "<unk>"
  package private(set) var beginText = "<s>"
  package private(set) var endText = "</s>"
  /// SentencePiece's map of characters; empty where it has none.
  package private(set) var characterMap: [UInt8] = []
  package private(set) var prefixesSpace = true
  package private(set) var removesSpaces = true
  package private(set) var escapesSpaces = true

  private let path: String

  /// More pieces than any vocabulary has; a piece may take two bytes of a file, and many more of memory.
  private static let mostPieces = 1 << 20

  /// Reads a file. Messages that describe how it was trained, and fields that are not known, are passed over.
  package init(path: String) throws(FileError) {
    self.path = path
    let bytes = try MappedFile.contents(of: path)
    try read(bytes[...]) { (file, number, value) throws(FileError) in
      switch (number, value) {
      case (1, .bytes(let message)): try file.addPiece(message)
      case (2, .bytes(let message)): try file.read(message, Self.takeTraining)
      case (3, .bytes(let message)): try file.read(message, Self.takeNormalizing)
      default: break
      }
    }
    guard !pieces.isEmpty else { throw malformed("it has no pieces") }
  }

  private typealias Taking = (inout Self, Int, ProtobufFields.Value) throws(FileError) -> Void

  private mutating func read(_ message: ArraySlice<UInt8>, _ take: Taking) throws(FileError) {
    var fields = ProtobufFields(message, file: path)
    while let field = try fields.next() { try take(&self, field.number, field.value) }
  }

  private mutating func addPiece(_ message: ArraySlice<UInt8>) throws(FileError) {
    guard pieces.count < Self.mostPieces else {
      throw malformed("it has more than \(Self.mostPieces) pieces")
    }
    pieces.append(Piece())
    try read(message) { (file, number, value) throws(FileError) in
      let last = file.pieces.count - 1
      switch (number, value) {
      case (1, .bytes(let text)): file.pieces[last].text = try file.text(text)
      case (2, .fixed32(let bits)): file.pieces[last].score = Float(bitPattern: bits)
      case (3, .varint(let number)):
        file.pieces[last].kind = try file.named(number, "the type of piece \(last)")
      default: break
      }
    }
  }

  private static func takeTraining(
    _ file: inout Self, _ number: Int, _ value: ProtobufFields.Value
  ) throws(FileError) {
    switch (number, value) {
    case (3, .varint(let number)): file.model = try file.named(number, "the model's type")
    case (35, .varint(let flag)): file.fallsBackToBytes = flag != 0
    case (40, .varint(let id)): file.unknown = file.id(id)
    case (41, .varint(let id)): file.begin = file.id(id)
    case (42, .varint(let id)): file.end = file.id(id)
    case (45, .bytes(let text)): file.unknownText = try file.text(text)
    case (46, .bytes(let text)): file.beginText = try file.text(text)
    case (47, .bytes(let text)): file.endText = try file.text(text)
    default: break
    }
  }

  private static func takeNormalizing(
    _ file: inout Self, _ number: Int, _ value: ProtobufFields.Value
  ) {
    switch (number, value) {
    case (2, .bytes(let map)): file.characterMap = Array(map)
    case (3, .varint(let flag)): file.prefixesSpace = flag != 0
    case (4, .varint(let flag)): file.removesSpaces = flag != 0
    case (5, .varint(let flag)): file.escapesSpaces = flag != 0
    default: break
    }
  }

  /// A number that is negative stands for none.
  private func id(_ number: UInt64) -> Int? {
    let id = Int64(bitPattern: number)
    return id < 0 ? nil : Int(id)
  }

  private func named<Name: RawRepresentable<UInt64>>(
    _ number: UInt64, _ what: String
  ) throws(FileError) -> Name {
    if let name = Name(rawValue: number) { return name }
    throw malformed("\(what) is \(number), which SentencePiece does not have")
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(FileError) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    throw malformed("the text of piece \(max(0, pieces.count - 1)) is not UTF-8")
  }

  private func malformed(_ cause: String) -> FileError {
    FileError(
      .malformed, file: path, cause: cause, fix: "take the file from the model's own folder")
  }
}
