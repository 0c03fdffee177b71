/// Errors that are gathered, so that all that is wrong with a file is told at once.
package struct FileErrors {
  package private(set) var all: [FileError] = []

  package init() {}

  /// What `body` gives; nil where it fails, and the error is kept.
  package mutating func gather<Value>(
    _ body: () throws(FileError) -> Value
  ) -> Value? {
    do throws(FileError) {
      return try body()
    } catch {
      all.append(error)
      return nil
    }
  }

  /// Throws what was gathered, if anything was.
  package func check() throws(FileError) {
    if !all.isEmpty { throw FileError(together: all) }
  }
}
