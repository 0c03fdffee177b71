import Glibc

/// Names of what is written beside its target, until it takes the target's place.
///
/// They are hidden, tell the target by a digest of its name, and end in random digits: numbers of
/// processes repeat in containers.
struct TemporaryName {
  /// What all temporary names of one target begin with.
  let prefix: String

  /// - Parameter name: the target's last path component.
  init(of name: String) {
    prefix = ".skillet-\(FileDigest.sha256(Array(name.utf8)).prefix(12))-"
  }

  private static let randomDigits = 12

  /// A name that nobody has, most likely; who makes the file asks for it to be new.
  func fresh() -> String {
    let digits = String(UInt64.random(in: 0..<1 << (4 * Self.randomDigits)), radix: 16)
    return prefix + String(repeating: "0", count: Self.randomDigits - digits.utf8.count) + digits
  }

  /// Whether `fresh` could have given this name.
  func isOne(_ name: String) -> Bool {
    name.utf8.count == prefix.utf8.count + Self.randomDigits && name.hasPrefix(prefix)
  }
}
