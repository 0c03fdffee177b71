/// A piece of a template.
struct JinjaToken: Sendable {
  enum Kind: Equatable, Sendable {
    /// Text between tags, white space control done.
    case text(String)
    case beginOutput, endOutput, beginBlock, endBlock
    case name(String)
    case string(String)
    case int(Int)
    case float(Double)
    case symbol(String)
    case end
  }

  let kind: Kind
  let line: Int

  /// How messages call it.
  var shown: String {
    switch kind {
    case .text: "text"
    case .beginOutput: "{{"
    case .endOutput: "}}"
    case .beginBlock: "{%"
    case .endBlock: "%}"
    case .name(let name): name
    case .string: "a string"
    case .int, .float: "a number"
    case .symbol(let symbol): symbol
    case .end: "the end of the template"
    }
  }
}
