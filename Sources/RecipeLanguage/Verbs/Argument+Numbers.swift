/// A number as a declaration writes it: `16` is shown as 16, `1.0` as 1.0.
package struct NumberLiteral: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, Sendable {
  let value: Value

  package init(integerLiteral value: Int) { self.value = .int(value) }
  package init(floatLiteral value: Double) { self.value = .float(value) }
}

/// A share of something, or a number of its rows or steps.
package enum ShareOrCount: Sendable, Equatable {
  case share(Double)
  case count(Int)

  fileprivate init?(_ value: Value) {
    switch value {
    case .percent(let share): self = .share(share)
    case .int(let count): self = .count(count)
    default: return nil
    }
  }

  fileprivate var value: Value {
    switch self {
    case .share(let share): .percent(share)
    case .count(let count): .int(count)
    }
  }
}

extension Argument where Read == Int {
  package static func int(
    _ name: String, _ range: ClosedRange<Int>, default standard: Int,
    foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(name, .int(range), default: .int(standard), foreign: foreign, help)
    ) { $0.int }
  }

  /// An integer that stands without its name.
  package static func positionalInt(
    _ name: String, _ range: ClosedRange<Int>, default standard: Int, foreign: [String] = [],
    _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(
        name, .int(range), default: .int(standard), positional: true, foreign: foreign, help)
    ) { $0.int }
  }

  package static func requiredInt(
    _ name: String, _ range: ClosedRange<Int>, _ help: String
  ) -> Self {
    Argument(ArgumentDeclaration(name, .int(range), positional: true, required: true, help)) {
      $0.int
    }
  }
}

extension Argument where Read == Int? {
  package static func int(
    _ name: String, _ range: ClosedRange<Int>, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(optional: ArgumentDeclaration(name, .int(range), foreign: foreign, help)) { $0.int }
  }
}

extension Argument where Read == Double {
  package static func number(
    _ name: String, _ range: ClosedRange<Double>, default standard: NumberLiteral,
    foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(name, .float(range), default: standard.value, foreign: foreign, help)
    ) { $0.number }
  }
}

extension Argument where Read == Double? {
  package static func number(
    _ name: String, _ range: ClosedRange<Double>, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(optional: ArgumentDeclaration(name, .float(range), foreign: foreign, help)) {
      $0.number
    }
  }

  /// In seconds.
  package static func duration(
    _ name: String, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(optional: ArgumentDeclaration(name, .duration, foreign: foreign, help)) { value in
      if case .duration(let seconds) = value { seconds } else { nil }
    }
  }
}

/// A number that a record has under a name.
package struct NamedNumber: Sendable {
  package let name: String
  package let number: Double
}

extension Argument where Read == [NamedNumber] {
  /// A record of numbers, in its order; empty where none is given.
  package static func numbersByName(
    _ name: String, _ range: ClosedRange<Double>, foreign: [String] = [], _ help: String
  ) -> Self {
    let declaration = ArgumentDeclaration(
      name, .recordOf(.float(range)), foreign: foreign, help)
    return Argument(declaration: declaration) { value in
      guard case .record(let record)? = value else { return [] }
      return record.fields.compactMap { field in
        field.value.number.map { NamedNumber(name: field.name, number: $0) }
      }
    }
  }
}

extension Argument where Read == ShareOrCount {
  package static func shareOrCount(
    _ name: String, default standard: ShareOrCount, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(
      ArgumentDeclaration(
        name, .percentOrInt, default: standard.value, foreign: foreign, help)
    ) { ShareOrCount($0) }
  }
}

extension Argument where Read == ShareOrCount? {
  package static func shareOrCount(
    _ name: String, foreign: [String] = [], _ help: String
  ) -> Self {
    Argument(optional: ArgumentDeclaration(name, .percentOrInt, foreign: foreign, help)) {
      ShareOrCount($0)
    }
  }
}
