import Files

/// The arrays of a record batch (Message.fbs), made of its nodes and buffers in the order of the fields.
struct ArrowBatch {
  let count: Int
  private let body: ArraySlice<UInt8>
  /// Pairs: values and nulls of each node; place and size of each buffer.
  private let nodes: [Int64]
  private let buffers: [Int64]
  private let viewBuffers: [Int64]
  private let method: CompressedBlock.Method?
  private let dictionaries: [Int64: [JSONValue]]
  private var (node, buffer, view) = (0, 0, 0)

  init(
    _ table: FlatTable, _ body: ArraySlice<UInt8>, _ dictionaries: [Int64: [JSONValue]]
  ) throws(TableFault) {
    self.body = body
    self.dictionaries = dictionaries
    guard let count = Int(exactly: try table.number(0, Int64(0))), count >= 0 else {
      throw .damaged("a batch has no number of rows")
    }
    self.count = count
    nodes = try table.numbers(1, each: 2)
    buffers = try table.numbers(2, each: 2)
    viewBuffers = try table.numbers(4)
    guard let compression = try table.table(3) else {
      method = nil
      return
    }
    let codec = try compression.number(0, Int8(0))
    guard [0, 1].contains(codec) else {
      throw .unsupported("its buffers are packed by the method number \(codec)")
    }
    method = codec == 0 ? .lz4Frames : .zstd
  }

  /// The next field's array; nil if rows do not have it. Its nodes and buffers are passed over all the same.
  mutating func array(
    _ field: ArrowField, _ budget: inout TableBudget
  ) throws(TableFault) -> ArrowArray? {
    guard node + 2 <= nodes.count, nodes[node] >= 0 else {
      throw .damaged("a batch has too few columns")
    }
    let count = Int(nodes[node])
    node += 2
    let isRead = field.unread == nil
    let hasValidity: Bool
    switch field.storedLayout {
    case .null, .union, .runs: hasValidity = false
    default: hasValidity = true
    }
    let validity = hasValidity ? try bytes(isRead, &budget) : [][...]
    guard validity.isEmpty || validity.count > (count - 1) / 8 else { throw ArrowArray.outside }
    guard let values = try values(field, count, isRead, &budget) else { return nil }
    return ArrowArray(count: count, validity: validity.isEmpty ? nil : validity, values: values)
  }

  private mutating func values(
    _ field: ArrowField, _ count: Int, _ isRead: Bool, _ budget: inout TableBudget
  ) throws(TableFault) -> ArrowArray.Values? {
    switch field.storedLayout {
    case .null: return .null
    case .fixed(let bits):
      let bytes = try bytes(isRead, &budget)
      guard isRead else { return nil }
      try Self.check(bytes, count, bits)
      if let coding = field.dictionary {
        guard let entries = dictionaries[coding.id] else {
          throw .damaged("the dictionary of \(Text.quoted(field.name)) is missing")
        }
        return .coded(bytes, bits: coding.bits, isSigned: coding.isSigned, entries)
      }
      return field.scalar.map { .fixed(bytes, bits: bits, $0) }
    case .bytes(let isLarge):
      let offsets = try offsets(count + 1, isLarge, isRead, mayBeEmpty: count == 0, &budget)
      let bytes = try bytes(isRead, &budget)
      return isRead ? .texts(offsets: offsets, bytes) : nil
    case .views:
      let views = try bytes(isRead, &budget)
      guard view < viewBuffers.count, (0...Int64(buffers.count)).contains(viewBuffers[view]) else {
        throw .damaged("a batch does not say how many buffers its texts have")
      }
      var texts: [ArraySlice<UInt8>] = []
      for _ in 0..<viewBuffers[view] { texts.append(try bytes(isRead, &budget)) }
      view += 1
      guard isRead else { return nil }
      try Self.check(views, count, 128)
      return .views(views, texts)
    default: return try parts(field, count, isRead, &budget)
    }
  }

