/// A value of a template, with the types and the rules of Python that templates can tell.
package enum JinjaValue: Sendable {
  /// What a name or an item is that is not there; the name is for messages.
  case undefined(String)
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  /// What the filter `safe` makes: text that is joined to other text as in HTML.
  case markup(String)
  case list([JinjaValue])
  case tuple([JinjaValue])
  /// What can only be gone through: Python's generators, and the views of a dict, which have a length.
  case iterator([JinjaValue], hasLength: Bool)
  case dictionary(JinjaDictionary)
  case namespace(JinjaNamespace)
  case callable(JinjaCallable)

  /// Python's name of the type.
  var typeName: String {
    switch self {
    case .undefined: "an undefined value"
    case .none: "None"
    case .bool: "a bool"
    case .int: "an int"
    case .float: "a float"
    case .string: "a string"
    case .markup: "a string that is marked as safe"
    case .list: "a list"
    case .tuple: "a tuple"
    case .iterator(_, let hasLength): hasLength ? "a view of a dict" : "a generator"
    case .dictionary: "a dict"
    case .namespace: "a namespace"
    case .callable: "a function"
    }
  }

  /// Python's truth of a value.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .float(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let items), .tuple(let items): !items.isEmpty
    case .iterator(let items, let hasLength): !hasLength || !items.isEmpty
    case .dictionary(let members): !members.members.isEmpty
    case .namespace, .callable: true
    }
  }

  /// The value as a number: Booleans are 0 and 1.
  var number: JinjaNumber? {
    switch self {
    case .bool(let value): .int(value ? 1 : 0)
    case .int(let value): .int(value)
    case .float(let value): .float(value)
    default: nil
    }
  }
}

enum JinjaNumber {
  case int(Int)
  case float(Double)

  var double: Double {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    }
  }
}

/// The key of a dict.
enum JinjaKey: Equatable, Sendable {
  case string(String)
  case int(Int)

  /// Nil for what no dict of a template has as a key.
  init?(_ value: JinjaValue) {
    switch value {
    case .string(let text): self = .string(text)
    case .int(let number): self = .int(number)
    default: return nil
    }
  }

  var value: JinjaValue {
    switch self {
    case .string(let text): .string(text)
    case .int(let number): .int(number)
    }
  }

  /// As text, which JSON has for every key.
  var text: String {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    }
  }

  /// Strings are compared by their bytes: Swift would take two ways to write "é" for one.
  static func == (left: JinjaKey, right: JinjaKey) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.int(let left), .int(let right)): left == right
    case (.string, .int), (.int, .string): false
    }
  }
}

/// Keys and values in the order in which they were added, as in Python.
package struct JinjaDictionary: Sendable {
  private(set) var members: [(key: JinjaKey, value: JinjaValue)] = []

  package init() {}

  /// The keys that are strings.
  var names: [String] {
    members.compactMap { if case .string(let name) = $0.key { name } else { nil } }
  }

  /// The pairs of keys and values.
  var items: [JinjaValue] { members.map { .tuple([$0.key.value, $0.value]) } }

  /// Adds a member with a key that is known to be new.
  mutating func append(_ value: JinjaValue, as key: String) {
    members.append((.string(key), value))
  }

  subscript(key: JinjaKey) -> JinjaValue? {
    get { members.first { $0.key == key }?.value }
    set {
      guard let newValue else { return }
      if let place = members.firstIndex(where: { $0.key == key }) {
        members[place].value = newValue
      } else {
        members.append((key, newValue))
      }
    }
  }

  package subscript(key: String) -> JinjaValue? {
    get { self[.string(key)] }
    set { self[.string(key)] = newValue }
  }
}

/// What `namespace()` makes: the one value that a template can change. It holds plain values only, so
/// that none can be nested without bound.
package final class JinjaNamespace: @unchecked Sendable {
  // Only the one rendering that made it touches it.
  var members = JinjaDictionary()
}

/// A value that can be called.
package enum JinjaCallable: Sendable {
  /// A function of the environment, by name.
  case function(String)
  /// A method of a value, by name.
  indirect case method(of: JinjaValue, String)
  case macro(JinjaMacro)
}

package final class JinjaMacro: @unchecked Sendable {
  let name: String
  let parameters: [(name: String, default: JinjaExpression?)]
  let body: [JinjaStatement]
  // The scope it was defined in, which holds it: a macro is never put anywhere that lives longer.
  private(set) weak var scope: JinjaScope?

  init(
    name: String, parameters: [(name: String, default: JinjaExpression?)],
    body: [JinjaStatement], scope: JinjaScope
  ) {
    self.name = name
    self.parameters = parameters
    self.body = body
    self.scope = scope
  }
}

/// The variables of a block; inner blocks see those of outer ones.
final class JinjaScope {
  /// The name of what a block writes, for the filters that take it: no name that a template can have.
  static let blockText = " block"

  private let parent: JinjaScope?
  private var variables: [String: JinjaValue] = [:]

  init(parent: JinjaScope?) {
    self.parent = parent
  }

  subscript(name: String) -> JinjaValue? {
    get { variables[name] ?? parent?[name] }
    set { variables[name] = newValue }
  }
}

extension JinjaValue {
  /// Python's `==`.
  static func equal(_ left: JinjaValue, _ right: JinjaValue) -> Bool {
    if let left = left.number, let right = right.number {
      if case (.int(let left), .int(let right)) = (left, right) { return left == right }
      return left.double == right.double
    }
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let left), .string(let right)), (.markup(let left), .string(let right)),
      (.string(let left), .markup(let right)), (.markup(let left), .markup(let right)):
      return left.utf8.elementsEqual(right.utf8)
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { equal($0, $1) }
    case (.dictionary(let left), .dictionary(let right)):
      return left.members.count == right.members.count
        && left.members.allSatisfy { member in
          right[member.key].map { equal(member.value, $0) } ?? false
        }
    case (.namespace(let left), .namespace(let right)): return left === right
    default: return false
    }
  }
}
