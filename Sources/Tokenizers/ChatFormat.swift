/// The text around the messages of a conversation, as data.
struct ChatFormat: Equatable, Sendable {
  /// A stretch of a format's own text.
  enum Piece: Equatable, Sendable {
    case text(String)
    /// A special token that the format names itself.
    case token(String)
    /// The model's begin-of-text or end-of-text token, whatever its name.
    case begin, end
  }

  /// What stands before and after the content of one message.
  struct Turn: Equatable, Sendable {
    var before: [Piece] = []
    var after: [Piece] = []
  }

  /// What stands around the content of a reply. The model writes all of it but `before` and `after`.
  struct Reply: Equatable, Sendable {
    /// Opens the reply: the last thing in a prompt.
    var before: [Piece] = []
    var leading = ""
    var trailing = ""
    /// The token that ends the turn.
    var end: Piece = .end
    var after: [Piece] = []
  }

  /// Where a system message goes.
  enum SystemPlacement: Equatable, Sendable {
    case turn(Turn)
    /// Inside the first user turn, before its content.
    ///
    /// - Parameter trimsTogether: whether white space is removed around both together, so that what
    ///   begins the content stays.
    case firstUser(before: String, after: String, trimsTogether: Bool = false)
    /// Nowhere: a conversation with one is refused.
    case refused
  }

  var name: String
  /// Stands once, before everything.
  var opening: [Piece] = []
  var system: SystemPlacement
  var user: Turn
  /// The user's turn where the message has a context, which stands after `contextLabel`.
  var contextLabel: String?
  var reply: Reply
  var tool: Turn?
  /// The system message of conversations that have none.
  var defaultSystem: String?
  /// As `defaultSystem`, where the first user message has a context.
  var defaultSystemWithContext: String?
  /// Whether white space around contents is removed.
  var trims = false
  /// Whether user and assistant must take turns, the user first.
  var alternates = false
}
