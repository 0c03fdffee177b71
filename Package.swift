// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A Swift target and the only arrows of the layer picture that start there. What could break memory is
/// marked in it.
func layer(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude,
    swiftSettings: settings + [.strictMemorySafety()])
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [],
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "skillet",
  products: [
    .executable(name: "skillet", targets: ["skillet"]),
    .executable(name: "skillet-kernel", targets: ["skillet-kernel"]),
    .executable(name: "skillet-bench", targets: ["skillet-bench"]),
    // loaded by tests before the system's own calls
    .library(name: "SystemCallFaults", type: .dynamic, targets: ["SystemCallFaults"]),
  ],
  traits: [
    .trait(name: "Jupyter", description: "skillet-kernel, the kernel for Jupyter, by libzmq")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "CKernels"),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CEditLine", linkerSettings: [.linkedLibrary("edit")]),
    // what unpacks compressed data
    .target(
      name: "CFiles",
      linkerSettings: ["z", "zstd", "bz2", "lzma", "lz4", "snappy", "brotlidec"].map {
        .linkedLibrary($0)
      }),
    // libcurl, whose functions have no fixed list of arguments
    .target(name: "CTransfer", linkerSettings: [.linkedLibrary("curl")]),
    // lessons and what they read, by #embed
    .target(name: "CLessons", exclude: ["data", "lessons"]),
    layer("Diagnostics"),
    layer("Files", ["COpenSSL", "CFiles"]),
    layer("Tables", ["Files"]),
    layer("Tensors", ["CKernels", "COpenBLAS"]),
    layer("Checkpoints", ["Tensors", "Files"]),
    layer("Hubs", ["Checkpoints", "Files", "CTransfer"]),
    layer("Tokenizers", ["Files", "Diagnostics"]),
    layer(
      "Models", ["Checkpoints", "Tokenizers", "Tensors", "Files", "Diagnostics"],
      exclude: ["MODELS.md", "Adapters/ADAPTERS.md"]),
    layer(
      "Training",
      ["Models", "Checkpoints", "Tokenizers", "Tensors", "Tables", "Files", "Diagnostics"]),
    layer("RecipeLanguage", ["Diagnostics"], exclude: ["REFERENCE.md"]),
    layer("Terminals", ["Files", "Diagnostics", "CEditLine"]),
    layer(
      "Sessions",
      [
        "RecipeLanguage", "Diagnostics", "Training", "Models", "Checkpoints", "Tokenizers",
        "Tensors", "Files", "Hubs",
      ]),
    layer(
      "Notebooks",
      ["Sessions", "RecipeLanguage", "Diagnostics", "Training", "Tensors", "Files"]),
    layer(
      "Reports", ["Notebooks", "Sessions", "RecipeLanguage", "Diagnostics", "Files"],
      exclude: ["FIGURES.md"]),
    layer(
      "Lessons",
      ["CLessons", "Reports", "Notebooks", "Sessions", "RecipeLanguage", "Diagnostics", "Files"]),
    .executableTarget(
      name: "skillet",
      dependencies: [
        "Lessons", "Jupyter", "Reports", "Notebooks", "Sessions", "RecipeLanguage", "Diagnostics",
        "Terminals", "Files",
        argumentParser,
      ],
      swiftSettings: settings),
    layer(
      "Jupyter",
      ["Reports", "Notebooks", "Sessions", "RecipeLanguage", "Diagnostics", "Files"]),
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .executableTarget(
      name: "skillet-kernel",
      dependencies: [
        "Jupyter", "Files", .target(name: "CZeroMQ", condition: .when(traits: ["Jupyter"])),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "skillet-bench",
      dependencies: [
        "Training", "Models", "Tokenizers", "Tensors", "Diagnostics", argumentParser,
      ],
      exclude: ["peers", "KERNELS.md"], swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["Models", "Checkpoints", "Tensors", "Files"],
      path: "Tests/TestSupport", swiftSettings: settings),
    tests("TensorsTests", ["Tensors", "CKernels", "Files", "TestSupport"]),
    tests(
      "ModelsTests",
      ["Models", "Tokenizers", "Checkpoints", "Tensors", "Files", "CKernels", "TestSupport"]),
    tests(
      "TokenizersTests", ["Tokenizers", "Models", "Checkpoints", "Files", "TestSupport"],
      exclude: ["Goldens"]),
    tests(
      "TrainingTests",
      ["Training", "Models", "Tokenizers", "Tensors", "Files", "TestSupport"]),
    tests("FilesTests", ["Files", "TestSupport"]),
    tests("TablesTests", ["Tables", "Files", "TestSupport"], exclude: ["Files"]),
    tests("HubsTests", ["Hubs", "Files", "TestSupport"]),
    tests(
      "CheckpointsTests", ["Checkpoints", "Tensors", "Files", "TestSupport"], exclude: ["Golden"]),
    tests("CKernelsTests", ["CKernels"]),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests(
      "RecipeLanguageTests", ["RecipeLanguage", "Sessions", "Diagnostics", "TestSupport"],
      exclude: ["Golden"]),
    tests(
      "NotebooksTests",
      [
        "Notebooks", "Sessions", "RecipeLanguage", "Diagnostics", "Tokenizers", "Training",
      ]),
    tests(
      "ReportsTests",
      ["Reports", "Notebooks", "Sessions", "RecipeLanguage", "Diagnostics", "Files", "CFiles"]),
    .executableTarget(
      name: "EditorProbe", dependencies: ["Terminals", "Diagnostics"], path: "Tests/EditorProbe",
      swiftSettings: settings),
    // what `make interop` compares with transformers
    .executableTarget(
      name: "TemplateProbe", dependencies: ["Tokenizers", "Files"], path: "Tests/TemplateProbe",
      swiftSettings: settings),
    // what `make interop` compares with pyarrow
    .executableTarget(
      name: "TableProbe", dependencies: ["Tables", "Files"], path: "Tests/TableProbe",
      swiftSettings: settings),
    .target(
      name: "SystemCallFaults", path: "Tests/SystemCallFaults",
      linkerSettings: [.linkedLibrary("dl")]),
    tests("TerminalsTests", ["Terminals", "Diagnostics", "TestSupport", "EditorProbe"]),
    tests(
      "CommandTests",
      ["skillet", "Sessions", "RecipeLanguage", "Checkpoints", "Tensors", "Files", "TestSupport"],
      exclude: ["Rows", "Transcripts", "hub_server.py"]),
    tests("PromptTests", ["skillet", "TestSupport"]),
    tests(
      "LessonsTests",
      ["Lessons", "Notebooks", "Sessions", "Diagnostics", "Files", "TestSupport"]
    ),
    tests(
      "JupyterTests", ["Jupyter", "Files", "TestSupport"],
      exclude: ["kernel_test.py", "requirements.txt"]),
    tests("PackageTests", ["TestSupport"]),
  ]
)
