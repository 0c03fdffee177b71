/// A kind of file that holds no rows as text, known by the bytes that it begins with.
struct FileKind {
  let start: [UInt8]
  /// With its article, for messages.
  let name: String
  /// How rows are got out of it: a clause with `{file}`, `{rows}` and `{text}` for the names.
  let fix: String

  private init(_ start: [UInt8], _ name: String, _ fix: String) {
    self.start = start
    self.name = name
    self.fix = fix
  }

  private init(_ start: String, _ name: String, _ fix: String) {
    self.init(Array(start.utf8), name, fix)
  }

  /// The kind of a file of these bytes; nil for what may be text in UTF-8.
  static func of(_ bytes: ArraySlice<UInt8>) -> FileKind? {
    if let kind = all.first(where: { bytes.starts(with: $0.start) }) { return kind }
    if bytes.dropFirst(257).starts(with: "ustar".utf8) { return tar }
    return unmarkedUTF16(bytes)
  }

  /// What to do, with the names of this file.
  func fix(for path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      byte >= 0x80 || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    return fix.replacing("{file}", with: isPlain ? path : "FILE")
      .replacing("{rows}", with: isPlain ? Self.rows(of: path) : "ROWS.jsonl")
      .replacing("{text}", with: isPlain ? Self.text(of: path) : "NEW")
  }

  /// A name for the rows of a file: never the file's own, which a shell would empty first.
  private static func rows(of path: String) -> String {
    let stem = stem(path)
    let rows = stem.hasSuffix(".jsonl") || stem.hasSuffix(".json") ? stem : stem + ".jsonl"
    return rows == path ? stem + "-rows.jsonl" : rows
  }

  /// A name for a text in another encoding: that of a table keeps its ending, which says what it is.
  private static func text(of path: String) -> String {
    let stem = stem(path)
    let ending = String(path.dropFirst(stem.count))
    return [".csv", ".tsv", ".txt", ".md"].contains(ending.lowercased())
      ? stem + "-utf8" + ending : rows(of: path)
  }

  private static func stem(_ path: String) -> String {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/"),
      dot > path.startIndex
    else { return path }
    return String(path[..<dot])
  }

  private static func toLines(_ reader: String) -> String {
    "Convert it to JSON Lines, for example in Python: `pandas.\(reader)"
      + ".to_json(\"{rows}\", orient=\"records\", lines=True)`"
  }

  private static let unpack = "Unpack it first: "

  /// - Parameter encoding: by the name that `iconv` has for it.
  private static func text(_ start: [UInt8], _ name: String, _ encoding: String) -> FileKind {
    FileKind(
      start, "\(name) text", "Convert it to UTF-8: `iconv -f \(encoding) -t utf-8 {file} > {text}`")
  }

  private static let tar = FileKind(
    "ustar", "a tar archive", unpack + "`tar -xf {file}`")

  /// Of two that begin alike, the longer stands first.
  private static let all: [FileKind] = [
    text([0xFF, 0xFE, 0, 0], "UTF-32", "utf-32"),
    text([0xFF, 0xFE], "UTF-16", "utf-16"), text([0xFE, 0xFF], "UTF-16", "utf-16"),
    FileKind("ORC", "an ORC file", toLines("read_orc(\"{file}\")")),
    FileKind(
      "Obj\u{1}", "an Avro file", "Convert it to JSON Lines: `avro-tools tojson {file} > {rows}`"),
    FileKind([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", unpack + "`7z x {file}`"),
    FileKind([0x50, 0x4B, 3, 4], "a zip archive or an Office document", unpack + "`unzip {file}`"),
    FileKind([0x50, 0x4B, 5, 6], "a zip archive with nothing in it", "Name another file"),
    FileKind("SQLite format 3\0", "an SQLite database", "Write its rows as JSON Lines"),
    FileKind([0x89, 0x48, 0x44, 0x46], "an HDF5 file", toLines("read_hdf(\"{file}\")")),
    FileKind([0x93] + Array("NUMPY".utf8), "a NumPy array", "Write its rows as JSON Lines"),
    FileKind("%PDF-", "a PDF document", "Write its text to a .txt file: `pdftotext {file}`"),
    FileKind(
      "GGUF", "a GGUF model, not a file of rows", "Load it as a model: `load \"{file}\"`"),
    FileKind(
      "version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file it stands for",
      "Fetch the file: `git lfs pull`"),
    FileKind("<!DOCTYPE", "a web page, not a file of rows", "Download the file itself"),
    FileKind("<!doctype", "a web page, not a file of rows", "Download the file itself"),
    FileKind("<html", "a web page, not a file of rows", "Download the file itself"),
  ]

  /// UTF-16 without a mark: of ASCII text, every second byte is 0.
  private static func unmarkedUTF16(_ bytes: ArraySlice<UInt8>) -> FileKind? {
    let start = Array(bytes.prefix(64))
    guard start.count >= 4 else { return nil }
    let even = start.indices.filter { $0.isMultiple(of: 2) }
    let odd = start.indices.filter { !$0.isMultiple(of: 2) }
    let zeros = (even.count { start[$0] == 0 }, odd.count { start[$0] == 0 })
    if zeros.0 == 0, zeros.1 == odd.count { return text([], "UTF-16", "utf-16le") }
    if zeros.1 == 0, zeros.0 == even.count { return text([], "UTF-16", "utf-16be") }
    return nil
  }
}
