import CFiles

/// Bytes that one of the general methods of compression packed, and that their file says the size of: pages of
/// Parquet, buffers of Arrow.
package enum CompressedBlock {
  package enum Method: Sendable {
    case gzip, zstd, snappy, brotli, lz4Block, lz4Frames

    fileprivate var number: Int {
      switch self {
      case .gzip: CFILES_GZIP
      case .zstd: CFILES_ZSTD
      case .snappy: CFILES_SNAPPY
      case .brotli: CFILES_BROTLI
      case .lz4Block: CFILES_LZ4_BLOCK
      case .lz4Frames: CFILES_LZ4
      }
    }
  }

  /// The bytes as they were before; nil if they are damaged or not of that size.
  package static func unpacked(
    _ bytes: ArraySlice<UInt8>, by method: Method, size: Int
  ) -> [UInt8]? {
    guard size > 0 else { return size == 0 ? [] : nil }
    var outcome = 0
    let result = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      outcome = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Int(
          cfiles_unpack(
            Int32(method.number), bytes.baseAddress, bytes.count, buffer.baseAddress, size, &count))
      }
    }
    return outcome == CFILES_UNPACKED && result.count == size ? result : nil
  }

  /// The bytes as a stream of zlib (RFC 1950).
  package static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    let limit = cfiles_deflate_limit(bytes.count)
    return unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe count = cfiles_deflate(bytes.baseAddress, bytes.count, buffer.baseAddress, limit)
      }
    }
  }
}
