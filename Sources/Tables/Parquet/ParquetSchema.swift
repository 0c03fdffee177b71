/// The columns of a Parquet file as a tree, with the levels by which rows of lists and records are stored
/// (Melnik et al. 2010, "Dremel", section 4).
struct ParquetNode {
  indirect enum Shape {
    /// A place among the leaves.
    case leaf(Int)
    case record([ParquetNode])
    /// Elements stand where the definition level is at least that of `defined`; further ones have `repetition`.
    case list(element: ParquetNode, defined: Int, repetition: Int)
    /// A list of records of two, a text and a value.
    case map(entry: ParquetNode, defined: Int, repetition: Int)
  }

  let name: String
  let shape: Shape
  /// The definition level of what holds it, and the one from which on it is not null.
  let outer: Int
  let definition: Int
  /// Its leaves, in the order of the file.
  let leaves: [Int]
}

/// A column of values.
struct ParquetLeaf {
  enum Storage: Int {
    case boolean, int32, int64, int96, float, double, bytes, fixedBytes
  }

  let storage: Storage
  /// Bytes of a value of `fixedBytes`.
  let length: Int
  let scalar: Scalar
  let definition: Int
  let repetition: Int
  /// Its place among the chunks of a row group.
  let place: Int
}

struct ParquetSchema {
  private(set) var root: [ParquetNode] = []
  private(set) var leaves: [ParquetLeaf] = []
  /// All leaves of the file, read or not.
  private(set) var chunks = 0
  private(set) var leftOut: [TableFile.LeftOut] = []

  private let elements: [ParquetMetadata.Element]
  private var next = 1
  private static let mostDepth = 64

  init(of elements: [ParquetMetadata.Element]) throws(TableFault) {
    self.elements = elements
    guard let first = elements.first else { throw .damaged("its schema is empty") }
    root = try children(first, path: [], definition: 0, repetition: 0)
    guard next == elements.count else {
      throw .damaged("its schema has more elements than its columns have")
    }
  }

  private mutating func children(
    _ element: ParquetMetadata.Element, path: [String], definition: Int, repetition: Int
  ) throws(TableFault) -> [ParquetNode] {
    guard element.children >= 0 else { throw .damaged("a column has \(element.children) parts") }
    var nodes: [ParquetNode] = []
    var names: Set<String> = []
    for _ in 0..<element.children {
      guard next < elements.count else { throw .damaged("its schema ends too early") }
      let name = elements[next].name
      guard names.insert(name).inserted else {
        throw .unsupported("two columns are named \(Text.quoted(name))")
      }
      if let node = try node(path: path + [name], definition: definition, repetition: repetition) {
        nodes.append(node)
      }
    }
    return nodes
  }

  /// The next element with what is below it; nil where nothing of it is read.
  private mutating func node(
    path: [String], definition outer: Int, repetition: Int
  ) throws(TableFault) -> ParquetNode? {
    let element = elements[next]
    next += 1
    if element.repetition == 2 {
      // A repeated element of its own is a list that is never null.
      return list(
        named: element.name, outer: outer, definition: outer, repetition: repetition + 1,
        try content(element, path, outer: outer + 1, definition: outer + 1, repetition + 1))
    }
    let definition = outer + (element.repetition == 1 ? 1 : 0)
    return try content(element, path, outer: outer, definition: definition, repetition)
  }

  private mutating func content(
    _ element: ParquetMetadata.Element, _ path: [String], outer: Int, definition: Int,
    _ repetition: Int
  ) throws(TableFault) -> ParquetNode? {
    guard path.count < Self.mostDepth, repetition < Self.mostDepth else {
      throw .damaged("its columns are nested too deep")
    }
    guard element.children > 0 else {
      return try leaf(element, path, outer: outer, definition: definition, repetition)
    }
    if next < elements.count, element.children == 1, elements[next].repetition == 2 {
      if element.isList {
        return try list(element, path, outer: outer, definition: definition, repetition)
      }
      if element.isMap {
        return try map(element, path, outer: outer, definition: definition, repetition)
      }
    }
    let fields = try children(
      element, path: path, definition: definition, repetition: repetition)
    guard !fields.isEmpty else { return nil }
    return ParquetNode(
      name: element.name, shape: .record(fields), outer: outer, definition: definition,
      leaves: fields.flatMap(\.leaves))
  }

