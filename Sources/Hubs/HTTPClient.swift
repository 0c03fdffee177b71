import CTransfer
import Glibc

/// Requests to servers, one at a time, over connections that are kept.
@safe final class HTTPClient {
  struct Request {
    var url: String
    /// Whether only the headers are wanted.
    var isHead = false
    /// A secret for this URL's server; it is in no error.
    var bearer: String?
    /// The first byte that is wanted, and the one behind the last; nil for all to the end.
    var bytes: (from: Int, to: Int?)?
  }

  struct Answer {
    let status: Int
    /// By names in lower case.
    let headers: [String: String]
    /// The whole URL that a redirect points to.
    let redirect: String?

    var isSuccess: Bool { (200..<300).contains(status) }
  }

  /// Why there is no answer.
  enum Failure: Error {
    /// The user stopped it.
    case interrupted
    /// Who was asked to take the bytes wants no more of them.
    case enough
    /// No server of that name answers.
    case unreachable(String)
    /// The connection ended in the middle: it may be tried again.
    case broken(String)
    case refused(String)
  }

  private let connections: UnsafeMutableRawPointer
  private let agent: String
  private let isInterrupted: () -> Bool

  /// - Parameter isInterrupted: asked several times a second.
  init(agent: String, isInterrupted: @escaping () -> Bool) {
    guard let opened = unsafe ctransfer_open() else {
      preconditionFailure("libcurl gives no handle to \(agent)")
    }
    unsafe connections = opened
    self.agent = agent
    self.isInterrupted = isInterrupted
  }

  deinit { unsafe ctransfer_close(connections) }

  /// Sends a request; a redirect is an answer.
  ///
  /// - Parameters:
  ///   - onHeaders: told status and headers of a success before the first byte of its body.
  ///   - onBody: takes the bytes of a success as they come; false ends the request.
  func send(
    _ request: Request, onHeaders: @escaping (Answer) -> Void = { _ in },
    onBody: @escaping (UnsafeRawBufferPointer) -> Bool
  ) throws(Failure) -> Answer {
    let exchange = unsafe Exchange(onHeaders, onBody, isInterrupted)
    let range = request.bytes.map { "\($0.from)-" + ($0.to.map { "\($0 - 1)" } ?? "") }
    var answer = unsafe ctransfer_answer()
    withExtendedLifetime(exchange) {
      var raw = unsafe ctransfer_request()
      unsafe raw.is_head = request.isHead ? 1 : 0
      unsafe raw.context = Unmanaged.passUnretained(exchange).toOpaque()
      unsafe raw.on_header = { context, bytes, count in
        unsafe Exchange.at(context)?.takeHeader(.init(start: bytes, count: count)) ?? 1
      }
      unsafe raw.on_body = { context, bytes, count in
        unsafe Exchange.at(context)?.takeBody(.init(start: bytes, count: count)) ?? 1
      }
      unsafe raw.on_wait = { unsafe Exchange.at($0)?.lookAround() ?? 1 }
      unsafe request.url.withCString { url in
        unsafe agent.withCString { agent in
          unsafe Self.withCString(request.bearer) { bearer in
            unsafe Self.withCString(range) { range in
              unsafe raw.url = url
              unsafe raw.agent = agent
              unsafe raw.bearer = bearer
              unsafe raw.range = range
              unsafe ctransfer_send(connections, &raw, &answer)
            }
          }
        }
      }
    }
    let redirect = unsafe answer.redirect.map { unsafe String(cString: $0) }
    unsafe free(answer.redirect)
    let reason = unsafe withUnsafePointer(to: &answer.reason) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    switch unsafe Int(answer.outcome) {
    case CTRANSFER_ANSWERED:
      return unsafe Answer(status: answer.status, headers: exchange.headers, redirect: redirect)
    case CTRANSFER_STOPPED: throw exchange.isFull ? .enough : .interrupted
    case CTRANSFER_NO_HOST: throw .unreachable(reason)
    case CTRANSFER_BROKEN: throw .broken(reason)
    default: throw .refused(reason)
    }
  }

  private static func withCString(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Void
  ) {
    guard let text else { return body(nil) }
    unsafe text.withCString { unsafe body($0) }
  }
}

/// One request on its way, as libcurl's callbacks see it.
@safe private final class Exchange {
  private(set) var headers: [String: String] = [:]
  /// Whether who takes the body wanted no more.
  private(set) var isFull = false
  private var status = 0
  private var hasToldHeaders = false
  /// Bytes that explain a redirect or a refusal, which are for browsers.
  private var passedOver = 0
  private static let longestPassedOver = 1 << 20
  private let onHeaders: (HTTPClient.Answer) -> Void
  private let onBody: (UnsafeRawBufferPointer) -> Bool
  private let isInterrupted: () -> Bool

  init(
    _ onHeaders: @escaping (HTTPClient.Answer) -> Void,
    _ onBody: @escaping (UnsafeRawBufferPointer) -> Bool, _ isInterrupted: @escaping () -> Bool
  ) {
    self.onHeaders = onHeaders
    unsafe self.onBody = onBody
    self.isInterrupted = isInterrupted
  }

  static func at(_ context: UnsafeMutableRawPointer?) -> Exchange? {
    unsafe context.map { unsafe Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
  }

  func takeHeader(_ bytes: UnsafeRawBufferPointer) -> CInt {
    let line = unsafe String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
    if line.hasPrefix("HTTP/") {
      // an answer behind an earlier one, such as that of a proxy
      headers = [:]
      status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      headers[line[..<colon].lowercased()] = String(value)
    }
    return 0
  }

  func takeBody(_ bytes: UnsafeRawBufferPointer) -> CInt {
    let answer = HTTPClient.Answer(status: status, headers: headers, redirect: nil)
    guard answer.isSuccess else {
      passedOver += bytes.count
      isFull = passedOver > Self.longestPassedOver
      return isFull ? 1 : 0
    }
    if !hasToldHeaders {
      hasToldHeaders = true
      onHeaders(answer)
    }
    if unsafe onBody(bytes) { return 0 }
    isFull = true
    return 1
  }

  func lookAround() -> CInt { isInterrupted() ? 1 : 0 }
}
