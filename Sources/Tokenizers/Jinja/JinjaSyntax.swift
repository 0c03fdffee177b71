/// The tree of a template.
struct JinjaStatement: Sendable {
  indirect enum Kind: Sendable {
    case text(String)
    case output(JinjaExpression)
    case set(JinjaTarget, JinjaExpression)
    /// `{% set name %}…{% endset %}`.
    case setBlock(String, [JinjaStatement])
    /// The branches in order; the last may have no condition.
    case conditional([(condition: JinjaExpression?, body: [JinjaStatement])])
    case loop(JinjaLoop)
    case macro(String, [(name: String, default: JinjaExpression?)], [JinjaStatement])
    /// `{% set name | filter %}…{% endset %}`, with a name, and `{% filter … %}…{% endfilter %}`: the
    /// expression is of `JinjaScope.blockText`, what the block writes.
    case filterBlock(String?, JinjaExpression, [JinjaStatement])
    /// `{% call macro(…) %}…{% endcall %}`.
    case callBlock(JinjaExpression, [JinjaStatement])
    /// A block with variables of its own: those that `with` sets.
    case scope([(name: String, value: JinjaExpression)], [JinjaStatement])
    /// `generation`, which transformers marks replies by.
    case generation([JinjaStatement])
    case breakLoop, continueLoop
  }

  let kind: Kind
  let line: Int
}

struct JinjaLoop: Sendable {
  let names: [String]
  let items: JinjaExpression
  let condition: JinjaExpression?
  let body: [JinjaStatement]
  let otherwise: [JinjaStatement]
}

enum JinjaTarget: Sendable {
  /// One name, or several that take an iterable apart.
  case names([String])
  /// `namespace.attribute`.
  case attribute(String, String)
}

struct JinjaExpression: Sendable {
  indirect enum Kind: Sendable {
    case constant(JinjaValue)
    case name(String)
    case list([JinjaExpression])
    case tuple([JinjaExpression])
    case dictionary([(key: JinjaExpression, value: JinjaExpression)])
    case access(JinjaAccess)
    case negated(JinjaExpression)
    case unary(String, JinjaExpression)
    case binary(String, JinjaExpression, JinjaExpression)
    /// A chain such as `a < b <= c`.
    case comparison(JinjaExpression, [(symbol: String, right: JinjaExpression)])
    case concatenation([JinjaExpression])
    case and(JinjaExpression, JinjaExpression)
    case or(JinjaExpression, JinjaExpression)
    case conditional(JinjaExpression, then: JinjaExpression, otherwise: JinjaExpression?)
  }

  let kind: Kind
  let line: Int
}

/// What stands after a value.
indirect enum JinjaAccess: Sendable {
  /// `value.name`.
  case attribute(JinjaExpression, String)
  /// `value[item]`.
  case item(JinjaExpression, JinjaExpression)
  case slice(JinjaExpression, JinjaExpression?, JinjaExpression?, JinjaExpression?)
  case call(JinjaExpression, JinjaArguments)
  case filter(JinjaExpression, String, JinjaArguments)
  case test(JinjaExpression, String, JinjaArguments)
}

struct JinjaArguments: Sendable {
  var positional: [JinjaExpression] = []
  var named: [(name: String, value: JinjaExpression)] = []
}
