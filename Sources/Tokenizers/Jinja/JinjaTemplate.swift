/// A chat template: a program in the part of Jinja (jinja.palletsprojects.com, 3.1) that chat
/// templates use, with the settings of transformers' `apply_chat_template`.
///
/// What it does not know is refused by name, and every rendering is bounded in steps, text and depth,
/// so that a template from anywhere may be run.
package struct JinjaTemplate: Sendable {
  let statements: [JinjaStatement]
  private let limits: JinjaLimits

  package init(_ source: String, limits: JinjaLimits = JinjaLimits()) throws(JinjaError) {
    statements = try JinjaParser.statements(of: source, limits: limits)
    self.limits = limits
  }

  /// The text that the template makes of these variables.
  package func render(_ variables: [(String, JinjaValue)]) throws(JinjaError) -> String {
    let scope = JinjaScope(parent: nil)
    for (name, value) in variables { scope[name] = value }
    var interpreter = JinjaInterpreter(limits: limits)
    return try interpreter.text(of: statements, in: scope)
  }
}
