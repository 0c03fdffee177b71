import Files

/// Tokenized examples, by position. What is needed of all of them at once is in memory; their tokens are read when
/// an example is asked for, from memory while they are few, else from a temporary file.
package struct TokenizedRows: RandomAccessCollection, Sendable {
  /// What is known of an example without its tokens.
  package struct Outline: Equatable, Sendable {
    /// As `TokenizedExample.identity`.
    package let identity: UInt64
    fileprivate let start: Int
    package let line: Int
    fileprivate let tokenCount: UInt32
    fileprivate let trained: UInt32
    /// Whether it goes on with the text of the example before it.
    package let continues: Bool
    fileprivate let isNarrow: Bool

    package var count: Int { Int(tokenCount) }
    package var trainedCount: Int { Int(trained) }
  }

  /// How many bytes of tokens stay in memory.
  private static let kept = 32 << 20

  private var all: [Outline] = []
  private var bytes = ScratchBytes(limit: Self.kept)
  /// The places in `all` of what this collection has; nil for every one.
  private var chosen: [Int]?

  package init() {}

  package var startIndex: Int { 0 }
  package var endIndex: Int { chosen?.count ?? all.count }

  package subscript(position: Int) -> TokenizedExample {
    let outline = self.outline(position)
    let packed = PackedExample(
      bytes.bytes(PackedExample.size(of: outline.count, outline.isNarrow), from: outline.start),
      count: outline.count, isNarrow: outline.isNarrow)
    var example = TokenizedExample(
      tokens: packed.tokens, trained: packed.trained, line: outline.line)
    example.continues = outline.continues
    return example
  }

  package func outline(_ position: Int) -> Outline { all[chosen?[position] ?? position] }

  /// What is known of each, in order.
  package var outlines: LazyMapSequence<Range<Int>, Outline> { (0..<count).lazy.map(outline) }

  /// The examples at these positions, which share their tokens with this collection.
  package func choosing(_ positions: [Int]) -> TokenizedRows {
    var part = self
    part.chosen = positions.map { chosen?[$0] ?? $0 }
    return part
  }

  /// The folder of the temporary file, and the bytes of all tokens; nil where they are in memory.
  package var file: (folder: String, bytes: Int)? { bytes.folder.map { ($0, bytes.count) } }

  /// Adds an example; only while no copy is in use.
  mutating func append(_ example: TokenizedExample) throws(FileError) {
    let packed = PackedExample(example.tokens, example.trained)
    all.append(
      Outline(
        identity: example.identity, start: bytes.count, line: example.line,
        tokenCount: UInt32(example.tokens.count), trained: UInt32(example.trainedCount),
        continues: example.continues, isNarrow: packed.isNarrow))
    try unsafe packed.bytes.withUnsafeBufferPointer { packed throws(FileError) in
      try unsafe bytes.append(UnsafeRawBufferPointer(packed))
    }
  }
}

extension TokenizedRows: Equatable {
  /// By the identities of the examples and their lines.
  package static func == (left: TokenizedRows, right: TokenizedRows) -> Bool {
    left.outlines.elementsEqual(right.outlines) {
      $0.identity == $1.identity && $0.line == $1.line && $0.continues == $1.continues
    }
  }
}
