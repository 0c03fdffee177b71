import Files

/// `skillet.json` in an adapter's folder.
package enum AdapterCardFile {
  package static let name = "skillet.json"
  private static let format = "skillet adapter 1"
  private static let formKey = "form"
  private static let digitsARow = 16
  private static let largestStepCount = 1 << 40

  static func bytes(of card: AdapterCard) -> [UInt8] {
    var base: JSONObject = [
      "name": .string(card.base.name), "format": .string(card.base.format),
      "weights_sha256": .string(card.base.digests.weights),
      "tokenizer_sha256": .string(card.base.digests.tokenizer),
      "template_sha256": .string(card.base.digests.template),
    ]
    if let revision = card.base.revision { base["revision"] = .string(revision) }
    var value: JSONObject = [
      "format": .string(format),
      "base": .object(base),
      "quantization": card.quantization.map { .string($0) } ?? nil,
      "steps": .int(card.steps),
      "trained_rows": .string(card.rows.hashes.sorted().map(hexadecimal).joined()),
      "trained_rows_are_all": .bool(!card.rows.isPartial),
    ]
    if card.form != .lowRank { value[formKey] = .string(card.form.rawValue) }
    return Array(JSONValue.object(value).text(.pretty).utf8)
  }

  private static func hexadecimal(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: digitsARow - digits.utf8.count) + digits
  }

  /// The card of a folder; nil where there is none, as in a folder that PEFT wrote.
  package static func read(_ folder: String) throws(FileError) -> AdapterCard? {
    guard FolderJournal.has(name, in: folder),
      let place = FolderJournal.place(of: name, in: folder)
    else { return nil }
    let reading = Reading(file: place, root: try JSONValue(file: place))
    guard try reading.text("format") == format else {
      throw reading.error("\"format\" is not \"\(format)\"")
    }
    let base = Reading(file: place, root: reading.root["base"] ?? .null)
    let digests = BaseIdentity.Digests(
      weights: try base.digest("weights_sha256"), tokenizer: try base.digest("tokenizer_sha256"),
      template: try base.digest("template_sha256", mayBeEmpty: true))
    let quantization = reading.root["quantization"] ?? .null
    guard quantization.isNull || quantization.string != nil else {
      throw reading.error("\"quantization\" is neither a text nor null")
    }
    guard let steps = reading.root["steps"]?.int, 0...largestStepCount ~= steps else {
      throw reading.error("\"steps\" is no number of steps")
    }
    let revision = base.root["revision"] == nil ? nil : try base.text("revision")
    guard
      let form = reading.root[formKey].map({ LoRAConfiguration.Form(rawValue: $0.string ?? "") })
        ?? .lowRank
    else { throw reading.error("\"\(formKey)\" is none that is known here") }
    return AdapterCard(
      base: .init(
        name: try base.text("name"), format: try base.text("format"), digests: digests,
        revision: revision),
      quantization: quantization.string, steps: steps, rows: try rows(reading), form: form)
  }

  private static func rows(_ reading: Reading) throws(FileError) -> TrainedRows {
    let digits = Array(try reading.text("trained_rows").utf8)
    guard let isWhole = reading.root["trained_rows_are_all"]?.bool,
      digits.count % digitsARow == 0, digits.count / digitsARow <= TrainedRows.limit
    else { throw reading.error("\"trained_rows\" is no list of rows") }
    var rows = TrainedRows(isPartial: !isWhole)
    for start in stride(from: 0, to: digits.count, by: digitsARow) {
      let text = String(decoding: digits[start..<start + digitsARow], as: UTF8.self)
      guard text.allSatisfy(\.isHexDigit), let hash = UInt64(text, radix: 16) else {
        throw reading.error("\"trained_rows\" has something else than hexadecimal digits")
      }
      rows.insert(hash)
    }
    return rows
  }

  private struct Reading {
    let file: String
    let root: JSONValue

    func text(_ key: String) throws(FileError) -> String {
      if let text = root[key]?.string { return text }
      throw error("\"\(key)\" is missing or no text")
    }

    func digest(_ key: String, mayBeEmpty: Bool = false) throws(FileError) -> String {
      let text = try text(key)
      guard text.utf8.count == 64 || mayBeEmpty && text.isEmpty, text.allSatisfy(\.isHexDigit)
      else { throw error("\"\(key)\" is no SHA-256") }
      return text
    }

    func error(_ cause: String) -> FileError {
      FileError(
        .malformed, file: file, cause: cause,
        fix: "take the file from the adapter's own folder, or remove it: then nobody knows which "
          + "base the adapter belongs to")
    }
  }
}
