/// Filters that compare elements.
extension JinjaInterpreter {
  /// `sort`, `dictsort`, `unique`, `min`, `max` and `sum`; nil for values that they do not take.
  mutating func filterOrder(
    _ name: String, _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue? {
    switch name {
    case "dictsort": return try sortedMembers(value, call, line: line)
    case "sum":
      guard call.isEmpty else { return nil }
      var sum = JinjaValue.int(0)
      for item in try elements(of: value, line: line) {
        sum = try binary("+", sum, item, line: line)
      }
      return sum
    default: break
    }
    // `sort(reverse, case_sensitive, attribute)`; the others begin with the second of these.
    let first = name == "sort" ? 1 : 0
    let keepsCase = call.value(first, "case_sensitive")?.isTrue ?? false
    var attribute: String?
    switch call.value(first + 1, "attribute") ?? .none {
    case .none: break
    case .string(let path): attribute = path
    default: return nil
    }
    var items: [(key: JinjaValue, value: JinjaValue)] = []
    for item in try elements(of: value, line: line) {
      var key = item
      if let attribute { key = try member(attribute, of: item, line: line) }
      items.append((try folded(key, keepsCase, line: line), item))
    }
    switch name {
    case "sort":
      let isReversed = call.value(0, "reverse")?.isTrue ?? false
      return .list(try sorted(items, isReversed: isReversed, line: line))
    case "unique":
      var seen: [(key: JinjaValue, value: JinjaValue)] = []
      for item in items {
        try spend(seen.count / 8)
        if !seen.contains(where: { JinjaValue.equal($0.key, item.key) }) { seen.append(item) }
      }
      return .iterator(seen.map(\.value), hasLength: false)
    default:
      let all = try sorted(items, isReversed: name == "max", line: line)
      return all.first ?? .undefined("the \(name) of nothing")
    }
  }

  private mutating func folded(
    _ value: JinjaValue, _ keepsCase: Bool, line: Int
  ) throws(JinjaError) -> JinjaValue {
    guard !keepsCase, case .string(let text) = value else { return value }
    return .string(try cased(text, "lower", line: line))
  }

  /// In order of their keys; equal ones stay in the order they have, also in reverse.
  private mutating func sorted(
    _ items: [(key: JinjaValue, value: JinjaValue)], isReversed: Bool, line: Int
  ) throws(JinjaError) -> [JinjaValue] {
    try spend(items.count)
    var problem: JinjaError?
    // Swift's sort is stable.
    let sorted = items.sorted { left, right in
      guard let order = Self.order(left.key, right.key) else {
        problem = .evaluation(
          line: line, "\(left.key.typeName) and \(right.key.typeName) have no order")
        return false
      }
      return isReversed ? order > 0 : order < 0
    }
    if let problem { throw problem }
    return sorted.map(\.value)
  }

  /// `dictsort(case_sensitive, by, reverse)`.
  private mutating func sortedMembers(
    _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue? {
    guard case .dictionary(let members) = value else { return nil }
    var isByValue = false
    switch call.value(1, "by") ?? .string("key") {
    case .string("key"): break
    case .string("value"): isByValue = true
    default: return nil
    }
    let keepsCase = call.value(0, "case_sensitive")?.isTrue ?? false
    var items: [(key: JinjaValue, value: JinjaValue)] = []
    for (key, value) in members.members {
      let part = isByValue ? value : key.value
      items.append((try folded(part, keepsCase, line: line), .tuple([key.value, value])))
    }
    let isReversed = call.value(2, "reverse")?.isTrue ?? false
    return .list(try sorted(items, isReversed: isReversed, line: line))
  }
}
