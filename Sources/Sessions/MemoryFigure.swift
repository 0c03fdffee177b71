import Glibc

/// A figure of memory that Linux tells in a file of lines such as `VmHWM:   43924 kB`.
enum MemoryFigure {
  /// - Parameters:
  ///   - key: what stands before the colon.
  ///   - path: the file.
  /// - Returns: bytes; nil where there is no such file or line.
  static func bytes(_ key: String, in path: String) -> Int? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix("\(key):") else { continue }
      return Int(text.dropFirst(key.count).filter(\.isNumber)).map { $0 * 1024 }
    }
    return nil
  }
}
