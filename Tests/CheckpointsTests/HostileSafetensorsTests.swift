import Checkpoints
import Files
import Tensors
import TestSupport
import Testing

/// Malformed files, each by one change to a sound one; every one must be refused, none may trap.
@Suite struct HostileSafetensorsTests {
  let folder = TemporaryFolder()

  /// A file with the given header and data.
  static func file(_ header: String, data: Int = 0) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
      + [UInt8](repeating: 1, count: data)
  }

  static func tensor(
    _ name: String, _ type: String, _ shape: String, _ begin: Int, _ end: Int
  ) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
  }

  /// One f32.
  static func tensor(_ name: String, _ begin: Int, _ end: Int) -> String {
    tensor(name, "F32", "[1]", begin, end)
  }

  static let sound = file("{\(tensor("a", 0, 4)),\(tensor("b", 4, 8))}", data: 8)

  func open(_ bytes: [UInt8]) throws(FileError) -> SafetensorsFile {
    try SafetensorsFile(path: folder.write(bytes, as: "hostile.safetensors"))
  }

  @Test func theFileThatTheOthersAreMadeFromIsSound() throws {
    #expect(try open(Self.sound).tensors.names == ["a", "b"])
  }

  @Test(arguments: [
    ("{", 0, "not JSON"),
    ("[]", 0, "does not begin with {"),
    (" {}", 0, "does not begin with {"),
    ("{}x", 0, "more text"),
    ("{\(tensor("a", 0, 4)),\(tensor("a", 4, 8))}", 8, "occurs twice"),
    ("{\(tensor("a", 0, 4)),\(tensor("b", 2, 6))}", 6, "overlaps"),
    ("{\(tensor("a", 0, 4)),\(tensor("b", 0, 4))}", 4, "overlaps"),
    ("{\(tensor("a", 0, 4)),\(tensor("b", 6, 10))}", 10, "hole"),
    ("{\(tensor("a", 4, 8))}", 8, "hole"),
    ("{\(tensor("a", 0, 4))}", 5, "belong to no tensor"),
    ("{\(tensor("a", 0, 4))}", 3, "which has 3 bytes"),
    ("{\(tensor("a", "F32", "[2]", 0, 4))}", 4, "does not have 4 bytes"),
    ("{\(tensor("a", "F32", "[-1]", 0, 4))}", 4, "does not have 4 bytes"),
    ("{\(tensor("a", "F32", "[4611686018427387904,8]", 0, 4))}", 4, "does not have 4 bytes"),
    ("{\(tensor("a", "F32", "[0.5]", 0, 4))}", 4, "no sound shape"),
    ("{\(tensor("a", "F32", "3", 0, 4))}", 4, "no sound shape"),
    ("{\(tensor("a", "F8_E8M0", "[4]", 0, 4))}", 4, "of type F8_E8M0, which is not supported"),
    ("{\(tensor("a", "Q8_0", "[32]", 0, 34))}", 34, "of type Q8_0, which is not supported"),
    ("{\(tensor("a", 4, 0))}", 4, "no sound data_offsets"),
    ("{\(tensor("a", -4, 0))}", 4, "no sound data_offsets"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "no sound data_offsets"),
    ("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "has no dtype"),
    ("{\"a\":7}", 0, "has no dtype"),
    ("{\"__metadata__\":{\"a\":1}}", 0, "strings only"),
    ("{\"__metadata__\":[]}", 0, "strings only"),
    ("{\"\u{1}\":1}", 0, "control character"),
    (String(repeating: "{\"a\":", count: 5000), 0, "nested"),
  ])
  func aBadHeaderIsRefusedByReason(header: String, data: Int, reason: String) {
    let error = #expect(throws: FileError.self) {
      try open(Self.file(header, data: data))
    }
    #expect(error?.cause.contains(reason) == true, "\(error?.cause ?? "")")
  }

  @Test func aHeaderBeyondTheLimitOrTheFileIsRefused() {
    var bytes = Self.sound
    bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: UInt64(100_000_001), Array.init))
    #expect(#expect(throws: FileError.self) { try open(bytes) }?.kind == .wrongFormat)
    bytes.replaceSubrange(0..<8, with: [UInt8](repeating: 0xFF, count: 8))
    #expect(#expect(throws: FileError.self) { try open(bytes) }?.kind == .wrongFormat)
    bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: UInt64(99_999_999), Array.init))
    #expect(#expect(throws: FileError.self) { try open(bytes) }?.kind == .truncated)
  }

  @Test func everyTruncationIsRefused() {
    for length in 0..<Self.sound.count {
      #expect(throws: FileError.self) { try open(Array(Self.sound.prefix(length))) }
    }
  }

  @Test func randomChangesNeverTrap() {
    for seed in 0..<2000 {
      let bytes = Mutation.flipped(Self.sound, seed: seed)
      guard let file = try? open(bytes) else { continue }
      for entry in file.tensors.entries {
        #expect(entry.bytes.count == entry.elementType.byteCount(ofShape: entry.shape))
      }
    }
  }
}
