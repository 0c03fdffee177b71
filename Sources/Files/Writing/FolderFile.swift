/// A file that is written into a folder with others.
package struct FolderFile {
  package let name: String
  /// Gives the bytes to a body, part by part, so that those of a large file need not be in memory together.
  let forEachPart: (_ body: ([UInt8]) throws(FileError) -> Void) throws(FileError) -> Void

  package init(
    _ name: String,
    forEachPart: @escaping (_ body: ([UInt8]) throws(FileError) -> Void) throws(FileError) -> Void
  ) {
    self.name = name
    self.forEachPart = forEachPart
  }

  package init(_ name: String, _ bytes: [UInt8]) {
    self.init(name) { body throws(FileError) in try body(bytes) }
  }
}
