import Files

/// The sockets of a kernel, by what goes over them.
package enum KernelChannel: String, CaseIterable, Sendable {
  /// Requests, one after the other.
  case shell
  /// Requests that do not wait for the cell at hand.
  case control
  /// What cells give, to all who listen.
  case published = "iopub"
  /// Questions to the user; a kernel of Skillet has none.
  case input = "stdin"
  case heartbeat = "hb"
}

/// Sends what a kernel answers and publishes; may be used from any thread.
package struct KernelSender: Sendable {
  private let key: MessageKey
  private let session = KernelMessage.newID()
  private let send: @Sendable (_ frames: [[UInt8]], KernelChannel) -> Void

  package init(
    key: MessageKey, send: @escaping @Sendable (_ frames: [[UInt8]], KernelChannel) -> Void
  ) {
    self.key = key
    self.send = send
  }

  /// Answers a request over the channel that it came by.
  func reply(to request: KernelMessage, on channel: KernelChannel, _ content: JSONObject) {
    var message = KernelMessage(
      request.kind.replacing("_request", with: "_reply"), content, session: session)
    message.identities = request.identities
    message.parent = request.header
    send(message.frames(key: key), channel)
  }

  /// Tells all who listen, as a consequence of a request.
  func publish(_ kind: String, _ content: JSONObject, for request: KernelMessage?) {
    var message = KernelMessage(kind, content, session: session)
    message.identities = [Array(kind.utf8)]
    message.parent = request?.header ?? [:]
    send(message.frames(key: key), .published)
  }

  /// Tells that the kernel is at work while `body` runs.
  func working<Result>(on request: KernelMessage, _ body: () -> Result) -> Result {
    publish("status", ["execution_state": "busy"], for: request)
    defer { publish("status", ["execution_state": "idle"], for: request) }
    return body()
  }

  /// Tells that the kernel is there.
  package func announceStart() {
    publish("status", ["execution_state": "starting"], for: nil)
  }
}
