/// A column of an Arrow schema (Schema.fbs), or a part of one.
struct ArrowField {
  enum Layout: Equatable {
    case null
    /// Values of one width in bits.
    case fixed(bits: Int)
    /// Bytes between offsets of 32 or 64 bits.
    case bytes(isLarge: Bool)
    case views
    case list(isLarge: Bool)
    case listViews(isLarge: Bool)
    case fixedList(size: Int)
    case record
    /// A list of records of a key and a value.
    case map
    case union(isDense: Bool)
    case runs
  }

  let name: String
  let layout: Layout
  /// What the values are; nil for what has parts, and for what rows cannot hold.
  let scalar: Scalar?
  /// What it is that rows cannot hold; nil if they can.
  let unread: String?
  let children: [ArrowField]
  /// Where values are numbers of entries of a dictionary: its name, and the numbers' width and kind.
  let dictionary: (id: Int64, bits: Int, isSigned: Bool)?

  private static let mostDepth = 64

  init(_ table: FlatTable, depth: Int = 0, budget: inout Int) throws(TableFault) {
    budget -= 1
    guard depth < Self.mostDepth, budget >= 0 else {
      throw .damaged("its columns are nested too deep, or too many")
    }
    name = try table.text(0) ?? ""
    let type = try ArrowType(table)
    (layout, scalar) = (type.layout, type.scalar)
    var children: [ArrowField] = []
    for child in try table.tables(5) {
      children.append(try ArrowField(child, depth: depth + 1, budget: &budget))
    }
    self.children = children
    if let needed = type.children, children.count != needed {
      throw .damaged("the column \(Text.quoted(name)) has \(children.count) parts")
    }
    if let coding = try table.table(4) {
      dictionary = try Self.dictionary(coding)
    } else {
      dictionary = nil
    }
    let isCodedPart = dictionary != nil && type.scalar == nil && type.children != 0
    unread = isCodedPart ? "lists or records by a dictionary" : Self.unread(type, children)
    if layout == .record { try Self.checkNames(children) }
  }

  /// A table `DictionaryEncoding`; without a type, entries have numbers of 32 bits.
  private static func dictionary(
    _ coding: FlatTable
  ) throws(TableFault) -> (id: Int64, bits: Int, isSigned: Bool) {
    let id = try coding.number(0, Int64(0))
    guard let index = try coding.table(1) else { return (id, 32, true) }
    let bits = Int(try index.number(0, Int32(0)))
    guard [8, 16, 32, 64].contains(bits) else {
      throw .damaged("its numbers of a dictionary have \(bits) bits")
    }
    return (id, bits, try index.flag(1))
  }

  /// Whether some part of it is a union.
  var hasUnion: Bool {
    if case .union = layout { true } else { children.contains(where: \.hasUnion) }
  }

  static func checkNames(_ fields: [ArrowField]) throws(TableFault) {
    var names: Set<String> = []
    for field in fields where !names.insert(field.name).inserted {
      throw .unsupported("two columns are named \(Text.quoted(field.name))")
    }
  }

  private static func unread(_ type: ArrowType, _ children: [ArrowField]) -> String? {
    switch type.layout {
    case .list, .listViews, .fixedList: children[0].unread
    case .record: children.contains { $0.unread == nil } ? nil : children.first?.unread
    case .map:
      children[0].children.count == 2 && children[0].children[0].scalar == .text
        ? children[0].children[1].unread : "a map whose keys are no texts"
    default: type.scalar == nil ? type.name : nil
    }
  }

  /// The parts of it that rows do not have. Elements of lists add no name to the path.
  func leftOut(path: [String] = [], isElement: Bool = false) -> [TableFile.LeftOut] {
    let path = isElement ? path : path + [name]
    switch storedLayout {
    case .list, .listViews, .fixedList:
      return children[0].leftOut(path: path, isElement: true)
    case .record: return children.flatMap { $0.leftOut(path: path) }
    default: return unread.map { [TableFile.LeftOut(path, $0)] } ?? []
    }
  }

  /// The column that its dictionary has the values of.
  var entries: ArrowField { ArrowField(of: self) }

  private init(of field: ArrowField) {
    (name, layout, scalar, unread) = (field.name, field.layout, field.scalar, field.unread)
    (children, dictionary) = (field.children, nil)
  }

  /// The width of its numbers of a dictionary, or of its own values.
  var storedLayout: Layout { dictionary.map { .fixed(bits: $0.bits) } ?? layout }
}
