import Files
import Glibc

/// A message of Jupyter's protocol, whose parts go over a socket as frames
/// (jupyter-client.readthedocs.io/en/stable/messaging.html).
package struct KernelMessage: Sendable {
  package static let protocolVersion = "5.3"

  /// What the socket needs to find the one who asked.
  package var identities: [[UInt8]] = []
  package var header: JSONObject
  /// The header of the request that this answers; empty for a request.
  package var parent: JSONObject = [:]
  package var content: JSONObject

  /// Why frames are no message.
  package enum Fault: Error, Equatable {
    case isNoMessage
    case hasWrongSignature
  }

  package var kind: String { header["msg_type"]?.string ?? "" }

  package init(_ kind: String, _ content: JSONObject, session: String) {
    header = [
      "msg_id": .string(Self.newID()), "session": .string(session), "username": "skillet",
      "date": .string(Self.date()), "msg_type": .string(kind),
      "version": .string(Self.protocolVersion),
    ]
    self.content = content
  }

  // MARK: Frames

  private static let delimiter = Array("<IDS|MSG>".utf8)

  /// - Parameter frames: what the socket received, with those that it put before.
  package init(frames: [[UInt8]], key: MessageKey) throws(Fault) {
    guard let place = frames.firstIndex(of: Self.delimiter), frames.count >= place + 6 else {
      throw .isNoMessage
    }
    let parts = frames[place + 2..<place + 6]
    guard key.hasSigned(Array(parts), as: frames[place + 1]) else { throw .hasWrongSignature }
    let objects = parts.compactMap { (try? JSONValue(parsing: $0))?.object }
    guard objects.count == 4 else { throw .isNoMessage }
    identities = Array(frames[..<place])
    (header, parent, content) = (objects[0], objects[1], objects[3])
  }

  package func frames(key: MessageKey) -> [[UInt8]] {
    let parts = [header, parent, [:], content].map {
      Array(JSONValue.object($0).text(.compact, sortedKeys: false).utf8)
    }
    return identities + [Self.delimiter, Array(key.signature(of: parts).utf8)] + parts
  }

  // MARK: Names and dates

  /// A random name, which no other message or session has.
  package static func newID() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(random.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// The time of day in the form of ISO 8601.
  private static func date() -> String {
    var seconds = time(nil)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return "" }
    var text = [CChar](repeating: 0, count: 32)
    let count = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The secret that a front end and its kernel share, by which each knows that a message is the other's.
package struct MessageKey: Sendable {
  /// Empty where messages are not signed.
  private let bytes: [UInt8]

  package init(_ text: String) { bytes = Array(text.utf8) }

  /// HMAC-SHA256 of a message's parts in hexadecimal.
  func signature(of parts: [[UInt8]]) -> String {
    bytes.isEmpty ? "" : FileDigest.authenticationCode(of: parts, key: bytes)
  }

  func hasSigned(_ parts: [[UInt8]], as given: [UInt8]) -> Bool {
    let expected = Array(signature(of: parts).utf8)
    guard given.count == expected.count else { return false }
    // how long a comparison takes must not tell where the first difference is
    return zip(given, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
