import Files

/// The data files of a folder, by the endings of their names, and of a folder that `datasets` saved.
struct DataFolder {
  /// Paths in the order of the names.
  let files: [String]
  /// Names of what is there beside them.
  let others: [String]

  private static let endings = [
    ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".parquet", ".arrow", ".feather",
  ]
  private static let packed = ["", ".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".zip"]
  /// What `datasets` and its hub write about data.
  private static let descriptions = [
    "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json",
  ]
  /// How names of files begin that are not to be trained on.
  private static let heldOut = ["valid", "val", "validation", "dev", "eval", "test"]

  /// - Throws: where there is no data file, or where the names say that some are not to be trained on.
  init(_ path: String) throws(DataError) {
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    let names = (Paths.names(in: path) ?? []).sorted().filter { !$0.hasPrefix(".") }
    let saved = try Self.saved(in: folder)
    let isFolder = Dictionary(
      uniqueKeysWithValues: names.map { ($0, Paths.isFolder(folder + "/" + $0)) })
    let data = saved ?? names.filter { isFolder[$0] == false && Self.isData($0) }
    files = data.map { folder + "/" + $0 }
    others = names.filter { !data.contains($0) }
    guard !data.isEmpty else {
      let folders = names.filter { isFolder[$0] == true }
      throw DataError(
        file: path, reason: "the folder has no data file",
        fix: folders.isEmpty
          ? "Name a file, or a folder with \(Self.endings.joined(separator: ", "))"
          : "Name one of its folders: \(Shown.list(folders))")
    }
    let held = data.filter(Self.isHeldOut)
    guard held.isEmpty || held.count == data.count else {
      let rest = data.filter { !Self.isHeldOut($0) }.prefix(5).map { "\"\(folder)/\($0)\"" }
      throw DataError(
        file: path,
        reason: "some of its files are to measure on, by their names: \(Shown.list(held))",
        fix: "Name those to train on: [\(rest.joined(separator: ", "))]")
    }
  }

  private static func isData(_ name: String) -> Bool {
    let name = name.lowercased()
    guard !descriptions.contains(name) else { return false }
    return endings.contains { ending in packed.contains { name.hasSuffix(ending + $0) } }
  }

  private static func isHeldOut(_ name: String) -> Bool {
    heldOut.contains(String(name.lowercased().prefix { $0.isLetter }))
  }

  /// The files that `save_to_disk` names: a folder may have leftovers of `map` beside them.
  private static func saved(in folder: String) throws(DataError) -> [String]? {
    func document(_ name: String) throws(DataError) -> JSONValue? {
      let path = folder + "/" + name
      guard Paths.exists(path) else { return nil }
      do throws(FileError) {
        return try JSONValue(file: path)
      } catch {
        throw DataError(
          file: path, reason: error.cause,
          fix: error.fix.prefix(1).uppercased() + error.fix.dropFirst())
      }
    }
    if let splits = try document("dataset_dict.json")?["splits"]?.array {
      let names = splits.compactMap(\.string)
      throw DataError(
        file: folder, reason: "the folder has several datasets: \(Shown.list(names))",
        fix: "Name one of them: \"\(folder)/\(names.first ?? "train")\"")
    }
    guard Paths.exists(folder + "/dataset_info.json"),
      let files = try document("state.json")?["_data_files"]?.array
    else { return nil }
    let names = files.compactMap { $0["filename"]?.string }
    guard let bad = names.first(where: { $0.contains("/") }) else { return names }
    throw DataError(
      file: folder + "/state.json", reason: "its file \(Shown.quoted(bad)) is not in the folder",
      fix: "Save the dataset again")
  }
}
