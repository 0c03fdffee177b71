import Files
import Files
import Files
import Files
import Files
import Tensors

/// A GGUF file, version 2 or 3, opened and checked: metadata read, tensors found but not read.
///
/// The layout is that of ggml's `docs/gguf.md`: magic, version, counts, metadata, tensor
/// descriptions, padding to `general.alignment`, tensor data.
package struct GGUFFile: Sendable {
  package let metadata: GGUFMetadata
  package let tensors: TensorDirectory
  /// 2 or 3.
  package let version: Int
  /// Bytes; every tensor starts at a multiple of it.
  package let alignment: Int
  package let file: MappedFile

  /// Opens the file at `path`; no malformed file traps, each gives an error that tells the byte.
  package init(path: String) throws(FileError) {
    try self.init(MappedFile(path: path))
  }

  package init(_ file: MappedFile) throws(FileError) {
    defer { withExtendedLifetime(file) {} }
    var parser = GGUFParser(file: file)
    try parser.parse()
    metadata = parser.metadata
    tensors = parser.tensors
    version = Int(parser.version)
    alignment = parser.alignment
    self.file = file
  }
}