  private mutating func parts(
    _ field: ArrowField, _ count: Int, _ isRead: Bool, _ budget: inout TableBudget
  ) throws(TableFault) -> ArrowArray.Values? {
    switch field.layout {
    case .list(let isLarge):
      let offsets = try offsets(count + 1, isLarge, isRead, mayBeEmpty: count == 0, &budget)
      return try array(field.children[0], &budget).map { .list(offsets: offsets, $0) }
    case .map:
      let offsets = try offsets(count + 1, false, isRead, mayBeEmpty: count == 0, &budget)
      let entries = try array(field.children[0], &budget)
      return isRead ? entries.map { .map(offsets: offsets, $0) } : nil
    case .listViews(let isLarge):
      let offsets = try offsets(count, isLarge, isRead, mayBeEmpty: count == 0, &budget)
      let sizes = try self.offsets(count, isLarge, isRead, mayBeEmpty: count == 0, &budget)
      return try array(field.children[0], &budget).map {
        .listViews(offsets: offsets, sizes: sizes, $0)
      }
    case .fixedList(let size):
      guard let child = try array(field.children[0], &budget) else { return nil }
      let (needed, isOver) = count.multipliedReportingOverflow(by: size)
      guard !isOver, needed <= child.count else { throw ArrowArray.outside }
      return .fixedList(size: size, child)
    case .record:
      var fields: [(name: String, ArrowArray)] = []
      for child in field.children {
        guard let array = try array(child, &budget) else { continue }
        guard array.count >= count else { throw ArrowArray.outside }
        fields.append((child.name, array))
      }
      return isRead ? .record(fields) : nil
    case .union(let isDense):
      for _ in 0..<(isDense ? 2 : 1) { _ = try bytes(false, &budget) }
      for child in field.children { _ = try array(child, &budget) }
      return nil
    default:
      for child in field.children { _ = try array(child, &budget) }
      return nil
    }
  }

  private mutating func offsets(
    _ count: Int, _ isLarge: Bool, _ isRead: Bool, mayBeEmpty: Bool, _ budget: inout TableBudget
  ) throws(TableFault) -> ArrowArray.Offsets {
    let bytes = try bytes(isRead, &budget)
    let needed = try Self.size(count, isLarge ? 64 : 32)
    guard !isRead || mayBeEmpty || bytes.count >= needed else { throw ArrowArray.outside }
    return ArrowArray.Offsets(bytes: bytes, isLarge: isLarge)
  }

  private static func check(
    _ bytes: ArraySlice<UInt8>, _ count: Int, _ bits: Int
  ) throws(TableFault) {
    let needed = try size(count, bits)
    guard bytes.count >= needed else { throw ArrowArray.outside }
  }

  /// The bytes of that many values of that many bits.
  private static func size(_ count: Int, _ bits: Int) throws(TableFault) -> Int {
    let (size, isOver) = count.multipliedReportingOverflow(by: bits)
    guard !isOver else { throw ArrowArray.outside }
    return size / 8 + (size % 8 > 0 ? 1 : 0)
  }

  /// The next buffer, unpacked; empty if it is not read.
  private mutating func bytes(
    _ isRead: Bool, _ budget: inout TableBudget
  ) throws(TableFault) -> ArraySlice<UInt8> {
    guard buffer + 2 <= buffers.count else { throw .damaged("a batch has too few buffers") }
    let (offset, size) = (Int(buffers[buffer]), Int(buffers[buffer + 1]))
    buffer += 2
    guard isRead else { return [] }
    guard offset >= 0, size >= 0, offset <= body.count, size <= body.count - offset else {
      throw .damaged("a buffer of it lies outside its batch")
    }
    let start = body.startIndex + offset
    let stored = body[start..<start + size]
    guard let method, size > 0 else { return stored }
    guard size >= 8 else { throw .damaged("a packed buffer has no size") }
    let unpacked = BytesReader.number(Int64.self, stored, at: stored.startIndex)
    if unpacked == -1 { return stored.dropFirst(8) }
    guard unpacked >= 0 else { throw .damaged("a packed buffer has no size") }
    try TableBudget.check(unpacked: Int(unpacked), of: size)
    try budget.take(unpacked: Int(unpacked))
    guard
      let bytes = CompressedBlock.unpacked(stored.dropFirst(8), by: method, size: Int(unpacked))
    else { throw .damaged("a buffer of it cannot be unpacked") }
    return bytes[...]
  }
}
