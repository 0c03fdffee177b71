import Foundation

/// A folder of its own for one test, removed with all that is in it when the test lets go of it.
package final class TemporaryFolder {
  package let path: String

  package init() {
    var template = Array("/tmp/skillet-tests-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nonexistent"
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What is in the folder, sorted.
  package var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
  }

  /// Every file in it and below, as paths from here, sorted.
  package var files: [String] {
    (FileManager.default.subpaths(atPath: path) ?? []).filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  package func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/" + name)
  }

  package func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path + "/" + name)))
  }

  /// Writes a file, with the folders that lead to it; gives its path.
  @discardableResult
  package func write(_ bytes: [UInt8], as name: String) -> String {
    let target = path + "/" + name
    if let slash = target.lastIndex(of: "/"), name.contains("/") {
      try? FileManager.default.createDirectory(
        atPath: String(target[..<slash]), withIntermediateDirectories: true)
    }
    // A new file, as a file system may force one that was cut short to the disk.
    unlink(target)
    _ = FileManager.default.createFile(atPath: target, contents: Data(bytes))
    return target
  }

  @discardableResult
  package func write(_ text: String, as name: String) -> String {
    write(Array(text.utf8), as: name)
  }
}
