import Files

/// Puts rows together from their columns: the levels of the values say how many elements lists have, and what is
/// null.
struct ParquetAssembly {
  private var columns: [ParquetColumn]

  init(_ columns: [ParquetColumn]) {
    self.columns = columns
  }

  var isAtEnd: Bool { columns.allSatisfy(\.isAtEnd) }

  mutating func row(
    _ root: [ParquetNode], _ budget: inout TableBudget
  ) throws(TableFault) -> JSONObject {
    try object(root, repetition: 0, &budget)
  }

  private mutating func object(
    _ nodes: [ParquetNode], repetition: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> JSONObject {
    var members: [JSONObject.Member] = []
    members.reserveCapacity(nodes.count)
    for node in nodes {
      try budget.take(text: node.name.utf8.count)
      members.append(
        JSONObject.Member(key: node.name, value: try value(node, repetition, &budget)))
    }
    return JSONObject(checked: members)
  }

  /// - Parameter repetition: the level that the next entry of every leaf has.
  private mutating func value(
    _ node: ParquetNode, _ repetition: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> JSONValue {
    if case .leaf(let place) = node.shape {
      return try columns[place].take(repetition, outer: node.outer, &budget)
    }
    let first = node.leaves[0]
    let definition = columns[first].nextDefinition
    guard definition >= node.definition else {
      try skip(node, repetition, below: node.definition, &budget)
      return .null
    }
    switch node.shape {
    case .leaf: return .null
    case .record(let fields): return .object(try object(fields, repetition: repetition, &budget))
    case .list(let element, let defined, let next):
      guard definition >= defined else {
        try skip(node, repetition, below: defined, &budget)
        return .array([])
      }
      var elements = [try value(element, repetition, &budget)]
      while columns[first].nextRepetition == next {
        elements.append(try value(element, next, &budget))
      }
      return .array(elements)
    case .map(let entry, let defined, let next):
      guard definition >= defined else {
        try skip(node, repetition, below: defined, &budget)
        return .object(JSONObject())
      }
      var entries = [try value(entry, repetition, &budget)]
      while columns[first].nextRepetition == next {
        entries.append(try value(entry, next, &budget))
      }
      return try TableMap.object(entries)
    }
  }

  /// Passes over one entry of every leaf, none of which may have a value.
  private mutating func skip(
    _ node: ParquetNode, _ repetition: Int, below definition: Int, _ budget: inout TableBudget
  ) throws(TableFault) {
    for leaf in node.leaves { try columns[leaf].skip(repetition, below: definition, &budget) }
  }
}

/// Maps of texts to values.
enum TableMap {
  /// - Parameter entries: records of a key and a value.
  static func object(_ entries: [JSONValue]) throws(TableFault) -> JSONValue {
    var members: [JSONObject.Member] = []
    var keys: Set<String> = []
    for entry in entries {
      guard let pair = entry.object?.members, pair.count == 2, let key = pair[0].value.string else {
        throw .damaged("a map has an entry without a key")
      }
      guard keys.insert(key).inserted else {
        throw .unsupported("the key \(Text.quoted(key)) stands twice in one map")
      }
      members.append(JSONObject.Member(key: key, value: pair[1].value))
    }
    return .object(JSONObject(checked: members))
  }
}
