import Glibc
import Terminals
import Testing

@Suite struct TextOutputTests {
  @Test func `a reader that went away breaks the output, not the program`() {
    let streams = OutputStreams.standard()
    #expect(!streams.output.isBroken)
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    close(ends[0])
    let output = TextOutput(descriptor: ends[1])
    output.writeLine("lost")
    #expect(output.isBroken)
    close(ends[1])
  }

  @Test func `a text larger than a full pipe is written whole`() async {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    let text = String(repeating: "日本語", count: 50_000)
    let reader = Task {
      var total = 0
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while case let count = read(reading, &chunk, chunk.count), count > 0 { total += count }
      return total
    }
    await Task.detached {
      TextOutput(descriptor: writing).write(text)
      close(writing)
    }.value
    #expect(await reader.value == text.utf8.count)
    close(reading)
  }
}
