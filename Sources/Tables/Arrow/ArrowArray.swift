import Files

/// Values of a column, or of a part of one, as their buffers have them.
struct ArrowArray {
  indirect enum Values {
    case null
    /// Of one width in bits.
    case fixed(ArraySlice<UInt8>, bits: Int, Scalar)
    case texts(offsets: Offsets, ArraySlice<UInt8>)
    case views(ArraySlice<UInt8>, [ArraySlice<UInt8>])
    case coded(ArraySlice<UInt8>, bits: Int, isSigned: Bool, [JSONValue])
    case list(offsets: Offsets, ArrowArray)
    case listViews(offsets: Offsets, sizes: Offsets, ArrowArray)
    case fixedList(size: Int, ArrowArray)
    case record([(name: String, ArrowArray)])
    case map(offsets: Offsets, ArrowArray)
  }

  /// Places of 32 or 64 bits.
  struct Offsets {
    let bytes: ArraySlice<UInt8>
    let isLarge: Bool

    subscript(index: Int) -> Int {
      let start = bytes.startIndex
      return isLarge
        ? Int(BytesReader.number(Int64.self, bytes, at: start + 8 * index))
        : Int(BytesReader.number(Int32.self, bytes, at: start + 4 * index))
    }

    /// From one place to the next, if that lies within `count`.
    func range(_ index: Int, within count: Int) throws(TableFault) -> Range<Int> {
      let (start, end) = (self[index], self[index + 1])
      guard start >= 0, start <= end, end <= count else { throw ArrowArray.outside }
      return start..<end
    }
  }

  let count: Int
  /// A bit for each value, 0 for null; nil if none is null.
  let validity: ArraySlice<UInt8>?
  let values: Values

  static let outside = TableFault.damaged("a value in it lies outside its buffer")

  /// The value at an index below `count`.
  func value(_ index: Int, _ budget: inout TableBudget) throws(TableFault) -> JSONValue {
    try budget.take(values: 1)
    if let validity, validity[validity.startIndex + index / 8] >> (index % 8) & 1 == 0 {
      return .null
    }
    switch values {
    case .null: return .null
    case .fixed(let bytes, let bits, let scalar):
      return try Self.scalar(scalar, bytes, bits, index)
    case .texts(let offsets, let bytes):
      let range = try offsets.range(index, within: bytes.count)
      return try Self.text(bytes, range.lowerBound, range.count, &budget)
    case .views(let views, let buffers):
      return try Self.view(views, buffers, index, &budget)
    case .coded(let bytes, let bits, let isSigned, let dictionary):
      let number = Self.number(bytes, bits, isSigned, index)
      guard let place = Int(exactly: number), dictionary.indices.contains(place) else {
        throw Self.outside
      }
      if case .string(let text) = dictionary[place] { try budget.take(text: text.utf8.count) }
      return dictionary[place]
    case .record(let fields): return .object(try Self.object(fields, index, &budget))
    default: return try elements(index, &budget)
    }
  }

  private func elements(
    _ index: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> JSONValue {
    switch values {
    case .list(let offsets, let child):
      return .array(
        try child.values(in: try offsets.range(index, within: child.count), &budget))
    case .map(let offsets, let child):
      let range = try offsets.range(index, within: child.count)
      return try TableMap.object(try child.values(in: range, &budget))
    case .listViews(let offsets, let sizes, let child):
      let (start, size) = (offsets[index], sizes[index])
      guard start >= 0, size >= 0, start <= child.count, size <= child.count - start else {
        throw Self.outside
      }
      return .array(try child.values(in: start..<start + size, &budget))
    case .fixedList(let size, let child):
      return .array(try child.values(in: index * size..<(index + 1) * size, &budget))
    default: return .null
    }
  }

  private func values(
    in range: Range<Int>, _ budget: inout TableBudget
  ) throws(TableFault) -> [JSONValue] {
    var values: [JSONValue] = []
    for index in range { values.append(try value(index, &budget)) }
    return values
  }

  static func object(
    _ fields: [(name: String, ArrowArray)], _ index: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> JSONObject {
    var members: [JSONObject.Member] = []
    members.reserveCapacity(fields.count)
    for (name, array) in fields {
      try budget.take(text: name.utf8.count)
      members.append(JSONObject.Member(key: name, value: try array.value(index, &budget)))
    }
    return JSONObject(checked: members)
  }

  private static func text(
    _ bytes: ArraySlice<UInt8>, _ offset: Int, _ size: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> JSONValue {
    try budget.take(text: size)
    let start = bytes.startIndex + offset
    return .string(try Text.decoded(bytes[start..<start + size]))
  }

  /// Sixteen bytes: a length, and a text of at most 12 bytes or the place of a longer one.
  private static func view(
    _ views: ArraySlice<UInt8>, _ buffers: [ArraySlice<UInt8>], _ index: Int,
    _ budget: inout TableBudget
  ) throws(TableFault) -> JSONValue {
    let start = views.startIndex + 16 * index
    let size = Int(BytesReader.number(Int32.self, views, at: start))
    guard size > 12 else {
      guard size >= 0 else { throw outside }
      return try text(views, 16 * index + 4, size, &budget)
    }
    let buffer = Int(BytesReader.number(Int32.self, views, at: start + 8))
    let offset = Int(BytesReader.number(Int32.self, views, at: start + 12))
    guard buffers.indices.contains(buffer), offset >= 0, size <= buffers[buffer].count - offset
    else { throw outside }
    return try text(buffers[buffer], offset, size, &budget)
  }

  private static func scalar(
    _ scalar: Scalar, _ bytes: ArraySlice<UInt8>, _ bits: Int, _ index: Int
  ) throws(TableFault) -> JSONValue {
    let start = bytes.startIndex
    switch (scalar, bits) {
    case (.boolean, _): return .bool(bytes[start + index / 8] >> (index % 8) & 1 == 1)
    case (.floating, 16):
      let pattern = BytesReader.number(UInt16.self, bytes, at: start + 2 * index)
      return Scalar.value(of: Double(Float16(bitPattern: pattern)))
    case (.floating, 32):
      let pattern = BytesReader.number(UInt32.self, bytes, at: start + 4 * index)
      return Scalar.value(of: Double(Float(bitPattern: pattern)))
    case (.floating, _):
      let pattern = BytesReader.number(UInt64.self, bytes, at: start + 8 * index)
      return Scalar.value(of: Double(bitPattern: pattern))
    case (.decimal(let scale), 128):
      let number = BytesReader.number(Int128.self, bytes, at: start + 16 * index)
      return .digits(Scalar.decimal(number, scale: scale))
    default:
      return scalar.value(of: number(bytes, bits, scalar != .unsigned, index))
    }
  }

  /// A whole number of 8 to 64 bits; of 64 by its bits.
  private static func number(
    _ bytes: ArraySlice<UInt8>, _ bits: Int, _ isSigned: Bool, _ index: Int
  ) -> Int64 {
    let place = bytes.startIndex + bits / 8 * index
    switch (bits, isSigned) {
    case (8, true): return Int64(BytesReader.number(Int8.self, bytes, at: place))
    case (8, false): return Int64(BytesReader.number(UInt8.self, bytes, at: place))
    case (16, true): return Int64(BytesReader.number(Int16.self, bytes, at: place))
    case (16, false): return Int64(BytesReader.number(UInt16.self, bytes, at: place))
    case (32, true): return Int64(BytesReader.number(Int32.self, bytes, at: place))
    case (32, false): return Int64(BytesReader.number(UInt32.self, bytes, at: place))
    default: return BytesReader.number(Int64.self, bytes, at: place)
    }
  }
}
