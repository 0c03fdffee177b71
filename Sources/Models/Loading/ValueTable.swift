import Files

/// The values that a key of a JSON file may have.
indirect enum AllowedValue: Sendable {
  /// One of these; null stands for a key that is not there.
  case values([JSONValue])
  case bool, integer, string, array, object
  /// Such a value, or null.
  case optional(AllowedValue)
  /// The key is there to be read elsewhere, or changes nothing.
  case any

  func admits(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.values(let values), _): values.contains(value)
    case (.optional(let allowed), _): value.isNull || allowed.admits(value)
    case (.bool, .bool), (.integer, .int), (.string, .string), (.array, .array), (.object, .object),
      (.any, _):
      true
    default: false
    }
  }
}

/// The keys of an object in a file that describes a model, as data. What is not in the table, or has
/// a value that the table does not have, is refused by name.
struct ValueTable: Sendable {
  struct Key: Sendable {
    let name: String
    let allowed: AllowedValue
    let isRequired: Bool

    init(_ name: String, _ allowed: AllowedValue, required: Bool = false) {
      self.name = name
      self.allowed = allowed
      isRequired = required
    }
  }

  let keys: [Key]
  /// Whether keys that the table does not have change nothing.
  var ignoresOthers = false

  init(_ keys: [Key], ignoresOthers: Bool = false) {
    self.keys = keys
    self.ignoresOthers = ignoresOthers
  }

  /// - Parameter place: where the object stands in the file, such as `model.`; empty for the whole.
  func check(_ object: JSONObject, at place: String, file: String) throws(FileError) {
    for key in keys {
      let value = object[key.name] ?? .null
      if key.isRequired, object[key.name] == nil {
        throw FileError(
          .absent, file: file, cause: "the key \(place)\(key.name) is missing",
          fix: "take the file from the model's own folder")
      }
      let isAbsent = object[key.name] == nil
      guard isAbsent || key.allowed.admits(value) else {
        throw FileError(
          .unsupported, file: file,
          cause: "\(place)\(key.name) is \(Self.shown(value)), which is not supported",
          fix: "take the file from the model's own folder, or use another model")
      }
    }
    guard !ignoresOthers else { return }
    for member in object.members where !keys.contains(where: { $0.name == member.key }) {
      throw FileError(
        .unsupported, file: file, cause: "the key \(place)\(member.key) is not known",
        fix: "take the file from the model's own folder, or use another model")
    }
  }

  static func shown(_ value: JSONValue) -> String {
    String(value.text(.compact, sortedKeys: false).prefix(80))
  }
}
