import Files
import Jupyter
import Synchronization
import TestSupport
import Testing

/// What a kernel answers, without sockets: each test asks as a front end would.
@Suite struct KernelTests {
  private let front = FrontEnd()

  @Test func `a cell's last value is its result, and the ones before are displayed`() throws {
    let reply = front.execute("3 * 4\nlet a = 5\na + 1")
    #expect(reply["status"] == "ok")
    #expect(reply["execution_count"] == 1)
    #expect(
      front.published.map(\.kind) == [
        "status", "execute_input", "display_data", "execute_result", "status",
      ])
    let result = try #require(front.first("execute_result"))
    #expect(result["data"]?["text/plain"] == "6")
    #expect(result["data"]?["application/vnd.skillet.value+json"] == 6)
    #expect(result["execution_count"] == 1)
    #expect(front.first("display_data")?["data"]?["text/plain"] == "12")
    front.clear()
    _ = front.execute("a * 2")
    #expect(front.first("execute_result")?["data"]?["text/plain"] == "10")
    #expect(front.first("execute_input")?["execution_count"] == 2)
  }

  @Test
  func `a mistake is an error with its page, changes nothing, and cells behind it do not run`()
    throws
  {
    let reply = front.execute("lora rnk: 4")
    #expect(reply["status"] == "error")
    #expect(reply["ename"]?.string?.hasPrefix("E0") == true)
    let error = try #require(front.first("error"))
    let page = try #require(error["traceback"]?.array?.first?.string)
    #expect(page.contains("rnk") && page.contains("\u{1b}[1;31merror[E0"))
    front.clear()
    let waiting = front.ask("execute_request", ["code": "1 + 1"], afterFailure: true)
    #expect(waiting == ["status": "aborted"])
    #expect(front.first("execute_input") == nil)
    #expect(front.ask("kernel_info_request", afterFailure: true)["status"] == "ok")
    #expect(front.execute("1 + 1")["execution_count"] == 1)
  }

  @Test func `a silent cell runs and publishes nothing but that the kernel works`() {
    let reply = front.ask("execute_request", ["code": "let a = 7\na", "silent": true])
    #expect(reply["status"] == "ok")
    #expect(front.published.map(\.kind) == ["status", "status"])
    _ = front.execute("a")
    #expect(front.first("execute_result")?["data"]?["text/plain"] == "7")
  }

  @Test func `an interrupt ends a cell at the next safe place`() {
    front.control.answer(front.request("interrupt_request"))
    // a new cell forgets what was asked before it
    #expect(front.execute("2 + 2")["status"] == "ok")
  }

  @Test func `prose is Markdown, and text of data is shown without escapes`() throws {
    _ = front.execute("## *Hello*\n\"a\\u{1b}[31mb\"")
    let prose = try #require(front.first("display_data")?["data"])
    #expect(prose["text/markdown"] == "*Hello*")
    let result = try #require(front.first("execute_result")?["data"]?["text/plain"]?.string)
    #expect(!result.contains("\u{1b}"))
  }

  @Test func `help is text, and what is no help is an error`() {
    #expect(front.execute("?lora")["status"] == "ok")
    #expect(front.first("stream")?["text"]?.string?.contains("rank") == true)
    #expect(front.execute("?nosuchword")["status"] == "error")
  }

  @Test func `commands with a colon work, or tell what a notebook has for them`() throws {
    #expect(front.execute(":undo")["status"] == "error")
    _ = front.execute("let a = 4")
    for (command, word) in [
      (":history", "1  let a = 4"), (":vars", "│ a "), (":help lora", "rank"), (":undo", "undone"),
    ] {
      front.clear()
      #expect(front.execute(command)["status"] == "ok")
      #expect(front.first("stream")?["text"]?.string?.contains(word) == true)
    }
    let export = front.execute(":export x.html")
    #expect(export["evalue"]?.string?.contains("the notebook is the document") == true)
    #expect(front.execute(":save")["evalue"]?.string?.contains(":save needs a file") == true)
  }

  @Test func `a notebook is saved as a recipe, and replaces no file`() throws {
    let folder = TemporaryFolder()
    _ = front.execute("let a = 4")
    _ = front.execute("show a")
    let path = folder.path + "/mine"
    #expect(front.execute(":save \(path)")["status"] == "ok")
    let recipe = String(decoding: try folder.bytes(of: "mine.recipe"), as: UTF8.self)
    #expect(recipe.hasPrefix("recipe \"mine\"") && recipe.hasSuffix("let a = 4\nshow a\n"))
    #expect(front.execute(":save \(path)")["evalue"]?.string?.contains("is there already") == true)
  }

  // MARK: Writing a cell

  @Test func `what completes a word is counted in code points`() {
    let code = "let é = \"😀\"; lora ra"
    let reply = front.ask(
      "complete_request",
      ["code": .string(code), "cursor_pos": .int(code.unicodeScalars.count)])
    #expect(reply["matches"]?.array?.contains("rank: ") == true)
    #expect(reply["cursor_start"] == .int(code.unicodeScalars.count - 2))
    #expect(reply["cursor_end"] == .int(code.unicodeScalars.count))
    let names = front.ask("complete_request", ["code": "quant", "cursor_pos": 5])
    #expect(names["matches"]?.array?.contains("quantize ") == true)
  }

  @Test(arguments: [
    ("lora rank: 4", 6, "rank"), ("lora rank: 4", 2, "lora"), ("train steps: 12, ", 17, "steps"),
    ("a", 1, "12"),
  ]) func `help is found for what stands at the cursor`(code: String, cursor: Int, word: String) {
    _ = front.execute("let a = 12")
    let reply = front.ask(
      "inspect_request",
      ["code": .string(code), "cursor_pos": .int(cursor), "detail_level": 0])
    #expect(reply["found"] == true)
    #expect(reply["data"]?["text/plain"]?.string?.contains(word) == true)
  }

  @Test func `a place beyond the code, or in a character, is answered`() {
    for (code, cursor) in [("", 5), ("é", 9), ("a", -3), ("", 0)] {
      let content: JSONObject = ["code": .string(code), "cursor_pos": .int(cursor)]
      #expect(front.ask("complete_request", content)["status"] == "ok")
      #expect(front.ask("inspect_request", content)["status"] == "ok")
    }
  }

  @Test(arguments: [
    ("1 + 1", "complete"), ("for r in [1] {", "incomplete"), ("let = = 3", "invalid"),
  ]) func `a front end knows whether Enter runs a cell`(code: String, status: String) {
    let reply = front.ask("is_complete_request", ["code": .string(code)])
    #expect(reply["status"] == .string(status))
  }

  @Test func `accepted cells are the history`() {
    _ = front.execute("1 + 1")
    _ = front.execute("1 +")
    let history = front.ask("history_request")["history"]
    #expect(history == [[0, 1, "1 + 1"]])
  }

  // MARK: Ending

  @Test func `a kernel tells what it is, and ends when it is asked to`() {
    let information = front.ask("kernel_info_request")
    #expect(information["language_info"]?["name"] == "skillet")
    #expect(information["protocol_version"] == "5.3")
    #expect(!front.control.hasToEnd)
    #expect(front.ask("shutdown_request", ["restart": true])["restart"] == true)
    #expect(front.control.hasToEnd)
  }

  @Test func `an unknown request is an error`() {
    #expect(front.ask("debug_request")["status"] == "error")
  }
}

