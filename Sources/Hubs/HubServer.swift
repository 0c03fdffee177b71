import Files
import Glibc

/// The hub as it answers over the network: what a repository has, and the bytes of its files.
struct HubServer {
  /// Why something did not come.
  enum Failure: Error {
    case interrupted
    /// Who takes the bytes wanted no more of them.
    case enough
    case failed(FileError)
  }

  let settings: HubSettings
  let client: HTTPClient
  private let token: String?
  private let isInterrupted: () -> Bool
  /// Told one line that a person should know.
  let notice: (String) -> Void

  private static let redirectLimit = 10
  private static let tryLimit = 5
  /// For one file, however much of it comes at a time.
  private static let requestLimit = 50
  /// A server that wants to be left alone for longer is obeyed by giving up.
  private static let longestWait = 120.0
  private static let largestAnswer = 64 << 20

  init(
    _ settings: HubSettings, isInterrupted: @escaping () -> Bool, notice: @escaping (String) -> Void
  ) throws(FileError) {
    self.settings = settings
    self.isInterrupted = isInterrupted
    self.notice = notice
    token = try settings.token()
    client = HTTPClient(agent: "skillet", isInterrupted: isInterrupted)
  }

  // MARK: - What there is

  /// The commit of a revision, and the files that it has.
  func listing(of reference: HubReference) throws(Failure) -> (commit: String, files: [String]) {
    let url =
      "\(settings.endpoint)/api/models/\(reference.repository)/revision/"
      + SafePath.inURL(reference.revision).replacing("/", with: "%2F")
    let bytes = try contents(of: url, reference)
    guard let root = try? JSONValue(parsing: bytes), let commit = root["sha"]?.string,
      Commit.isOne(commit), let siblings = root["siblings"]?.array
    else {
      throw .failed(
        FileError(
          .malformed, file: reference.text,
          cause:
            "\(settings.endpoint) answers with something else than what the hub says of a model",
          fix: "check HF_ENDPOINT, and whether a network asks you to log in first"))
    }
    // names that would leave the folder are none that anything asks for
    return (commit, siblings.compactMap { $0["rfilename"]?.string }.filter(SafePath.isSound))
  }

  /// What the hub says of one file before it is fetched.
  func description(
    of name: String, _ reference: HubReference, _ commit: String
  ) throws(Failure) -> HubFile {
    let url =
      "\(settings.endpoint)/\(reference.repository)/resolve/\(commit)/\(SafePath.inURL(name))"
    var request = HTTPClient.Request(url: url)
    request.isHead = true
    let answer = unsafe try retrying(reference, name, followsElsewhere: false) { request }
    let headers = answer.headers
    let tag = (headers["x-linked-etag"] ?? headers["etag"] ?? "").drop { $0 == "W" || $0 == "/" }
      .filter { $0 != "\"" }
    let size = (headers["x-linked-size"] ?? headers["content-length"]).flatMap { Int($0) }
    guard !tag.isEmpty, tag.utf8.count <= 128, tag.utf8.allSatisfy(SafePath.isNameByte),
      !tag.hasPrefix("."), let size, size >= 0
    else {
      throw .failed(
        FileError(
          .malformed, file: "\(reference.text), \(name)",
          cause: "\(settings.endpoint) does not say what the file's digest and size are",
          fix: "check HF_ENDPOINT"))
    }
    return HubFile(name: name, url: url, tag: String(tag), size: size)
  }

