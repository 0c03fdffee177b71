import Testing

/// The layers see only what lies below them.
@Suite struct LayerTests {
  /// The picture's arrows, from a layer to those directly below it.
  static let arrows: [String: Set<String>] = [
    "CKernels": [], "COpenBLAS": [], "COpenSSL": [], "CEditLine": [],
    "CFiles": [], "CLessons": [], "CTransfer": [], "CZeroMQ": [],
    "Diagnostics": [],
    "Files": ["COpenSSL", "CFiles"],
    "Tables": ["Files"],
    "Tensors": ["CKernels", "COpenBLAS"],
    "Checkpoints": ["Tensors", "Files"],
    "Hubs": ["Checkpoints", "CTransfer"],
    "Tokenizers": ["Files", "Diagnostics"],
    "Models": ["Checkpoints", "Tokenizers"],
    "Training": ["Models", "Tables"],
    "RecipeLanguage": ["Diagnostics"],
    "Terminals": ["Files", "Diagnostics", "CEditLine"],
    "Sessions": ["Training", "RecipeLanguage", "Hubs"],
    "Notebooks": ["Sessions"],
    "Reports": ["Notebooks"],
    "Lessons": ["Reports", "CLessons"],
    "Jupyter": ["Reports"],
    "skillet": ["Lessons", "Jupyter", "Terminals"],
    "skillet-kernel": ["Jupyter", "CZeroMQ"],
    "skillet-bench": ["Training"],
  ]

  /// What the system and other packages give, and to whom.
  static let system: Set<String> = [
    "Swift", "Glibc", "Darwin", "Synchronization", "FoundationEssentials",
  ]
  static let packages: [String: Set<String>] = [
    "skillet": ["ArgumentParser"],
    "skillet-bench": ["ArgumentParser", "Foundation"],
  ]

  private static func below(_ layer: String) -> Set<String> {
    (arrows[layer] ?? []).reduce(into: []) { $0.formUnion(below($1).union([$1])) }
  }

  private struct Edge: Hashable {
    let from: String
    let to: String
  }

  private static let edges: [Edge: String] = {
    var edges: [Edge: String] = [:]
    for file in Repository.files(under: "Sources", ".swift") {
      for line in CodeText.of(file.text, file: file.path).split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place < 3, words.count == place + 2
        else { continue }
        edges[Edge(from: file.module, to: String(words[place + 1]))] = file.path
      }
    }
    return edges
  }()

  @Test func `the picture has every folder of Sources, and no other`() {
    #expect(Repository.sourceFolders == Self.arrows.keys.sorted())
  }

  @Test func `no file imports what does not lie below it`() {
    #expect(Self.edges.count > 40)
    for (edge, file) in Self.edges {
      let allowed = Self.below(edge.from).union(Self.system).union(Self.packages[edge.from] ?? [])
      #expect(allowed.contains(edge.to), "\(file) imports \(edge.to)")
    }
  }

  /// What `Package.swift` lets each target import.
  private static let declared: [String: Set<String>] = {
    let text = Repository.files.first { $0.path == "Package.swift" }?.text ?? ""
    let target =
      /(?:layer|executableTarget)\(\s*(?:name: )?"([^"]+)"(?:,\s*(?:dependencies: )?\[([^\]]*)\])?/
    var declared: [String: Set<String>] = [:]
    for match in text.matches(of: target) {
      let names = (match.2 ?? "").matches(of: /"([^"]+)"/).map { String($0.1) }
      declared[String(match.1)] = Set(names)
    }
    return declared
  }()

  @Test func `a target declares what it imports itself, and nothing else`() {
    for layer in Self.arrows.keys where Self.declared[layer] != nil {
      let imported = Self.edges.keys.filter { $0.from == layer && Self.arrows[$0.to] != nil }
      #expect(Self.declared[layer] == Set(imported.map(\.to)), "\(layer)")
    }
    #expect(Self.declared.count > 10)
  }

  @Test func `C kernels are seen by no layer but Tensors`() {
    let name = /\bck_[a-z]\w*|\bCK_[A-Z]\w*/
    for file in Repository.files(under: "Sources", ".swift") where file.module != "Tensors" {
      let code = CodeText.of(file.text, file: file.path)
      #expect(code.firstMatch(of: name) == nil, "\(file.path)")
    }
  }

  @Test func `every arrow of the picture is used`() {
    for (layer, targets) in Self.arrows {
      for target in targets {
        #expect(Self.edges[Edge(from: layer, to: target)] != nil, "\(layer) → \(target)")
      }
    }
  }
}