/// The other end of a kernel's sockets.
private final class FrontEnd {
  private static let key = MessageKey("secret")
  private let sent = Sent()
  let control: KernelControl
  private let kernel: Kernel

  final class Sent: Sendable {
    let messages = Mutex<[(message: KernelMessage, channel: KernelChannel)]>([])
  }

  init() {
    let sent = sent
    let sender = KernelSender(key: Self.key) { frames, channel in
      guard let message = try? KernelMessage(frames: frames, key: Self.key) else {
        Issue.record("\(frames.count) frames that are no message")
        return
      }
      sent.messages.withLock { $0.append((message, channel)) }
    }
    control = KernelControl(sender: sender)
    kernel = Kernel(sender: sender, control: control)
  }

  var published: [KernelMessage] {
    sent.messages.withLock { $0.filter { $0.channel == .published }.map(\.message) }
  }

  func first(_ kind: String) -> JSONObject? { published.first { $0.kind == kind }?.content }

  func clear() { sent.messages.withLock { $0 = [] } }

  func request(_ kind: String, _ content: JSONObject = [:]) -> KernelMessage {
    var message = KernelMessage(kind, content, session: "front")
    message.identities = [[1, 2, 3]]
    return message
  }

  func ask(
    _ kind: String, _ content: JSONObject = [:], afterFailure: Bool = false
  ) -> JSONObject {
    let request = request(kind, content)
    if afterFailure {
      kernel.answerAfterFailure(request)
    } else {
      _ = kernel.answer(request)
    }
    let reply = sent.messages.withLock { $0.last { $0.channel == .shell } }?.message
    #expect(reply?.parent == request.header && reply?.identities == [[1, 2, 3]])
    return reply?.content ?? [:]
  }

  func execute(_ code: String) -> JSONObject { ask("execute_request", ["code": .string(code)]) }
}
