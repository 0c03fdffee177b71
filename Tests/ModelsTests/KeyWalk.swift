import Checkpoints
import Files
import Testing

/// Gives a key one value after another, and holds what comes of each to the key's rule: it is read as it
/// says, refused by name, or it changes nothing.
struct KeyWalk<Read: Equatable> {
  let key: String
  let rule: KeyTable.Rule
  /// What is read without a change.
  let plain: Read
  /// What a refusal may name; empty where it names something else.
  let names: [String]
  /// The fewest values that are refused, unless the key is ignored.
  let leastRefused: Int

  /// - Parameter takes: whether a value of a key that is read may be what was read.
  func check<Value>(
    _ values: [Value], takes: (Value, Read) -> Bool = { _, _ in true },
    read: (Value) throws -> Result<Read, FileError>
  ) throws {
    var refused = 0
    for value in values {
      switch (rule, try read(value)) {
      case (.ignored, let outcome): #expect(try outcome.get() == plain, "\(key) \(value)")
      case (.only, .success(let read)): #expect(read == plain, "\(key) \(value)")
      case (.read, .success(let read)): #expect(takes(value, read), "\(key) \(value)")
      case (_, .failure(let error)):
        refused += 1
        #expect(
          names.isEmpty || names.contains { error.cause.contains($0) }, "\(value) \(error)")
      }
    }
    if case .ignored = rule { return }
    #expect(refused >= leastRefused, "\(key) takes anything")
  }
}
