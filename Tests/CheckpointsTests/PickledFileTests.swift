import Checkpoints
import Files
import FoundationEssentials
import Tensors
import TestSupport
import Testing

/// Weights that `torch.save` wrote; references from make_pickled.py.
@Suite struct PickledFileTests {
  private let folder = TemporaryFolder()

  private static func path(_ name: String) -> String { References.path("pickled/" + name) }

  private func open(_ bytes: [UInt8]) throws(FileError) -> TensorDirectory {
    try PickledFile(path: folder.write(bytes, as: "hostile.bin")).tensors
  }

  private func values(_ entry: TensorEntry) throws -> [Double] {
    let bytes = Array(entry.bytes)
    let size = entry.elementType.bytesPerBlock
    return try stride(from: 0, to: bytes.count, by: size).map { start in
      let bits = bytes[start..<start + size].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      return switch entry.elementType {
      case .f64: Double(bitPattern: bits)
      case .f32: Double(Float(bitPattern: UInt32(bits)))
      case .bf16: Double(Float(bitPattern: UInt32(bits) << 16))
      case .i64: Double(Int64(bitPattern: bits))
      case .u8: Double(bits)
      case .f16:
        (bits >> 15 == 1 ? -1 : 1) * Double(bits & 0x3FF | 0x400)
          * Double(sign: .plus, exponent: Int(bits >> 10 & 31) - 25, significand: 1)
      default: try #require(nil as Double?, "\(entry.elementType)")
      }
    }
  }

  @Test(arguments: ["archive.bin", "sequence.bin"])
  func `both formats give names, shapes, types and numbers`(name: String) throws {
    let tensors = try PickledFile(path: Self.path(name)).tensors
    let expected = try #require(try JSONValue(file: Self.path("values.json")).object)
    #expect(tensors.names == expected.keys)
    let types = [
      "float32": "f32", "float16": "f16", "bfloat16": "bf16", "float64": "f64",
      "int64": "i64", "uint8": "u8",
    ]
    for member in expected.members {
      let entry = try #require(tensors[member.key])
      #expect(entry.shape == member.value["shape"]?.array?.compactMap(\.int))
      #expect(entry.elementType.rawValue == types[member.value["type"]?.string ?? ""])
      #expect(
        try values(entry) == member.value["values"]?.array?.compactMap(\.double), "\(member.key)")
    }
    #expect(tensors["table"]?.range == tensors["tied"]?.range)
  }

  @Test(arguments: [
    ("program.bin", "names posix.system"), ("turned.bin", "another order"),
    ("nested.bin", "\"model\" is no tensor"),
  ])
  func `what is more than weights is refused by name, and nothing is run`(
    name: String, words: String
  ) {
    let error = #expect(throws: FileError.self) { try PickledFile(path: Self.path(name)) }
    #expect(error?.kind == .unsupported)
    #expect(error?.cause.contains(words) == true, "\(error?.cause ?? "")")
    #expect(!FileManager.default.fileExists(atPath: "harmed"))
  }

  @Test(arguments: ["archive.bin", "sequence.bin"])
  func `no file that is cut or has another byte anywhere traps`(name: String) throws {
    let bytes = Array(try Data(contentsOf: URL(filePath: Self.path(name))))
    for end in stride(from: 1, to: bytes.count, by: 7) {
      #expect(throws: FileError.self, "cut at \(end)") { try open(Array(bytes[..<end])) }
    }
    var refused = 0
    for place in bytes.indices {
      for change in [0xFF, 0x80, 0x01] as [UInt8] {
        var changed = bytes
        changed[place] ^= change
        do { _ = try open(changed) } catch { refused += 1 }
      }
    }
    #expect(refused > bytes.count / 4)
  }

  @Test(
    arguments: [
      ([0x80, 2, 0x30, 0x2E], "0x30"), ([0x80, 2, 0x63, 0x61, 0x0A, 0x62, 0x0A, 0x2E], "a.b"),
      ([0x80, 2, 0x52, 0x2E], "stack"), ([0x80, 2, 0x68, 9, 0x2E], "not kept"),
      ([0x80, 2, 0x74, 0x2E], "no mark"), ([0x80, 2, 0x29, 0x2E], "tensors by name"),
      ([0x80, 2, 0x58, 0xFF, 0xFF, 0xFF, 0x7F, 0x61, 0x2E], "left"),
      ([0x80, 2, 0x7D, 0x4B, 1, 0x4E, 0x73, 0x2E], "no text for a name"),
    ] as [([UInt8], String)])
  func `a damaged pickle says what is wrong`(pickle: [UInt8], words: String) throws {
    // of the older format the third pickle has the tensors
    let bytes = Array(try Data(contentsOf: URL(filePath: Self.path("sequence.bin"))))
    let start = try #require(Self.third(in: bytes))
    let error = #expect(throws: FileError.self) {
      try open(Array(bytes[..<start]) + pickle + Self.noKeys)
    }
    #expect(error?.cause.contains(words) == true, "\(error?.cause ?? "")")
  }

  /// The pickle behind that of the tensors, of no storages.
  private static let noKeys: [UInt8] = [0x80, 2, 0x5D, 0x2E]

  /// Where the fourth pickle begins: behind the magic number, the version and the system.
  private static func third(in bytes: [UInt8]) -> Int? {
    let begin: [UInt8] = [0x2E, 0x80, 2]
    return bytes.indices.dropLast(3).filter { Array(bytes[$0..<$0 + 3]) == begin }
      .dropFirst(2).first.map { $0 + 1 }
  }

  @Test func `deep nesting and many values cost no more than their bytes`() throws {
    let bytes = Array(try Data(contentsOf: URL(filePath: Self.path("sequence.bin"))))
    let start = try #require(Self.third(in: bytes))
    let deep = [UInt8](repeating: 0x85, count: 1_000_000)
    let error = #expect(throws: FileError.self) {
      try open(Array(bytes[..<start]) + [0x80, 2, 0x29] + deep + [0x2E] + Self.noKeys)
    }
    #expect(error?.cause.contains("tensors by name") == true)
  }
}
