import Checkpoints
import Files
import Tensors
import TestSupport
import Testing

/// Malformed files, each by one change to a sound one; every one must be refused, none may trap.
@Suite struct HostileGGUFTests {
  let folder = TemporaryFolder()

  /// The parts of a small sound file, in order, so that a test can replace one.
  struct Parts {
    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    var tensorCount: UInt64 = 2
    var entryCount: UInt64 = 2
    var entries = Self.text("general.architecture", "llama") + Self.strings("t.s", ["a", "bc"])
    var tensors = Self.tensor("x", [32, 2], type: 8, offset: 0) + Self.tensor("y", [4], offset: 96)
    var alignment = 32
    var data = 112

    var bytes: [UInt8] {
      var bytes = magic + Self.little(version) + Self.little(tensorCount) + Self.little(entryCount)
      bytes += entries + tensors
      while bytes.count % alignment != 0 { bytes.append(0) }
      return bytes + [UInt8](repeating: 1, count: data)
    }

    static func little(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian, Array.init)
    }

    static func name(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + text.utf8 }

    static func entry(_ key: String, type: UInt32, _ value: [UInt8]) -> [UInt8] {
      name(key) + little(type) + value
    }

    static func text(_ key: String, _ value: String) -> [UInt8] {
      entry(key, type: 8, name(value))
    }

    static func strings(_ key: String, _ values: [String]) -> [UInt8] {
      entry(key, type: 9, little(UInt32(8)) + little(UInt64(values.count)) + values.flatMap(name))
    }

