import Files

extension ColumnReader {
  /// Axolotl's `segments`: a list of objects with a `text` and a `label`, which says whether it is learnt.
  func segments(_ part: String) throws(RowRejection) -> [Example.TextSegment] {
    try refuseUnwritable()
    let (value, key) = (try value(part), columns.key(for: part))
    guard let list = value.array else {
      throw RowRejection(reason: "its \(key) should be a list and is \(value.kind)")
    }
    var segments: [Example.TextSegment] = []
    for (index, element) in list.enumerated() {
      let place = "item \(index + 1) of its \(key)"
      guard let text = element["text"]?.string else {
        throw RowRejection(reason: "\(place) has no text")
      }
      guard let isLearnt = element["label"]?.saysWhether else {
        throw RowRejection(reason: "\(place) has no label that is true or false")
      }
      segments.append(Example.TextSegment(text, isTrained: isLearnt))
    }
    guard segments.contains(where: { $0.isTrained && !$0.text.isEmpty }) else {
      throw RowRejection(reason: "none of its \(key) is to be learnt")
    }
    return segments
  }

  /// Whether a value is a list of such objects.
  static func areSegments(_ value: JSONValue) -> Bool {
    guard let list = value.array, !list.isEmpty else { return false }
    return list.allSatisfy { $0["text"]?.string != nil && $0["label"] != nil }
  }
}
