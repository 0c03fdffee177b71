#if Jupyter
  import Files
  import Glibc
  import Jupyter

  /// Answers a front end until it asks for the end or is gone.
  func serve(connectionFile path: String) throws(FileError) {
    // a front end asks by a message; its terminal's Ctrl-C reaches the whole group of processes
    signal(SIGINT, SIG_IGN)
    let connection = try ConnectionFile(path: path)
    let sockets = try KernelSockets(connection, file: path)
    let sender = KernelSender(key: connection.key) { sockets.send($0, on: $1) }
    let control = KernelControl(sender: sender)
    startThread {
      while !control.hasToEnd {
        if let frames = sockets.receive(on: .heartbeat, within: 500) {
          sockets.send(frames, on: .heartbeat)
        }
      }
    }
    startThread {
      while !control.hasToEnd {
        if isOrphan { control.end() }
        sockets.message(on: .control, within: 500).map { control.answer($0) }
      }
    }
    let kernel = Kernel(sender: sender, control: control)
    sender.announceStart()
    while !control.hasToEnd {
      guard let request = sockets.message(on: .shell, within: 200) else { continue }
      if kernel.answer(request) { continue }
      while !control.hasToEnd, let waiting = sockets.message(on: .shell, within: 0) {
        kernel.answerAfterFailure(waiting)
      }
    }
    kernel.end()
  }

  /// Whether the front end that started the kernel is gone.
  private var isOrphan: Bool {
    guard let text = getenv("JPY_PARENT_PID"), let parent = pid_t(String(cString: text)) else {
      return false
    }
    return kill(parent, 0) != 0 && errno == ESRCH
  }

  /// A line for who reads the kernel's log.
  func complain(_ message: String) {
    let line = Array("skillet-kernel: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }

  private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Start: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(Start(body)).toOpaque())
    precondition(status == 0, "no thread can be started: error \(status)")
    pthread_detach(thread)
  }
#endif
