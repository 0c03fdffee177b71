import Files
import Files
import Tensors

/// A model in one GGUF file, or in several that llama.cpp's splitter made: `NAME-00001-of-00003.gguf`
/// and so on. The first part has the metadata; each has tensors (the first may have none), and says
/// which part it is (`split.no`, from 0) of how many (`split.count`).
package struct GGUFParts: Sendable {
  package let metadata: GGUFMetadata
  /// Those of all parts, in their order.
  package private(set) var tensors: TensorDirectory
  package private(set) var files: [MappedFile]

  /// Opens the file at `path` and, where it is the first of several, the others beside it.
  package init(path: String) throws(FileError) {
    let first = try GGUFFile(path: path)
    (metadata, tensors, files) = (first.metadata, first.tensors, [first.file])
    let count = try Self.count(first.metadata)
    guard count > 1 else { return }
    let name = try Self.name(path, first.metadata, count)
    for part in 2...count {
      try add(try Self.opened(name.path(part), "part \(part) of \(count) of \(path)"), part, count)
    }
    try checkTensorCount(path)
  }

  /// Whether a file's name is that of a part that is not the first: only the first is opened by name.
  package static func isLaterPart(_ name: String) -> Bool {
    SplitName(name).map { $0.part != 1 } ?? false
  }

  private static func count(_ metadata: GGUFMetadata) throws(FileError) -> Int {
    let count = try metadata.integerIfPresent("split.count") ?? 1
    if (0...99_999).contains(count) { return count }
    throw FileError(
      .malformed, file: metadata.file, cause: "split.count is \(count), and a name has five digits",
      fix: "download or split the model again")
  }

  /// The name of the first part, made sure that it is that of the first.
  private static func name(
    _ path: String, _ metadata: GGUFMetadata, _ count: Int
  ) throws(FileError) -> SplitName {
    let name = SplitName(path)
    let part = try metadata.integer("split.no")
    guard part == 0 else {
      let first = name.map { "load \"\($0.path(1))\"" } ?? "load the first part"
      throw FileError(
        .unsupported, file: path,
        cause:
          "this is a later part of a model in \(count) (split.no is \(part), the first's is 0)",
        fix: first + "; the others are found beside it")
    }
    guard let name, name.part == 1, name.count == count else {
      throw FileError(
        .malformed, file: path,
        cause: "this is the first of \(count) parts, which the end of its name does not say",
        fix: "give the parts their names back: NAME" + SplitName.ending(1, of: count) + " and so on"
      )
    }
    return name
  }

  private static func opened(_ path: String, _ what: String) throws(FileError) -> GGUFFile {
    do {
      return try GGUFFile(path: path)
    } catch  where error.kind.isOfReading {
      throw FileError(
        .absent, file: path, cause: "\(what) cannot be read: \(error.cause)",
        fix: "put all parts into one folder, under the names that they came with")
    }
  }

  private mutating func add(
    _ file: GGUFFile, _ part: Int, _ count: Int
  ) throws(FileError) {
    func mismatch(_ cause: String) -> FileError {
      FileError(
        .malformed, file: file.file.path, cause: cause,
        fix: "take all parts from one download of the model")
    }
    let found = (
      number: try file.metadata.integerIfPresent("split.no"),
      count: try file.metadata.integerIfPresent("split.count")
    )
    guard found.number == part - 1, found.count == count else {
      func word(_ value: Int?) -> String { value.map { "\($0)" } ?? "missing" }
      throw mismatch(
        "this should be part \(part) of \(count), but its split.no is \(word(found.number)) (from 0) "
          + "and its split.count \(word(found.count))")
    }
    for key in file.metadata.keys where key != "split.no" && key != "general.alignment" {
      guard let other = metadata[key], other != file.metadata[key] else { continue }
      throw mismatch("it is a part of another model: its \(key) is not that of the first part")
    }
    for entry in file.tensors.entries where !tensors.insert(entry) {
      throw mismatch("the tensor \(entry.name) is in an earlier part as well")
    }
    files.append(file.file)
  }

  private func checkTensorCount(_ path: String) throws(FileError) {
    guard let count = try metadata.integerIfPresent("split.tensors.count"),
      count != tensors.entries.count
    else { return }
    throw FileError(
      .malformed, file: path,
      cause: "its \(files.count) parts have \(tensors.entries.count) tensors together, and "
        + "split.tensors.count is \(count)",
      fix: "take all parts from one download of the model")
  }
}

/// A path that ends in `-00001-of-00003.gguf`.
private struct SplitName {
  let prefix: Substring
  let part: Int
  let count: Int

  init?(_ path: String) {
    let sample = Self.ending(1, of: 1)
    let ending = path.suffix(sample.count)
    guard ending.count == sample.count, ending.hasSuffix(".gguf"),
      let part = Int(ending.dropFirst().prefix(5)), part > 0,
      let count = Int(ending.dropFirst(10).prefix(5)), count > 0,
      ending == Self.ending(part, of: count)
    else { return nil }
    prefix = path.dropLast(sample.count)
    (self.part, self.count) = (part, count)
  }

  func path(_ part: Int) -> String { prefix + Self.ending(part, of: count) }

  static func ending(_ part: Int, of count: Int) -> String {
    func digits(_ number: Int) -> String { String(String(100_000 + number).dropFirst()) }
    return "-\(digits(part))-of-\(digits(count)).gguf"
  }
}
