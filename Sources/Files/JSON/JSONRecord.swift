/// A value as bytes of our own, for what is kept for a while and read again: every value comes back as it was,
/// numbers by their digits among them, and faster than from text.
///
/// A byte says the kind; texts, lists and objects go on with the count of what they have, in seven bits a byte,
/// lowest first.
package enum JSONRecord {
  private enum Kind: UInt8 {
    case null, no, yes, int, double, digits, string, array, object
  }

  package static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(Kind.null.rawValue)
    case .bool(let flag): bytes.append((flag ? Kind.yes : .no).rawValue)
    case .int(let number):
      bytes.append(Kind.int.rawValue)
      append(UInt64(bitPattern: Int64(number)), to: &bytes)
    case .double(let number):
      bytes.append(Kind.double.rawValue)
      append(number.bitPattern, to: &bytes)
    case .digits(let text):
      bytes.append(Kind.digits.rawValue)
      append(text, to: &bytes)
    case .string(let text):
      bytes.append(Kind.string.rawValue)
      append(text, to: &bytes)
    case .array(let elements):
      bytes.append(Kind.array.rawValue)
      append(UInt64(elements.count), to: &bytes)
      for element in elements { append(element, to: &bytes) }
    case .object(let object):
      bytes.append(Kind.object.rawValue)
      append(object, to: &bytes)
    }
  }

  package static func append(_ object: JSONObject, to bytes: inout [UInt8]) {
    append(UInt64(object.members.count), to: &bytes)
    for member in object.members {
      append(member.key, to: &bytes)
      append(member.value, to: &bytes)
    }
  }

  /// The object that these bytes were made of.
  package static func object(of bytes: [UInt8]) -> JSONObject {
    var reader = Reader(bytes: bytes)
    let object = reader.object()
    precondition(reader.place == bytes.count, "\(bytes.count - reader.place) bytes follow a record")
    return object
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    append(UInt64(text.utf8.count), to: &bytes)
    bytes.append(contentsOf: text.utf8)
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    mutating func value() -> JSONValue {
      let byte = bytes[place]
      place += 1
      guard let kind = Kind(rawValue: byte) else {
        preconditionFailure("a record has a value of the kind \(byte)")
      }
      switch kind {
      case .null: return .null
      case .no: return .bool(false)
      case .yes: return .bool(true)
      case .int: return .int(Int(Int64(bitPattern: number())))
      case .double: return .double(Double(bitPattern: number()))
      case .digits: return .digits(text())
      case .string: return .string(text())
      case .array:
        let count = Int(number())
        var elements: [JSONValue] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(value()) }
        return .array(elements)
      case .object: return .object(object())
      }
    }

    mutating func object() -> JSONObject {
      let count = Int(number())
      var members: [JSONObject.Member] = []
      members.reserveCapacity(count)
      for _ in 0..<count {
        let key = text()
        members.append(JSONObject.Member(key: key, value: value()))
      }
      return JSONObject(checked: members)
    }

    private mutating func number() -> UInt64 {
      var (number, shift): (UInt64, UInt64) = (0, 0)
      while true {
        let byte = bytes[place]
        place += 1
        number |= UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { return number }
      }
    }

    private mutating func text() -> String {
      let count = Int(number())
      defer { place += count }
      return String(decoding: bytes[place..<place + count], as: UTF8.self)
    }
  }
}
