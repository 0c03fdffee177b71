import Files
import Tensors
import TestSupport
import Testing

/// The files of Golden/make_golden.py, and the bytes that Python says are in them.
enum CheckpointGoldens {
  static func path(_ name: String) -> String {
    "\(References.tests)/CheckpointsTests/Golden/\(name)"
  }

  static func listing(_ format: String) throws -> JSONObject {
    try #require(JSONValue(file: path("listing.json"))[format]?.object)
  }

  static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  static func bytes(_ path: String) throws -> [UInt8] { try MappedFile(path: path).contents() }
}
