import Foundation

/// A folder of its own for one test, removed with all that is in it when the test lets go of it.
package final class WorkFolder {
  package let path: String

  package init() throws {
    path = FileManager.default.temporaryDirectory.path + "/skillet-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders that lead to it; gives its whole path.
  @discardableResult
  package func write(_ bytes: [UInt8], as name: String) throws -> String {
    let target = path + "/" + name
    let folder = String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)])
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: target))
    return target
  }

  @discardableResult
  package func write(_ text: String, as name: String) throws -> String {
    try write(Array(text.utf8), as: name)
  }

  package func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path + "/" + name)))
  }

  package func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/" + name)
  }

  /// Every file in it and below, as paths from here, sorted.
  package var files: [String] {
    (FileManager.default.subpaths(atPath: path) ?? []).filter { name in
      var isFolder = false
      return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder)
        && !isFolder
    }.sorted()
  }
}
