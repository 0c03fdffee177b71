// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A Swift target and the only arrows of the layer picture that start there.
func layer(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
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
    .executable(name: "skillet-bench", targets: ["skillet-bench"]),
    // loaded by tests before the system's own calls
    .library(name: "SystemCallFaults", type: .dynamic, targets: ["SystemCallFaults"]),
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
    .target(name: "CFiles"),
    layer("Tensors", ["CKernels", "COpenBLAS"]),
    layer("Checkpoints", ["Tensors", "COpenSSL", "CFiles"]),
    layer("Tokenizers"),
    layer("Models", ["Checkpoints", "Tokenizers", "Tensors"]),
    layer("Training", ["Models", "Checkpoints", "Tokenizers", "Tensors"]),
    layer("Diagnostics"),
    layer("RecipeLanguage", ["Diagnostics"], exclude: ["REFERENCE.md"]),
    layer("Terminals", ["Diagnostics", "CEditLine"]),
    layer(
      "Sessions",
      [
        "RecipeLanguage", "Diagnostics", "Training", "Models", "Checkpoints", "Tokenizers",
        "Tensors",
      ]),
    layer(
      "Notebooks",
      ["Sessions", "RecipeLanguage", "Diagnostics", "Training", "Checkpoints", "Tensors"]),
    .executableTarget(
      name: "skillet",
      dependencies: [
        "Notebooks", "Sessions", "RecipeLanguage", "Diagnostics", "Terminals", "Checkpoints",
        argumentParser,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "skillet-bench",
      dependencies: ["Training", "Models", "Tokenizers", "Tensors", argumentParser],
      exclude: ["peers", "KERNELS.md"], swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["Models", "Checkpoints", "Tensors"],
      path: "Tests/TestSupport", swiftSettings: settings),
    tests("TensorsTests", ["Tensors", "CKernels", "COpenBLAS", "Checkpoints", "TestSupport"]),
    tests(
      "ModelsTests",
      ["Models", "Tokenizers", "Checkpoints", "Tensors", "CKernels", "TestSupport"]),
    tests(
      "TokenizersTests", ["Tokenizers", "Models", "Checkpoints", "TestSupport"],
      exclude: ["Goldens"]),
    tests(
      "TrainingTests",
      ["Training", "Models", "Tokenizers", "Checkpoints", "Tensors", "TestSupport"]),
    tests("CheckpointsTests", ["Checkpoints", "Tensors", "TestSupport"], exclude: ["Golden"]),
    tests("CKernelsTests", ["CKernels"]),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests(
      "RecipeLanguageTests", ["RecipeLanguage", "Sessions", "Diagnostics"], exclude: ["Golden"]),
    tests(
      "NotebooksTests",
      [
        "Notebooks", "Sessions", "RecipeLanguage", "Diagnostics", "Checkpoints", "Tokenizers",
        "Training",
      ]),
    .executableTarget(
      name: "EditorProbe", dependencies: ["Terminals"], path: "Tests/EditorProbe",
      swiftSettings: settings),
    .target(
      name: "SystemCallFaults", path: "Tests/SystemCallFaults",
      linkerSettings: [.linkedLibrary("dl")]),
    tests("TerminalsTests", ["Terminals", "Diagnostics", "TestSupport", "EditorProbe"]),
    tests(
      "CommandTests",
      ["skillet", "Sessions", "RecipeLanguage", "Checkpoints", "Tensors", "TestSupport"],
      exclude: ["Rows", "Transcripts"]),
    tests("PromptTests", ["skillet", "TestSupport"]),
    tests("PackageTests", ["TestSupport"]),
  ]
)
