#if Jupyter
  import CZeroMQ
  import Files
  import Glibc
  import Jupyter
  import Synchronization

  /// The sockets that a kernel listens and speaks on.
  final class KernelSockets: Sendable {
    private let key: MessageKey
    private let shell: Mutex<Socket>
    private let control: Mutex<Socket>
    private let published: Mutex<Socket>
    private let input: Mutex<Socket>
    private let heartbeat: Mutex<Socket>

    init(_ connection: ConnectionFile, file: String) throws(FileError) {
      key = connection.key
      func socket(_ kind: Socket.Kind, _ channel: KernelChannel) throws(FileError)
        -> sending Socket
      {
        let address = connection.address(of: channel)
        guard let socket = Socket(kind, address) else {
          throw FileError(
            .unreadable, file: file,
            cause: "\(address) cannot be used: \(String(cString: zmq_strerror(errno)))",
            fix: "start the kernel again")
        }
        return socket
      }
      shell = Mutex(try socket(.router, .shell))
      control = Mutex(try socket(.router, .control))
      published = Mutex(try socket(.publisher, .published))
      input = Mutex(try socket(.router, .input))
      heartbeat = Mutex(try socket(.reply, .heartbeat))
    }

    private func withSocket<Result>(
      of channel: KernelChannel, _ body: (Socket) -> sending Result
    ) -> sending Result {
      switch channel {
      case .shell: shell.withLock { body($0) }
      case .control: control.withLock { body($0) }
      case .published: published.withLock { body($0) }
      case .input: input.withLock { body($0) }
      case .heartbeat: heartbeat.withLock { body($0) }
      }
    }

    /// Waits for a message with the channel's socket in hand: each channel has one thread, but `published`, which
    /// receives nothing.
    func receive(on channel: KernelChannel, within milliseconds: Int) -> [[UInt8]]? {
      withSocket(of: channel) { $0.receive(within: milliseconds) }
    }

    /// Nil, with a word about it, where frames are no message.
    func message(on channel: KernelChannel, within milliseconds: Int) -> KernelMessage? {
      guard let frames = receive(on: channel, within: milliseconds) else { return nil }
      do throws(KernelMessage.Fault) {
        return try KernelMessage(frames: frames, key: key)
      } catch {
        complain("a message was left out: it \(error)")
        return nil
      }
    }

    func send(_ frames: [[UInt8]], on channel: KernelChannel) {
      withSocket(of: channel) { $0.send(frames) }
    }
  }
#endif
