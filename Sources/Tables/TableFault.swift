/// What is wrong with a file of columns; the front of this folder adds which file.
struct TableFault: Error {
  enum Kind {
    /// Sizes, levels or offsets contradict each other or the format.
    case damaged
    /// It ends before what it announces.
    case truncated
    /// A sound file with something that is not read.
    case unsupported
    /// It would take more memory than it may.
    case tooLarge
  }

  let kind: Kind
  /// As a clause without a full stop.
  let cause: String

  init(_ kind: Kind, _ cause: String) {
    (self.kind, self.cause) = (kind, cause)
  }

  static func damaged(_ cause: String) -> TableFault { TableFault(.damaged, cause) }
  static func unsupported(_ cause: String) -> TableFault { TableFault(.unsupported, cause) }
}