  private func list(
    named name: String, outer: Int, definition: Int, repetition: Int, _ element: ParquetNode?
  ) -> ParquetNode? {
    guard let element else { return nil }
    return ParquetNode(
      name: name,
      shape: .list(element: element, defined: definition + 1, repetition: repetition),
      outer: outer, definition: definition, leaves: element.leaves)
  }

  /// The list's element is what the repeated group holds, or the group itself where it is of the forms
  /// that older writers had (Parquet's LogicalTypes.md, "Backward-compatibility rules").
  private mutating func list(
    _ element: ParquetMetadata.Element, _ path: [String], outer: Int, definition: Int,
    _ repetition: Int
  ) throws(TableFault) -> ParquetNode? {
    let repeated = elements[next]
    next += 1
    let below = next < elements.count ? elements[next] : repeated
    let isElement =
      repeated.children != 1 || repeated.name == "array"
      || repeated.name == element.name + "_tuple" || below.repetition == 2
    let inner: ParquetNode?
    if isElement {
      inner = try content(
        repeated, path, outer: definition + 1, definition: definition + 1, repetition + 1)
    } else {
      inner = try node(
        path: path + [""], definition: definition + 1, repetition: repetition + 1)
    }
    return list(
      named: element.name, outer: outer, definition: definition, repetition: repetition + 1, inner)
  }

  private mutating func map(
    _ element: ParquetMetadata.Element, _ path: [String], outer: Int, definition: Int,
    _ repetition: Int
  ) throws(TableFault) -> ParquetNode? {
    let repeated = elements[next]
    next += 1
    let (wasLeft, wasLeaves) = (leftOut.count, leaves.count)
    let fields = try children(
      repeated, path: path, definition: definition + 1, repetition: repetition + 1)
    let isText =
      fields.first.map { key in
        if case .leaf(let place) = key.shape { leaves[place].scalar == .text } else { false }
      } ?? false
    guard fields.count == 2, isText else {
      leftOut.removeSubrange(wasLeft...)
      leaves.removeSubrange(wasLeaves...)
      leftOut.append(TableFile.LeftOut(path, "a map whose keys are no texts"))
      return nil
    }
    let entry = ParquetNode(
      name: repeated.name, shape: .record(fields), outer: definition + 1,
      definition: definition + 1, leaves: fields.flatMap(\.leaves))
    return ParquetNode(
      name: element.name,
      shape: .map(entry: entry, defined: definition + 1, repetition: repetition + 1),
      outer: outer, definition: definition, leaves: entry.leaves)
  }

  private mutating func leaf(
    _ element: ParquetMetadata.Element, _ path: [String], outer: Int, definition: Int,
    _ repetition: Int
  ) throws(TableFault) -> ParquetNode? {
    guard let storage = element.type.flatMap(ParquetLeaf.Storage.init) else {
      throw .damaged("the column \(Text.quoted(path.joined(separator: "."))) is of no type")
    }
    let place = chunks
    chunks += 1
    guard let scalar = element.scalar(storage) else {
      leftOut.append(TableFile.LeftOut(path, element.kindUnread(storage)))
      return nil
    }
    leaves.append(
      ParquetLeaf(
        storage: storage, length: element.length, scalar: scalar, definition: definition,
        repetition: repetition, place: place))
    return ParquetNode(
      name: element.name, shape: .leaf(leaves.count - 1), outer: outer, definition: definition,
      leaves: [leaves.count - 1])
  }
}
