import Files
import TestSupport
import Testing
import Training

/// Against scipy's bootstrap of the same rows (`make_bootstrap.py`).
@Suite struct PairedBootstrapTests {
  private static func rows() throws -> (rows: [PairedBootstrap.Row], expected: JSONValue) {
    let expected = try JSONValue(
      parsing: MappedFile.contents(of: References.path("bootstrap/expected.json")))
    let rows = try #require(expected["rows"]?.array).map { row in
      PairedBootstrap.Row(
        loss: try #require(row.array?[0].double), other: try #require(row.array?[1].double),
        tokens: try #require(row.array?[2].int))
    }
    return (rows, expected)
  }

  @Test func `difference and interval are those of scipy, but for chance of the draws`() throws {
    let (rows, expected) = try Self.rows()
    let bootstrap = PairedBootstrap(rows, seed: 1)
    let difference = try #require(expected["difference"]?.double)
    #expect(abs(bootstrap.difference - difference) < 1e-12)
    let (low, high) = (
      try #require(expected["low"]?.double), try #require(expected["high"]?.double)
    )
    // ends of 10,000 draws vary by about a fiftieth of the interval
    let tolerance = 0.04 * (high - low)
    #expect(abs(bootstrap.interval.lowerBound - low) < tolerance)
    #expect(abs(bootstrap.interval.upperBound - high) < tolerance)
  }

  @Test func `the same seed draws the same samples, another one others`() throws {
    let rows = try Self.rows().rows
    #expect(PairedBootstrap(rows, seed: 1).interval == PairedBootstrap(rows, seed: 1).interval)
    #expect(PairedBootstrap(rows, seed: 1).interval != PairedBootstrap(rows, seed: 2).interval)
  }

  @Test func `equal losses differ by nothing`() {
    let rows = [1.0, 2, 3].map { PairedBootstrap.Row(loss: $0, other: $0, tokens: 4) }
    let bootstrap = PairedBootstrap(rows, seed: 1, samples: 100)
    #expect(bootstrap.difference == 0 && bootstrap.interval == 0...0)
  }
}
