import Diagnostics
import Glibc

/// Text to a descriptor: whole writes, and no death when the reader goes away.
package final class TextOutput {
  package let descriptor: Int32
  /// The reader is gone (`EPIPE`) or the disk is full: further text is dropped.
  package private(set) var isBroken = false

  package init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Columns and rows, or nil when it is no terminal.
  package var size: TerminalSize? { TerminalSize.of(descriptor: descriptor) }

  /// Writes the text now, made visible: what it contains decides nothing but what is read.
  package func write(_ text: String) {
    writeVerbatim(VisibleText.rendered(text))
  }

  /// Writes characters as they are, in one call to the system where the system takes them whole: our
  /// own control sequences beside text that is visible, and texts for programs.
  package func writeVerbatim(_ text: String) {
    guard !isBroken, !text.isEmpty else { return }
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while unsafe !rest.isEmpty {
        let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count >= 0 {
          unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        } else if errno == EAGAIN {
          waitUntilWritable()
        } else if errno != EINTR {
          isBroken = true
          if descriptor == STDOUT_FILENO { StandardOutput.fail(errno) }
          return
        }
      }
    }
  }

  /// Writes the text and a newline.
  package func writeLine(_ text: String = "") {
    write(text + "\n")
  }

  private func waitUntilWritable() {
    var file = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&file, 1, -1)
  }
}

/// Standard output carries results, standard error progress, estimates and notices.
package struct OutputStreams {
  package let output: TextOutput
  package let error: TextOutput

  /// The process's own streams. Writing to a closed pipe becomes an error instead of a signal; what became
  /// of standard output, `StandardOutput` knows.
  package static func standard() -> OutputStreams {
    signal(SIGPIPE, SIG_IGN)
    return OutputStreams(
      output: TextOutput(descriptor: STDOUT_FILENO), error: TextOutput(descriptor: STDERR_FILENO))
  }

  package init(output: TextOutput, error: TextOutput) {
    self.output = output
    self.error = error
  }
}
