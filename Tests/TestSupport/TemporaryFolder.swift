import Glibc

/// A folder of its own for one test, removed with its files when the test lets go of it.
package final class TemporaryFolder {
  package let path: String

  package init() {
    var template = Array("/tmp/skillet-tests-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nonexistent"
    }
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// What is in the folder, sorted.
  package var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file; gives its path.
  @discardableResult
  package func write(_ bytes: [UInt8], as name: String) -> String {
    let target = "\(path)/\(name)"
    // A new file, as a file system may force one that was cut short to the disk.
    unlink(target)
    let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      guard count > 0 else { break }
      written += count
    }
    close(descriptor)
    return target
  }
}
