import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions

/// A session of the language behind Jupyter's protocol: cells, completion and help for a front end that shows them.
package final class Kernel {
  private let notebook = Notebook()
  private let sender: KernelSender
  private let control: KernelControl
  private let session = KernelMessage.newID()

  package init(sender: KernelSender, control: KernelControl) {
    self.sender = sender
    self.control = control
    notebook.interpreter.isCancelled = { control.isInterrupted }
    notebook.session.isInterrupted = { control.isInterrupted }
    notebook.session.isAborted = { control.isAborted }
    notebook.session.rememberRuns()
    notebook.session.recovery = Recovery.folder(every: Recovery.standardInterval)
  }

  /// Lets go of what is kept for the case of a crash.
  package func end() { notebook.session.recovery?.remove() }

  /// Answers a request of the shell.
  ///
  /// - Returns: whether cells that wait are to run; not after one that failed or was stopped.
  package func answer(_ request: KernelMessage) -> Bool {
    let answer: JSONObject
    switch request.kind {
    case "execute_request": return sender.working(on: request) { execute(request) }
    case "complete_request": answer = completions(request.content)
    case "inspect_request": answer = inspection(request.content)
    case "is_complete_request": answer = completeness(request.content)
    case "history_request": answer = history
    case "comm_info_request": answer = ["status": "ok", "comms": [:]]
    // opened and used by front ends for widgets, which are not here
    case "comm_open", "comm_msg", "comm_close": return true
    default:
      control.answer(request, on: .shell)
      return true
    }
    sender.working(on: request) { sender.reply(to: request, on: .shell, answer) }
    return true
  }

  /// Answers a request that waited behind a cell that failed: cells do not run, all else is answered.
  package func answerAfterFailure(_ request: KernelMessage) {
    guard request.kind == "execute_request", request.content["stop_on_error"]?.bool != false else {
      _ = answer(request)
      return
    }
    sender.working(on: request) { sender.reply(to: request, on: .shell, ["status": "aborted"]) }
  }

  // MARK: Cells

  private func execute(_ request: KernelMessage) -> Bool {
    let code = request.content["code"]?.string ?? ""
    let isSilent = request.content["silent"]?.bool ?? false
    let number = notebook.nextCell
    let publisher = CellPublisher { [sender] kind, content in
      if !isSilent { sender.publish(kind, content, for: request) }
    }
    if !isSilent {
      sender.publish(
        "execute_input", ["code": .string(code), "execution_count": .int(number)], for: request)
    }
    control.reset()
    var reply = run(code, number: number, publisher)
    let isGood = reply["status"] == "ok"
    if !isGood, !isSilent {
      var error = reply
      error["status"] = nil
      sender.publish("error", error, for: request)
    }
    reply["execution_count"] = .int(number)
    if isGood {
      reply["payload"] = []
      reply["user_expressions"] = userExpressions(request.content)
    }
    sender.reply(to: request, on: .shell, reply)
    // a stopped training counts as done, but the cells after it should not run
    return isGood && !control.isInterrupted
  }

  private func run(_ code: String, number: Int, _ publisher: CellPublisher) -> JSONObject {
    if let request = CellText.helpRequest(in: code) {
      do throws(HelpPage.Missing) {
        publisher.show(lines: try help(on: request.subject, isDeep: request.isDeep))
        return ["status": "ok"]
      } catch {
        return Self.error("help", error.message, [error.message])
      }
    }
    if let line = CellText.sessionCommand(in: code) {
      do throws(NotebookCommand.Refusal) {
        publisher.show(lines: try NotebookCommand(line, in: notebook).lines())
        return ["status": "ok"]
      } catch {
        return Self.error("command", error.message, [error.message])
      }
    }
    notebook.onEvent = { publisher.show($0) }
    defer {
      notebook.onEvent = { _ in }
      notebook.rememberTrainings(ofCell: number)
    }
    do throws(RunFailure) {
      try notebook.run(code)
      publisher.finish(number: number)
      return ["status": "ok"]
    } catch {
      publisher.finish(number: number)
      return Self.error(of: error, publisher.errors)
    }
  }

  private static func error(of failure: RunFailure, _ diagnostics: [Diagnostic]) -> JSONObject {
    guard let first = diagnostics.first else {
      let message =
        failure.kind == .interrupted
        ? "stopped; the cell has changed nothing" : "the cell has failed"
      return error("interrupted", message, [message])
    }
    let renderer = DiagnosticRenderer(isColored: true)
    return error(
      first.code, first.message, diagnostics.map { VisibleText.rendered(renderer.render($0)) })
  }

  private static func error(_ name: String, _ message: String, _ lines: [String]) -> JSONObject {
    [
      "status": "error", "ename": .string(name), "evalue": .string(VisibleText.escaped(message)),
      "traceback": .array(lines.map { .string($0) }),
    ]
  }

  /// Expressions of the front end are Python's, or some other language's that it was made for.
  private func userExpressions(_ content: JSONObject) -> JSONValue {
    var result = JSONObject()
    for member in content["user_expressions"]?.object?.members ?? [] {
      result[member.key] = .object(
        Self.error("expression", "expressions of the front end are not evaluated", []))
    }
    return .object(result)
  }

  // MARK: Writing a cell

  private func completions(_ content: JSONObject) -> JSONObject {
    let place = CodePlace(content)
    let items = CellCompletion(notebook: notebook).items(place.code, cursor: place.byte)
    let range = items.first?.range ?? place.byte..<place.byte
    let offered = items.filter { $0.range == range }
    return [
      "status": "ok", "matches": .array(offered.map { .string($0.insert) }),
      "cursor_start": .int(place.position(ofByte: range.lowerBound)),
      "cursor_end": .int(place.position(ofByte: range.upperBound)),
      "metadata": [
        "_jupyter_types_experimental": .array(
          offered.map { item in
            [
              "start": .int(place.position(ofByte: range.lowerBound)),
              "end": .int(place.position(ofByte: range.upperBound)),
              "text": .string(item.insert), "type": .string(item.help),
            ]
          })
      ],
    ]
  }

  private func inspection(_ content: JSONObject) -> JSONObject {
    let isDeep = (content["detail_level"]?.int ?? 0) > 0
    let subjects = CodePlace(content).subjects
    for subject in subjects {
      let lines: [String]? =
        if let value = notebook.interpreter.environment[subject] {
          ValueView(.document).lines(of: value, title: subject)
        } else {
          try? help(on: subject, isDeep: isDeep)
        }
      guard let lines else { continue }
      let text = VisibleText.escaped(lines.joined(separator: "\n"))
      return [
        "status": "ok", "found": true, "data": ["text/plain": .string(text)], "metadata": [:],
      ]
    }
    return ["status": "ok", "found": false, "data": [:], "metadata": [:]]
  }

  private func help(on subject: String, isDeep: Bool) throws(HelpPage.Missing) -> [String] {
    try HelpPage(subject, isDeep: isDeep, sessionCommands: []) { [notebook] in
      notebook.session.facts(about: $0)
    }.lines(on: .document)
  }

  private func completeness(_ content: JSONObject) -> JSONObject {
    switch CellText.completeness(of: content["code"]?.string ?? "") {
    case .complete: ["status": "complete"]
    case .incomplete(let indent):
      ["status": "incomplete", "indent": .string(String(repeating: " ", count: indent))]
    case .broken: ["status": "invalid"]
    }
  }

  private var history: JSONObject {
    let cells = notebook.cells.map { cell -> JSONValue in
      [0, .int(cell.number), .string(cell.text)]
    }
    return ["status": "ok", "history": .array(cells)]
  }
}
