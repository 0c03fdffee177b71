/// What elements of a schema say of their values, by a logical type or, in older files, a converted one.
extension ParquetMetadata.Element {
  var isList: Bool { logical.map { $0.type == 3 } ?? (converted == 3) }
  var isMap: Bool { logical.map { $0.type == 2 } ?? (converted == 1 || converted == 2) }

  /// What the values are; nil for what rows cannot hold.
  func scalar(_ storage: ParquetLeaf.Storage) -> Scalar? {
    switch storage {
    case .boolean: return .boolean
    case .float, .double: return .floating
    case .int96: return .timestamp(perSecond: 1_000_000_000, isUTC: false)
    case .int32: return wholeNumber
    // days have 32 bits
    case .int64: return wholeNumber == .date ? .signed : wholeNumber
    case .bytes, .fixedBytes:
      if let scale = decimalScale { return length <= 16 ? decimal(scale) : nil }
      if storage == .fixedBytes { return logical?.type == 15 && length == 2 ? .floating : nil }
      let isText =
        logical.map { [1, 4, 12].contains($0.type) } ?? converted.map { [0, 4, 19].contains($0) }
      if logical?.type == 11 { return .null }
      return isText == true ? .text : nil
    }
  }

  private var wholeNumber: Scalar? {
    if let scale = decimalScale { return decimal(scale) }
    if let logical {
      switch logical.type {
      case 6: return .date
      case 7: return .time(perSecond: logical.perSecond)
      case 8: return .timestamp(perSecond: logical.perSecond, isUTC: logical.isUTC)
      case 11: return .null
      default: return logical.isSigned ? .signed : .unsigned
      }
    }
    let all: [Int: Scalar] = [
      6: .date, 7: .time(perSecond: 1000), 8: .time(perSecond: 1_000_000),
      9: .timestamp(perSecond: 1000, isUTC: true),
      10: .timestamp(perSecond: 1_000_000, isUTC: true),
      11: .unsigned, 12: .unsigned, 13: .unsigned, 14: .unsigned,
    ]
    return converted.flatMap { all[$0] } ?? .signed
  }

  private var decimalScale: Int? {
    if let logical { return logical.type == 5 ? logical.scale : nil }
    return converted == 5 ? scale : nil
  }

  private func decimal(_ scale: Int) -> Scalar? {
    Scalar.scales.contains(scale) ? .decimal(scale: scale) : nil
  }

  /// What it is that is not read.
  func kindUnread(_ storage: ParquetLeaf.Storage) -> String {
    if decimalScale != nil { return "decimals of more than 38 digits" }
    if logical?.type == 14 { return "UUIDs" }
    if converted == 21 { return "intervals" }
    return "bytes"
  }
}
