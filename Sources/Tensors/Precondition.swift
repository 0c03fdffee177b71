import Glibc

/// Stops the process where an invariant of ours is broken. It stands before the standard library's
/// function of this name, which leaves the message out of optimized builds: the numbers are what a
/// report of the bug needs. The exit status is 70, as for every bug of ours.
///
/// - Parameter message: the numbers that contradict each other.
@inlinable
package func precondition(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { preconditionFailure(message(), file: file, line: line) }
}

/// As `precondition`, for a place that is never reached.
@usableFromInline
package func preconditionFailure(
  _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
  let text = Array("skillet: this is a bug of skillet (\(file):\(line)): \(message())\n".utf8)
  _ = unsafe write(STDERR_FILENO, text, text.count)
  // Other threads may be in the middle of anything: nothing of theirs is to be torn down.
  _exit(70)
}
