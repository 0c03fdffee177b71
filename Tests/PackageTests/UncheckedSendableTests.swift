import Files
import Testing

/// What is shared between threads without the compiler's proof, and why it may be.
@Suite struct UncheckedSendableTests {
  static let reasons = [
    "Compute": "its arenas belong to a thread each; the rest is constant",
    "Matrix": "a view; tasks write disjoint rows or columns of it",
    "Arena": "used by one thread at a time",
    "NestedAbsmax": "written before it is shared, then only read",
    "WorkerPool": "its state is atomic, or behind its mutex",
    "FrozenMatrix": "never changed after it was made",
    "RawBuffer": "its owner decides who writes where",
    "PackedRows": "written before it is shared, then only read",
    "PackedVectors": "written before it is shared, then only read",
    "Operand": "a view of memory that is only read",
    "TiledProduct": "each task writes columns and rows of its own",
    "MappedFile": "mapped for reading",
    "Adapter": "changed by the one training that owns it",
    "AdapterVector": "changed by the one training that owns it",
    "StoredActivation": "tasks store and read rows apart",
    "JinjaNamespace": "lives within one rendering, on one thread",
    "JinjaMacro": "lives within one rendering, on one thread",
  ]

  @Test func `each type that is unchecked has its reason in the list, and no other is there`() {
    let declaration = /(?:class|struct|enum)\s+(\w+)[^{]*@unchecked Sendable/
    var found: Set<String> = []
    for file in Repository.files(under: "Sources", ".swift") {
      let code = CodeText.of(file.text, file: file.path)
      for match in code.matches(of: declaration) { found.insert(String(match.1)) }
    }
    #expect(found == Set(Self.reasons.keys))
  }

  /// What the compiler is told to let pass stands below a comment that says why.
  @Test func `each unsafe capture says why it is safe`() {
    for file in Repository.files(under: "Sources", ".swift") {
      for (index, line) in file.lines.enumerated() where line.contains("nonisolated(unsafe)") {
        let above = index > 0 ? file.lines[index - 1] : ""
        #expect(above.contains("//"), "\(file.path):\(index + 1)")
      }
    }
  }

  /// Cases of a suite run side by side, and a `Compute` serves one of them at a time.
  @Test func `no suite shares a compute among its cases`() {
    for file in Repository.files(under: "Tests", ".swift") {
      for (index, line) in file.lines.enumerated()
      where line.contains(/static (?:let|var) [^=]*= (?:Compute|WorkerPool|Arena)\(/) {
        Issue.record("\(file.path):\(index + 1)")
      }
    }
  }
}
