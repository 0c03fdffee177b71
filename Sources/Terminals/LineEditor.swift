import CEditLine
import Diagnostics
import Glibc

/// The prompt on a terminal: blocks that are edited as a whole, completion, history and paste.
///
/// There is one terminal, so there should be one editor; all calls come from one thread.
@safe package final class LineEditor {
  /// Asked at every Enter whether the text is a whole cell.
  package var completeness: (String) -> InputState = { _ in .complete }
  /// Asked at every Tab for the ways to go on: the text and the UTF-8 offset of the cursor.
  package var completions: (String, Int) -> [CompletionItem] = { _, _ in [] }

  private let promptName: String
  private let style: TextStyle
  private var browser: HistoryBrowser
  private var editor: OpaquePointer?

  /// - Parameters:
  ///   - promptName: what prompts start with; `~/.editrc` lines may name it, pasted prompts lose it.
  ///   - history: earlier cells, oldest first.
  /// - Returns: nil unless standard input and output are a terminal that can move its cursor.
  package init?(promptName: String, history: [String] = [], style: TextStyle = .plain) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, Self.hasCapableTerminal else {
      return nil
    }
    self.promptName = promptName
    self.style = style
    browser = HistoryBrowser(cells: history)
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    guard let opened = unsafe cedit_open(promptName, Self.callbacks, context) else { return nil }
    unsafe editor = opened
    for cell in browser.cells { unsafe cedit_add_history(opened, cell) }
  }

  deinit {
    if let editor = unsafe editor { unsafe cedit_close(editor) }
  }

  /// Shows the prompt and lets the user edit one cell.
  ///
  /// - Parameter initial: text that stands on the prompt to begin with.
  package func readLine(prompt: String, initial: String? = nil) -> Reading {
    guard let editor = unsafe editor else { return .endOfFile }
    browser.leave()
    var text: UnsafePointer<CChar>?
    switch unsafe cedit_read(editor, marked(prompt), initial.map { VisibleText.escaped($0) }, &text)
    {
    case CEDIT_INTERRUPTED: return .interrupted
    case CEDIT_LINE: return unsafe .line(text.map { unsafe String(cString: $0) } ?? "")
    default: return .endOfFile
    }
  }

  /// Makes a cell reachable with Up and Ctrl-R.
  package func remember(_ cell: String) {
    guard let editor = unsafe editor, !cell.allSatisfy(\.isWhitespace) else { return }
    browser.append(cell)
    unsafe cedit_add_history(editor, VisibleText.escaped(cell))
  }

  /// Gives Up and Down other texts, oldest first, as where something else than cells is typed; gives
  /// back those from before.
  package func exchangeHistory(_ texts: [String]) -> [String] {
    defer { browser = HistoryBrowser(cells: texts) }
    return browser.cells
  }

  /// The prompt with its colour in libedit's marks: an escape may not end the prompt, and two may not
  /// touch, so the last two characters (`> `) stay plain.
  private func marked(_ prompt: String) -> String {
    guard style.isEnabled, prompt.count > 2 else { return prompt }
    let (start, end) = ("\u{1B}[\(TextStyle.Role.prompt.code)m", "\u{1B}[0m")
    return "\u{1}\(start)\u{1}\(prompt.dropLast(2))\u{1}\(end)\u{1}" + prompt.suffix(2)
  }

  private static var hasCapableTerminal: Bool {
    guard let name = unsafe getenv("TERM") else { return false }
    let kind = unsafe String(cString: name)
    return kind != "dumb" && !kind.isEmpty
  }

  private static let callbacks = unsafe cedit_callbacks(
    indent: { context, text in
      unsafe LineEditor.with(context, text) { editor, text in
        editor.completeness(text).continuationIndent.map { Int32(clamping: min($0, 64)) } ?? -1
      } ?? -1
    },
    complete: { context, text, cursor in
      unsafe LineEditor.with(context, text) { unsafe $0.complete($1, cursor: cursor) }
        ?? cedit_edit()
    },
    recall: { context, text, cursor, direction in
      unsafe LineEditor.with(context, text) { editor, text in
        unsafe editor.recall(from: text, cursor: Int(cursor), direction: direction)
      } ?? nil
    },
    clean_paste: { context, text in
      unsafe LineEditor.with(context, text) { editor, text in
        let isOpen = { editor.completeness($0).continuationIndent != nil }
        return unsafe strdup(
          PastedText.cleaned(text, promptName: editor.promptName, isOpen: isOpen))
      } ?? nil
    }
  )

  private static func with<Result>(
    _ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?,
    _ body: (LineEditor, String) -> Result
  ) -> Result? {
    guard let context = unsafe context, let text = unsafe text else { return nil }
    let editor = unsafe Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
    return unsafe body(editor, String(cString: text))
  }

  private func recall(
    from text: String, cursor: Int, direction: Int32
  ) -> UnsafeMutablePointer<CChar>? {
    let before = String(decoding: text.utf8.prefix(cursor), as: UTF8.self)
    let cell =
      direction < 0
      ? browser.earlier(than: text, beforeCursor: before) : browser.later(than: text)
    return unsafe cell.flatMap { unsafe strdup($0) }
  }

  private func complete(_ text: String, cursor: Int) -> cedit_edit {
    let answer = CompletionAnswer(items: completions(text, cursor), text: text, cursor: cursor)
    var edit = unsafe cedit_edit()
    unsafe edit.before = Int32(clamping: answer.before)
    unsafe edit.after = Int32(clamping: answer.after)
    unsafe edit.insert = answer.insert.flatMap { unsafe strdup(VisibleText.escaped($0)) }
    let size = TerminalSize.of(descriptor: STDOUT_FILENO) ?? TerminalSize(columns: 80, rows: 24)
    let lines = CompletionList.lines(
      answer.listed, columns: size.columns, rows: max(4, size.rows - 3), style: style)
    if !lines.isEmpty {
      unsafe edit.listing = strdup(VisibleText.rendered(lines.joined(separator: "\n")))
    }
    return unsafe edit
  }
}
