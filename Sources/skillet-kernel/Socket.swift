#if Jupyter
  import CZeroMQ
  import Glibc

  /// A socket of ZeroMQ that is bound to an address; used by one thread at a time.
  final class Socket {
    enum Kind {
      case router, publisher, reply

      fileprivate var number: Int32 {
        switch self {
        case .router: ZMQ_ROUTER
        case .publisher: ZMQ_PUB
        case .reply: ZMQ_REP
        }
      }
    }

    /// Larger messages are not for a kernel; their sender is disconnected.
    private static let largestMessage: Int64 = 64 << 20
    // a context of ZeroMQ may be used from any thread
    nonisolated(unsafe) private static let context = zmq_ctx_new()
    private let handle: UnsafeMutableRawPointer?

    /// Nil, with `errno`, where the address cannot be bound.
    init?(_ kind: Kind, _ address: String) {
      handle = zmq_socket(Self.context, kind.number)
      var limit = Self.largestMessage
      var lingering: Int32 = 1000
      zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &limit, MemoryLayout<Int64>.size)
      zmq_setsockopt(handle, ZMQ_LINGER, &lingering, MemoryLayout<Int32>.size)
      guard zmq_bind(handle, address) == 0 else { return nil }
    }

    deinit { zmq_close(handle) }

    /// The frames of a message; nil if none comes in time.
    func receive(within milliseconds: Int) -> [[UInt8]]? {
      var item = zmq_pollitem_t(socket: handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
      guard zmq_poll(&item, 1, milliseconds) > 0 else { return nil }
      var frames: [[UInt8]] = []
      var message = zmq_msg_t()
      repeat {
        zmq_msg_init(&message)
        defer { zmq_msg_close(&message) }
        guard zmq_msg_recv(&message, handle, ZMQ_DONTWAIT) >= 0 else { return nil }
        let bytes = UnsafeRawBufferPointer(
          start: zmq_msg_data(&message), count: zmq_msg_size(&message))
        frames.append([UInt8](bytes))
      } while hasMore
      return frames
    }

    private var hasMore: Bool {
      var more: Int32 = 0
      var size = MemoryLayout<Int32>.size
      zmq_getsockopt(handle, ZMQ_RCVMORE, &more, &size)
      return more != 0
    }

    /// A message to one who has gone is dropped.
    func send(_ frames: [[UInt8]]) {
      for (index, frame) in frames.enumerated() {
        let flags = index + 1 < frames.count ? ZMQ_SNDMORE : 0
        guard zmq_send(handle, frame, frame.count, flags) >= 0 else { return }
      }
    }
  }
#endif
