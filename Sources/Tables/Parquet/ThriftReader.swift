/// Structures in Thrift's compact protocol: fields by number, each with its type before it.
struct ThriftReader {
  enum FieldType: UInt8 {
    case yes = 1
    case no, byte, short, int, long, double, binary, list, set, map, structure
  }

  var bytes: BytesReader
  private var depth = 0
  private static let mostDepth = 32

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = BytesReader(bytes)
  }

  /// Reads a structure: `take` gets every field, and gives back false for one that it has not read.
  mutating func structure(
    _ take: (inout ThriftReader, _ field: Int, FieldType) throws(TableFault) -> Bool
  ) throws(TableFault) {
    guard depth < Self.mostDepth else { throw .damaged("its structures are nested too deep") }
    depth += 1
    defer { depth -= 1 }
    var field = 0
    while true {
      let head = try bytes.byte()
      if head == 0 { return }
      field = head >> 4 > 0 ? field + Int(head >> 4) : Int(truncatingIfNeeded: try bytes.zigzag())
      guard (0..<1 << 15).contains(field) else { throw .damaged("a field in it has no number") }
      let type = try Self.type(head & 0xF)
      if try !take(&self, field, type) { try skip(type) }
    }
  }

  mutating func int() throws(TableFault) -> Int { Int(try bytes.zigzag()) }

  mutating func text() throws(TableFault) -> String {
    try Text.decoded(try bytes.take(try bytes.size()))
  }

  /// A list's elements, one at a time.
  mutating func list(
    _ element: (inout ThriftReader) throws(TableFault) -> Void
  ) throws(TableFault) {
    let (_, count) = try listHead()
    for _ in 0..<count { try element(&self) }
  }

  private mutating func listHead() throws(TableFault) -> (FieldType, count: Int) {
    let head = try bytes.byte()
    let count = head >> 4 == 0xF ? try bytes.size() : Int(head >> 4)
    // an element takes a byte at least
    guard count <= bytes.left else { throw BytesReader.end }
    return (try Self.type(head & 0xF), count)
  }

  private static func type(_ number: UInt8) throws(TableFault) -> FieldType {
    guard let type = FieldType(rawValue: number) else {
      throw .damaged("a field in it is of no type")
    }
    return type
  }

  private mutating func skip(_ type: FieldType) throws(TableFault) {
    switch type {
    case .yes, .no: break
    case .byte: _ = try bytes.byte()
    case .short, .int, .long: _ = try bytes.variable()
    case .double: _ = try bytes.take(8)
    case .binary: _ = try bytes.take(try bytes.size())
    case .list, .set:
      let (type, count) = try listHead()
      for _ in 0..<count { try skipElement(type) }
    case .map:
      let count = try bytes.size()
      guard count > 0 else { return }
      let types = try bytes.byte()
      let (key, value) = (try Self.type(types >> 4), try Self.type(types & 0xF))
      for _ in 0..<min(count, bytes.left) {
        try skipElement(key)
        try skipElement(value)
      }
    case .structure:
      try structure { (_, _, _) throws(TableFault) in false }
    }
  }

  /// Truths take a byte in lists, and none as fields.
  private mutating func skipElement(_ type: FieldType) throws(TableFault) {
    if type == .yes || type == .no { _ = try bytes.byte() } else { try skip(type) }
  }
}
