import COpenSSL
/// Digests in lower-case hexadecimal; SHA-256 as `sha256sum` prints it.
package enum FileDigest {
  package static func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
    var stream = Stream()
    unsafe stream.append(bytes)
    return stream.finish()
  }

  package static func sha256(_ bytes: [UInt8]) -> String {
    unsafe bytes.withUnsafeBytes { unsafe sha256($0) }
  }

  package static func sha256(file path: String) throws(FileError) -> String {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { unsafe sha256(file.bytes) }
  }

  /// The digest by which git knows a file: SHA-1 of its length and its bytes.
  package static func gitBlob(_ bytes: [UInt8]) -> String {
    var stream = unsafe Stream(EVP_sha1())
    stream.append(Array("blob \(bytes.count)\0".utf8))
    stream.append(bytes)
    return stream.finish()
  }

  /// HMAC-SHA256 (RFC 2104) of parts one behind the other.
  package static func authenticationCode(of parts: [[UInt8]], key: [UInt8]) -> String {
    let whole = parts.flatMap { $0 }
    return unsafe hexadecimal { code, count in
      unsafe HMAC(
        EVP_sha256(), key, Int32(key.count), whole, whole.count, code.baseAddress, &count) != nil
    }
  }

  /// - Parameter fill: writes a digest and its length; false if libcrypto refuses.
  private static func hexadecimal(
    _ fill: (_ digest: UnsafeMutableBufferPointer<UInt8>, _ count: inout UInt32) -> Bool
  ) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) {
      buffer, count in
      var byteCount = 0 as UInt32
      let isWhole = unsafe fill(buffer, &byteCount)
      precondition(isWhole, "libcrypto gave no digest of \(EVP_MAX_MD_SIZE) bytes at most")
      count = Int(byteCount)
    }
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The digest of parts that are not in memory together.
  @safe package struct Stream: ~Copyable {
    private let context = unsafe EVP_MD_CTX_new()

    /// SHA-256.
    package init() { unsafe self.init(EVP_sha256()) }

    fileprivate init(_ kind: OpaquePointer) {
      let isBegun = unsafe EVP_DigestInit_ex(context, kind, nil)
      precondition(isBegun == 1, "libcrypto gives no digest (\(isBegun))")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
      let isTaken = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
      precondition(isTaken == 1, "libcrypto refused \(bytes.count) bytes of a digest")
    }

    package mutating func append(_ bytes: [UInt8]) {
      unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    package consuming func finish() -> String {
      unsafe FileDigest.hexadecimal { digest, count in
        unsafe EVP_DigestFinal_ex(context, digest.baseAddress, &count) == 1
      }
    }
  }
}