    static func tensor(
      _ label: String, _ sizes: [UInt64], type: UInt32 = 0, offset: UInt64
    ) -> [UInt8] {
      name(label) + little(UInt32(sizes.count)) + sizes.flatMap { little($0) } + little(type)
        + little(offset)
    }
  }

  func open(_ bytes: [UInt8]) throws(FileError) -> GGUFFile {
    try GGUFFile(path: folder.write(bytes, as: "hostile.gguf"))
  }

  func error(_ change: (inout Parts) -> Void) -> FileError? {
    var parts = Parts()
    change(&parts)
    return #expect(throws: FileError.self) { try open(parts.bytes) }
  }

  @Test func theFileThatTheOthersAreMadeFromIsSound() throws {
    let file = try open(Parts().bytes)
    #expect(file.tensors.names == ["x", "y"])
    #expect(file.tensors["x"]?.shape == [2, 32])
  }

  @Test func wrongMagicVersionAndByteOrderAreToldApart() {
    let magic = error { $0.magic = Array("GGML".utf8) }
    #expect(magic?.kind == .wrongFormat)
    #expect(magic?.offset == 0)
    let first = error { $0.version = 1 }
    #expect(first?.cause == "GGUF version 1 is not supported (2 and 3 are)")
    let big = error { $0.version = UInt32(3).byteSwapped }
    #expect(big?.cause == "the GGUF file is big-endian")
    #expect(big?.offset == 4)
  }

  @Test(arguments: [3, 1 << 20, UInt64(Int.max), UInt64.max])
  func countsBeyondTheFileAreRefused(count: UInt64) {
    #expect(error { $0.tensorCount = count } != nil)
    #expect(error { $0.entryCount = count } != nil)
    #expect(
      error { $0.entries = Parts.little(count) + Array("general.architecture".utf8) } != nil)
    for type in [UInt32(8), 0, 5, 12] {
      let array = Parts.little(type) + Parts.little(count)
      #expect(
        error { $0.entries = Parts.text("a", "b") + Parts.entry("c", type: 9, array) } != nil)
    }
  }

  @Test func unknownTypesAndNestedArraysAreRefused() {
    let type = error { $0.entries = Parts.text("a", "b") + Parts.entry("c", type: 13, [0]) }
    #expect(type?.cause == "the metadata key c has the unknown type 13")
    let nested = error {
      $0.entries = Parts.text("a", "b") + Parts.entry("c", type: 9, Parts.little(UInt32(9)))
    }
    #expect(nested?.cause == "the metadata key c is an array of arrays")
  }

  @Test func duplicateNamesAreRefused() {
    let key = error { $0.entries = Parts.text("a", "b") + Parts.text("a", "c") }
    #expect(key?.cause == "the metadata key a occurs twice")
    let name = error {
      $0.tensors = Parts.tensor("x", [4], offset: 0) + Parts.tensor("x", [4], offset: 32)
    }
    #expect(name?.cause == "the tensor name x occurs twice")
  }

  @Test(arguments: [UInt32(0), 1 << 20 + 1, .max])
  func anImpossibleAlignmentIsRefused(alignment: UInt32) {
    let error = error {
      $0.entries =
        Parts.text("a", "b") + Parts.entry("general.alignment", type: 4, Parts.little(alignment))
    }
    #expect(error?.cause.contains("general.alignment is \(alignment)") == true)
  }

  @Test func anUnsupportedTensorTypeIsRefusedByName() {
    let type = error {
      $0.tensors = Parts.tensor("x", [256], type: 15, offset: 0) + Parts.tensor("y", [4], offset: 0)
    }
    #expect(type?.kind == .unsupported)
    #expect(type?.cause == "the tensor x is of type Q8_K, which is not supported")
    let unknown = error {
      $0.tensors = Parts.tensor("x", [4], type: 999, offset: 0) + Parts.tensor("y", [4], offset: 0)
    }
    #expect(unknown?.cause == "the tensor x has the unknown type number 999")
  }

  @Test(arguments: [
    [0], [UInt64.max], [UInt64(Int.max), 2], [1 << 62, 1 << 62], [1, 1, 1, 1, 1],
  ])
  func impossibleShapesAreRefused(shape: [UInt64]) {
    #expect(
      error {
        $0.tensors = Parts.tensor("x", shape, offset: 0) + Parts.tensor("y", [4], offset: 0)
      } != nil)
  }

  @Test func rowsThatDoNotFillBlocksAreRefused() {
    let error = error {
      $0.tensors =
        Parts.tensor("x", [16, 2], type: 8, offset: 0) + Parts.tensor("y", [4], offset: 96)
    }
    #expect(error?.cause.contains("does not fill whole q8_0 blocks") == true)
  }

  @Test(arguments: ElementType.allCases.filter { !$0.isScalar })
  func `blocks of each type must fill rows and lie in the file`(type: ElementType) throws {
    let number = try #require(type.ggmlNumber)
    let elements = UInt64(type.elementsPerBlock)
    func opened(_ sizes: [UInt64], data: Int) throws(FileError) -> GGUFFile {
      var parts = Parts()
      parts.tensorCount = 1
      parts.tensors = Parts.tensor("x", sizes, type: number, offset: 0)
      parts.data = data
      return try open(parts.bytes)
    }
    let bytes = 6 * type.bytesPerBlock
    #expect(try opened([elements * 2, 3], data: bytes).tensors["x"]?.byteCount == bytes)
    let cut = #expect(throws: FileError.self) {
      try opened([elements * 2, 3], data: bytes - 1)
    }
    #expect(cut?.cause.contains("needs \(bytes) bytes") == true)
    for width in [elements * 2 - 1, elements / 2, 1] {
      let unfilled = #expect(throws: FileError.self) {
        try opened([width, 2 * elements], data: 2 * bytes)
      }
      #expect(unfilled?.cause.contains("does not fill whole \(type) blocks") == true)
    }
    for sizes in [[elements, 1 << 62], [1 << 63, 2], [elements << 50, 1 << 10, 1 << 3]] {
      #expect(throws: FileError.self) { try opened(sizes, data: bytes) }
    }
  }

  @Test(arguments: [1, 8, 12, 48, 64, 4096])
  func `tensors lie at multiples of whatever the file says`(alignment: UInt32) throws {
    var parts = Parts()
    parts.entries =
      Parts.text("a", "b") + Parts.entry("general.alignment", type: 4, Parts.little(alignment))
    parts.alignment = Int(alignment)
    let offset = (68 + alignment - 1) / alignment * alignment
    parts.tensors =
      Parts.tensor("x", [32, 2], type: 8, offset: 0)
      + Parts.tensor("y", [4], offset: UInt64(offset))
    parts.data = Int(offset) + 16
    let file = try open(parts.bytes)
    #expect(file.tensors["x"]?.range.lowerBound == parts.bytes.count - parts.data)
    #expect(file.tensors["y"]?.range.upperBound == parts.bytes.count)
  }

  @Test(arguments: [
    (UInt64(1), "not a multiple of the alignment"), (1 << 40, "needs 16 bytes"),
    (UInt64.max - 31, "needs 16 bytes"), (128, "needs 16 bytes"), (64, "overlap"),
  ])
  func badOffsetsAreRefused(offset: UInt64, reason: String) {
    let error = error {
      $0.tensors =
        Parts.tensor("x", [32, 2], type: 8, offset: 0) + Parts.tensor("y", [4], offset: offset)
    }
    #expect(error?.cause.contains(reason) == true, "\(error?.cause ?? "")")
  }

  @Test func aNameThatIsNotTextIsRefused() {
    let error = error {
      $0.tensors =
        Parts.little(UInt64(2)) + [0xC3, 0x28] + Parts.little(UInt32(0))
        + Parts.tensor("y", [4], offset: 96)
    }
    #expect(error?.cause == "a tensor name is not UTF-8")
  }

  @Test func everyTruncationIsRefused() {
    let sound = Parts().bytes
    for length in 0..<sound.count {
      #expect(throws: FileError.self) { try open(Array(sound.prefix(length))) }
    }
  }

  @Test func randomChangesNeverTrap() {
    let sound = Parts().bytes
    for seed in 0..<2000 {
      guard let file = try? open(Mutation.flipped(sound, seed: seed)) else { continue }
      for entry in file.tensors.entries {
        #expect(entry.bytes.count == entry.elementType.byteCount(ofShape: entry.shape))
      }
      for key in file.metadata.keys { _ = try? file.metadata.integersIfPresent(key) }
    }
  }
}
