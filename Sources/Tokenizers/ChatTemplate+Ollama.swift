/// A chat format in the language of Ollama's `TEMPLATE` (Go's text/template with `.Messages`).
extension ChatTemplate {
  /// The format as a template; nil for one that is a program, or that puts a system message elsewhere than in a
  /// turn of its own. The begin token is left out, which Ollama puts before every text itself.
  package var ollamaTemplate: String? {
    guard !isProgram, case .turn(let system) = format.system else { return nil }
    let reply = format.reply
    var roles = [
      ("system", text(system.before), text(system.after)),
      ("user", text(format.user.before), text(format.user.after)),
      (
        "assistant", text(reply.before) + reply.leading,
        reply.trailing + text([reply.end] + reply.after)
      ),
    ]
    if let tool = format.tool { roles.append(("tool", text(tool.before), text(tool.after))) }
    let all = roles.flatMap { [$0.1, $0.2] } + [text(format.opening)]
    guard !all.contains(where: { $0.contains("{{") || $0.contains("}}") || $0.contains("\"\"\"") })
    else { return nil }
    var template = text(format.opening) + "{{ range .Messages }}"
    for (index, (role, before, after)) in roles.enumerated() {
      template += "{{ \(index == 0 ? "if" : "else if") eq .Role \"\(role)\" }}"
      template += before + "{{ .Content }}" + after
    }
    return template + "{{ end }}{{ end }}" + text(reply.before)
  }

  private func text(_ pieces: [ChatFormat.Piece]) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text), .token(let text): text
      case .begin: ""
      case .end: tokens.end
      }
    }.joined()
  }
}
