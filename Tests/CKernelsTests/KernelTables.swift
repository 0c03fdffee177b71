import CKernels
import Testing

/// The tables that this CPU can run, best first.
enum KernelTables {
  static let names: [String] = {
    var names: [String] = []
    while let name = ck_isa_available(names.count) { names.append(String(cString: name)) }
    return names
  }()

  /// Runs `body` with the table `name` in use on this thread.
  static func with<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    try #require(ck_use_isa(name))
    defer { _ = ck_use_isa(nil) }
    return try body()
  }
}

@Suite struct KernelTablesTests {
  @Test func theBestTableComesFirstAndThePortableOneLast() {
    #expect(KernelTables.names.last == "portable")
    #expect(Set(KernelTables.names).count == KernelTables.names.count)
  }

  @Test func anUnknownTableIsRefusedAndChangesNothing() throws {
    try KernelTables.with("portable") {
      #expect(!ck_use_isa("abacus"))
      #expect(String(cString: ck_isa_name()) == "portable")
    }
  }

  @Test(arguments: KernelTables.names)
  func packedSizesAreWholeCacheLines(name: String) throws {
    try KernelTables.with(name) {
      for operands in [CK_OPERANDS_F32, CK_OPERANDS_BF16] {
        for depth in 1...40 {
          let tile = ck_packed_rows_bytes(operands, ck_tile_rows(operands), depth)
          #expect(tile % 64 == 0)
          #expect(ck_packed_rows_bytes(operands, 3 * ck_tile_rows(operands) - 1, depth) == 3 * tile)
          #expect(ck_panel_bytes(operands, depth) % 64 == 0)
        }
      }
    }
  }
}
