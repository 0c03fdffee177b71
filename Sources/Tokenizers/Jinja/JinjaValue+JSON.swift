import Files

extension JinjaValue {
  /// What Python's `json.loads` makes of a JSON value; whole numbers beyond 64 bits are refused.
  package init(_ json: JSONValue) throws(JinjaError) {
    switch json {
    case .null: self = .none
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .double(let number): self = .float(number)
    case .digits(let digits):
      if let number = Int(digits) {
        self = .int(number)
      } else if digits.contains(where: { ".eE".contains($0) }), let number = Double(digits) {
        self = .float(number)
      } else {
        throw .limit("the number \(digits.prefix(40)) is too large for a template")
      }
    case .string(let text): self = .string(text)
    case .array(let items):
      var values: [JinjaValue] = []
      values.reserveCapacity(items.count)
      for item in items { values.append(try JinjaValue(item)) }
      self = .list(values)
    case .object(let object):
      var members = JinjaDictionary()
      for member in object.members { members.append(try JinjaValue(member.value), as: member.key) }
      self = .dictionary(members)
    }
  }
}
