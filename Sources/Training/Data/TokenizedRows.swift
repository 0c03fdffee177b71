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

    package var count: Int { Int(tokenCount) }
    package var trainedCount: Int { Int(trained) }
  }

  /// How many bytes of tokens stay in memory.
  private static let kept = 64 << 20

  private var all: [Outline] = []
  private var bytes = ScratchBytes(limit: Self.kept)
  /// The places in `all` of what this collection has; nil for every one.
  private var chosen: [Int]?

  package init() {}

  package var startIndex: Int { 0 }
  package var endIndex: Int { chosen?.count ?? all.count }

  package subscript(position: Int) -> TokenizedExample {
    let outline = self.outline(position)
    let count = outline.count
    let packed = bytes.bytes(Self.size(of: count), from: outline.start)
    var example = TokenizedExample(
      tokens: Self.tokens(count, in: packed),
      trained: (0..<count).map { packed[4 * count + $0 / 8] >> UInt8($0 % 8) & 1 == 1 },
      line: outline.line)
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
    let count = example.tokens.count
    var mask = [UInt8](repeating: 0, count: (count + 7) / 8)
    for place in 0..<count where example.trained[place] {
      mask[place / 8] |= 1 << UInt8(place % 8)
    }
    all.append(
      Outline(
        identity: example.identity, start: bytes.count, line: example.line,
        tokenCount: UInt32(count), trained: UInt32(example.trainedCount),
        continues: example.continues))
    var packed: [UInt8] = []
    packed.reserveCapacity(Self.size(of: count))
    unsafe example.tokens.withUnsafeBytes { unsafe packed.append(contentsOf: $0) }
    packed += mask
    try unsafe packed.withUnsafeBufferPointer { packed throws(FileError) in
      try unsafe bytes.append(UnsafeRawBufferPointer(packed))
    }
  }

  /// The bytes of an example: its tokens, and a bit for each that says whether it is learnt.
  private static func size(of count: Int) -> Int { 4 * count + (count + 7) / 8 }

  private static func tokens(_ count: Int, in packed: [UInt8]) -> [Int32] {
    unsafe [Int32](unsafeUninitializedCapacity: count) { buffer, filled in
      unsafe packed.withUnsafeBytes { packed in
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: packed[..<(4 * count)]))
      }
      filled = count
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
