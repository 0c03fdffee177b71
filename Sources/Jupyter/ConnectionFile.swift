import Files

/// Where a front end listens for its kernel, and the key they share; Jupyter writes it before it starts the kernel.
package struct ConnectionFile: Sendable {
  package let key: MessageKey
  private let transport: String
  private let host: String
  private let ports: [KernelChannel: Int]

  package init(path: String) throws(FileError) {
    let file = try JSONValue(file: path)
    func refusal(_ cause: String) -> FileError {
      FileError(
        .malformed, file: path, cause: cause, fix: "let Jupyter start the kernel, which writes it")
    }
    guard let transport = file["transport"]?.string, ["tcp", "ipc"].contains(transport),
      let host = file["ip"]?.string, let key = file["key"]?.string
    else { throw refusal("it lacks a transport, tcp or ipc, an ip or a key") }
    guard key.isEmpty || file["signature_scheme"]?.string == "hmac-sha256" else {
      throw refusal("its signature_scheme is not hmac-sha256")
    }
    var ports: [KernelChannel: Int] = [:]
    for channel in KernelChannel.allCases {
      guard let port = file[channel.rawValue + "_port"]?.int, (1...65_535).contains(port) else {
        throw refusal("it has no port for \(channel.rawValue)")
      }
      ports[channel] = port
    }
    (self.transport, self.host, self.ports) = (transport, host, ports)
    self.key = MessageKey(key)
  }

  /// What the socket of a channel is bound to.
  package func address(of channel: KernelChannel) -> String {
    guard let port = ports[channel] else { preconditionFailure("no port for \(channel.rawValue)") }
    return "\(transport)://\(host)\(transport == "ipc" ? "-" : ":")\(port)"
  }
}
