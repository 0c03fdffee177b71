import Crypto
import Tensors

/// SHA-256 in lower-case hexadecimal, as `sha256sum` prints it.
package enum FileDigest {
  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in hash.finalize() {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  package static func sha256(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { sha256($0) }
  }

  package static func sha256(file path: String) throws(CheckpointError) -> String {
    let file = try CheckpointError.mapping(path)
    return withExtendedLifetime(file) { sha256(file.bytes) }
  }
}
