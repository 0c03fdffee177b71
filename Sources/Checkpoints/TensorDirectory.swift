import Files
import Files
import Files
import Files
import Files
import Tensors

/// One tensor of a weight file: where its bytes are, not what they mean to a model.
package struct TensorEntry: Sendable {
  package let name: String
  package let elementType: ElementType
  /// Outermost dimension first: a matrix is [rows, columns].
  package let shape: [Int]
  /// Keeps the bytes mapped.
  package let owner: MappedFile
  /// Where the bytes are in the owner; checked against its size when the entry was made.
  package let range: Range<Int>

  package var elementCount: Int { shape.reduce(1, *) }
  package var byteCount: Int { range.count }

  /// The bytes in the file's layout, little-endian; they live as long as `owner`.
  package var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: owner.bytes[range])
  }
}

/// The tensors of one file, or of a folder of shards, by name.
package struct TensorDirectory: Sendable {
  /// In the order of the file.
  package private(set) var entries: [TensorEntry] = []
  private var index: [String: Int] = [:]

  package init() {}

  package var names: [String] { entries.map(\.name) }

  package subscript(name: String) -> TensorEntry? { index[name].map { entries[$0] } }

  /// Bytes of all tensors.
  package var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

  /// Adds a tensor; false, and no change, where the name is taken.
  package mutating func insert(_ entry: TensorEntry) -> Bool {
    guard index[entry.name] == nil else { return false }
    index[entry.name] = entries.count
    entries.append(entry)
    return true
  }

  /// The tensor of that name, or an error that tells the file and the name.
  package func entry(_ name: String, file: String) throws(FileError) -> TensorEntry {
    if let entry = self[name] { return entry }
    throw FileError(
      .absent, file: file, cause: "there is no tensor \"\(name)\" among its \(entries.count)",
      fix: "check that this is the whole model, and of a supported architecture")
  }
}

extension TensorDirectory {
  /// Two tensors of the same file that share bytes, the one that starts first first.
  var firstOverlap: (TensorEntry, TensorEntry)? {
    let filled = entries.filter { !$0.range.isEmpty }
    let sorted = filled.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (entry, next) in zip(sorted, sorted.dropFirst())
    where next.range.lowerBound < entry.range.upperBound {
      return (entry, next)
    }
    return nil
  }
}
