import Files

/// Rows that stand under a key of one object, as in `{"version": "1", "data": [{…}, …]}`.
extension RowReader {
  /// The rows that a document holds, if it is no row itself: of its members one is a list of
  /// objects that are neither turns nor anything else that a row has.
  func wrapped(
    _ document: DatasetRow, _ columns: ColumnMapping
  ) throws(DataError) -> (rows: (values: [JSONValue], lines: [Int]), notice: String)? {
    let object = document.object
    guard !DatasetFormat.allCases.contains(where: { $0.matches(object, columns: columns) }),
      !KnownShape.all.contains(where: { $0.matches(object) }),
      !object.members.contains(where: { TurnKeys.areTurns($0.value) }),
      !ThreadReader.isThread(object)
    else { return nil }
    let lists = object.members.indices.filter { Self.holdsRows(object.members[$0]) }
    guard let first = lists.first, let values = object.members[first].value.array else {
      return nil
    }
    let names = lists.map { Shown.quoted(object.members[$0].key) }
    guard lists.count == 1 else {
      throw DataError(
        file: file.name, line: document.line,
        reason: "the rows stand under \(names.joined(separator: " and ")), and one list is read",
        fix: "Write each list to a file of its own")
    }
    let others = object.members.indices.filter { index in
      index != first && !object.members[index].value.holdsNothing
    }.map { object.members[$0].key }
    let rest = others.isEmpty ? "" : "; not used: \(Shown.list(others))"
    let places = ElementPlaces(in: file.bytes, ofMember: first)
    return ((values, places.lines), "the rows stand under \(names[0])\(rest)")
  }

  private static func holdsRows(_ member: JSONObject.Member) -> Bool {
    guard let values = member.value.array, !values.isEmpty,
      UnwritablePart.all[member.key] == nil, !UnwritablePart.tools.contains(member.key)
    else { return false }
    return values.allSatisfy { $0.object.map { !TurnKeys.isTurn($0) } ?? false }
  }
}