  /// A whole small answer.
  private func contents(
    of url: String, _ reference: HubReference
  ) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    do throws(Failure) {
      _ = unsafe try retrying(
        reference, "what it has", onHeaders: { _ in bytes = [] },
        onBody: { chunk in
          unsafe bytes.append(contentsOf: chunk)
          return bytes.count <= Self.largestAnswer
        }
      ) { HTTPClient.Request(url: url) }
    } catch {
      guard case .enough = error else { throw error }
      throw failure(reference, "what it has", "it is more than \(Self.largestAnswer) bytes")
    }
    return bytes
  }

  // MARK: - Requests

  /// An answer that is a success; waits and asks again where that may help.
  ///
  /// - Parameters:
  ///   - what: the file that is asked for, for errors.
  ///   - followsElsewhere: whether redirects to other servers are followed.
  ///   - request: made anew each time; what came in the meantime begins the count of tries again.
  func retrying(
    _ reference: HubReference, _ what: String, followsElsewhere: Bool = true,
    onHeaders: @escaping (HTTPClient.Answer) -> Void = { _ in },
    onBody: @escaping (UnsafeRawBufferPointer) -> Bool = { _ in true },
    request: () -> HTTPClient.Request
  ) throws(Failure) -> HTTPClient.Answer {
    var triesInVain = 0
    for _ in 0..<Self.requestLimit {
      let received = Received()
      let attempt = unsafe try attempt(
        request(), reference, what, followsElsewhere: followsElsewhere, onHeaders: onHeaders,
        onBody: { bytes in
          received.isAny = true
          return unsafe onBody(bytes)
        })
      let trouble: (text: String, wait: Double?)
      switch attempt {
      case .answered(let answer): return answer
      case .inVain(let text, let wait): trouble = (text, wait)
      }
      triesInVain = received.isAny ? 1 : triesInVain + 1
      let wait = trouble.wait ?? 0.25 * Double(1 << triesInVain)
      guard triesInVain < Self.tryLimit, wait <= Self.longestWait else {
        throw failure(reference, what, trouble.text)
      }
      notice("\(trouble.text): asking again in \(wait < 1 ? "a moment" : "\(Int(wait)) s")")
      try pause(wait)
    }
    throw failure(reference, what, "\(Self.requestLimit) requests were not enough")
  }

  private enum Attempt {
    case answered(HTTPClient.Answer)
    /// Why, and how many seconds the hub wants to be left alone for.
    case inVain(String, wait: Double?)
  }

  private func attempt(
    _ request: HTTPClient.Request, _ reference: HubReference, _ what: String,
    followsElsewhere: Bool, onHeaders: @escaping (HTTPClient.Answer) -> Void,
    onBody: @escaping (UnsafeRawBufferPointer) -> Bool
  ) throws(Failure) -> Attempt {
    let answer: HTTPClient.Answer
    do throws(HTTPClient.Failure) {
      answer = unsafe try send(
        request, followsElsewhere: followsElsewhere, onHeaders: onHeaders, onBody: onBody)
    } catch {
      switch error {
      case .interrupted: throw .interrupted
      case .enough: throw .enough
      case .broken(let reason): return .inVain("the connection ended (\(reason))", wait: nil)
      case .unreachable(let reason): throw unreachable(reference, reason)
      case .refused(let reason): throw failure(reference, what, reason)
      }
    }
    if answer.isSuccess || (!followsElsewhere && answer.redirect != nil) {
      return .answered(answer)
    }
    if let trouble = Self.passingTrouble(answer) {
      return .inVain(trouble, wait: answer.headers["retry-after"].flatMap { Double($0) })
    }
    throw .failed(HubRefusal(answer, reference, what, hasToken: token != nil, settings).error)
  }

  /// What may be over when it is asked again.
  private static func passingTrouble(_ answer: HTTPClient.Answer) -> String? {
    switch answer.status {
    case 429: "the hub wants to be asked less often (429)"
    case 500...: "the hub has a trouble (\(answer.status))"
    default: nil
    }
  }

  private final class Received {
    var isAny = false
  }

  /// Follows redirects; the token goes to the hub's own address only.
  func send(
    _ request: HTTPClient.Request, followsElsewhere: Bool = true,
    onHeaders: @escaping (HTTPClient.Answer) -> Void = { _ in },
    onBody: @escaping (UnsafeRawBufferPointer) -> Bool
  ) throws(HTTPClient.Failure) -> HTTPClient.Answer {
    var request = request
    for _ in 0..<Self.redirectLimit {
      request.bearer = isOfHub(request.url) ? token : nil
      let answer = unsafe try client.send(request, onHeaders: onHeaders, onBody: onBody)
      guard let target = answer.redirect, (300..<400).contains(answer.status) else { return answer }
      if !followsElsewhere, !isOfHub(target) { return answer }
      request.url = target
    }
    throw .refused("more than \(Self.redirectLimit) redirects")
  }

  private func isOfHub(_ url: String) -> Bool { url.hasPrefix(settings.endpoint + "/") }

  func pause(_ seconds: Double) throws(Failure) {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if isInterrupted() { throw .interrupted }
      usleep(50_000)
    }
  }

  func failure(_ reference: HubReference, _ what: String, _ cause: String) -> Failure {
    .failed(
      FileError(
        .unreadable, file: reference.text, cause: "\(what) did not come: \(cause)",
        fix: "try again later; what was fetched stays, and the same line goes on from there"))
  }

  func unreachable(_ reference: HubReference, _ reason: String) -> Failure {
    .failed(
      FileError(
        .missing, file: reference.text,
        cause: "it is not in the cache, and \(settings.endpoint) cannot be reached (\(reason))",
        fix:
          "check the network, or copy the model to this computer and load its folder or .gguf file")
    )
  }
}

/// One file of a repository.
struct HubFile {
  let name: String
  let url: String
  /// The digest that it is kept under: SHA-256 of large files, git's of the others.
  let tag: String
  let size: Int
}
