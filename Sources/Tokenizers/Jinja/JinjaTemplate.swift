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
    try rendering(of: variables).text
  }

  /// - Parameter date: what `strftime_now` writes; without one a template that calls it is refused.
  package func rendering(
    of variables: [(String, JinjaValue)], date: TemplateDate? = nil
  ) throws(JinjaError) -> JinjaRendering {
    let scope = JinjaScope(parent: nil)
    for (name, value) in variables { scope[name] = value }
    var interpreter = JinjaInterpreter(limits: limits, date: date)
    let text = try interpreter.text(of: statements, in: scope)
    return JinjaRendering(text: text, generation: interpreter.generation)
  }
}

/// What a template made.
package struct JinjaRendering: Equatable, Sendable {
  package let text: String
  /// The bytes of the text that stand in `{% generation %}` blocks, which mark what a model writes; in
  /// order, none within another.
  package let generation: [Range<Int>]
}
