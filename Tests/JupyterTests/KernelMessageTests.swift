import Files
import Jupyter
import TestSupport
import Testing

/// Messages as frames, and the file that says where they go.
@Suite struct KernelMessageTests {
  private static let key = MessageKey("a0436f6c-1916-498b-8eb9-e81ab9368e84")

  /// The digest is that of Python's `hmac` over the same parts.
  @Test func `a message is signed as Jupyter signs it`() throws {
    let parts = ["{\"msg_type\":\"a\"}", "{}", "{}", "{\"code\":\"é\"}"].map { Array($0.utf8) }
    let signature = Array(
      "8a827bf82d3ce899d5fcd4a5509fe9579f89c7bcbee688918f3799992262312a".utf8)
    let frames = [[7], Array("<IDS|MSG>".utf8), signature] + parts
    let message = try KernelMessage(frames: frames, key: Self.key)
    #expect(message.kind == "a" && message.content == ["code": "é"])
    #expect(message.identities == [[7]])
  }

  @Test func `frames come back as the message they were`() throws {
    var message = KernelMessage("execute_reply", ["status": "ok"], session: "s")
    message.identities = [[0, 255], []]
    message.parent = ["msg_id": "p"]
    let again = try KernelMessage(frames: message.frames(key: Self.key), key: Self.key)
    #expect(again.header == message.header && again.parent == message.parent)
    #expect(again.content == message.content && again.identities == message.identities)
    let unsigned = MessageKey("")
    #expect(message.frames(key: unsigned)[3] == [])
    _ = try KernelMessage(frames: message.frames(key: unsigned), key: unsigned)
  }

  @Test func `what was signed with another key, or changed, is left out`() throws {
    let message = KernelMessage("execute_request", ["code": "1"], session: "s")
    var frames = message.frames(key: Self.key)
    #expect(throws: KernelMessage.Fault.hasWrongSignature) {
      try KernelMessage(frames: frames, key: MessageKey("other"))
    }
    frames[frames.count - 1] = Array("{\"code\":\"2\"}".utf8)
    #expect(throws: KernelMessage.Fault.hasWrongSignature) {
      try KernelMessage(frames: frames, key: Self.key)
    }
  }

  @Test func `frames that are none of a message are left out`() {
    let key = MessageKey("")
    let delimiter = Array("<IDS|MSG>".utf8)
    let faults: [[[UInt8]]] = [
      [], [delimiter], [[1], [2]], [delimiter, [], [], [], []],
      [delimiter, [], Array("{".utf8), Array("{}".utf8), Array("{}".utf8), Array("{}".utf8)],
      [delimiter, [], Array("[]".utf8), Array("{}".utf8), Array("{}".utf8), Array("{}".utf8)],
    ]
    for frames in faults {
      #expect(throws: KernelMessage.Fault.isNoMessage) {
        try KernelMessage(frames: frames, key: key)
      }
    }
  }

  // MARK: Connection file

  private static let connection: JSONObject = [
    "transport": "tcp", "ip": "127.0.0.1", "key": "k", "signature_scheme": "hmac-sha256",
    "shell_port": 5001, "control_port": 5002, "iopub_port": 5003, "stdin_port": 5004,
    "hb_port": 5005,
  ]

  private func read(_ connection: JSONObject) throws -> ConnectionFile {
    let folder = TemporaryFolder()
    folder.write(JSONValue.object(connection).text(), as: "kernel.json")
    return try ConnectionFile(path: folder.path + "/kernel.json")
  }

  @Test func `the file of Jupyter names an address for each channel`() throws {
    #expect(try read(Self.connection).address(of: .published) == "tcp://127.0.0.1:5003")
    var local = Self.connection
    (local["transport"], local["ip"]) = ("ipc", "/run/kernel")
    #expect(try read(local).address(of: .heartbeat) == "ipc:///run/kernel-5005")
  }

  @Test(
    arguments: [
      ("transport", "udp"), ("transport", nil), ("ip", nil), ("key", nil), ("shell_port", nil),
      ("hb_port", 0), ("iopub_port", 70_000), ("signature_scheme", "hmac-md5"),
      ("control_port", "5002"),
    ] as [(String, JSONValue?)])
  func `a file that lacks something is refused`(key: String, value: JSONValue?) {
    var connection = Self.connection
    connection[key] = value
    #expect(throws: FileError.self) { try read(connection) }
  }
}
