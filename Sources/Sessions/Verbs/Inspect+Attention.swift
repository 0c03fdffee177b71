import Glibc
import Models
import RecipeLanguage

/// `inspect attention`: which tokens of a text look at which, in one block.
extension Session {
  /// More tokens than this are not shown as a picture of all pairs.
  private static let mostShown = 40

  func inspectAttention(_ call: VerbCall, _ model: ModelInUse) throws(VerbFailure) -> Record {
    let tokens = try textTokens(call, model)
    let layer = call[Inspect.layer]
    try requireBlock(layer, of: model)
    let heads = model.decoder.description.sizes.heads
    if let head = call[Inspect.head], head >= heads {
      throw VerbFailure(
        "E0407", "there is no head \(head): the block has \(heads)", argument: Inspect.head,
        help: "heads count from 0 to \(heads - 1)")
    }
    func shares(_ adapter: Adapter?) throws(VerbFailure) -> [AttentionShares] {
      let shares = model.decoder.attentionShares(
        of: tokens, layer: layer, adapter: adapter, with: model.compute)
      guard shares.allSatisfy({ $0.allSatisfy { $0.allSatisfy(\.isFinite) } }) else {
        throw .scoresAreNotFinite(after: tokens.count)
      }
      return shares.map { AttentionShares(rows: $0) }
    }
    let byHead = try shares(state.adapter?.adapter)
    func chosen(_ all: [AttentionShares]) -> AttentionShares {
      call[Inspect.head].map { all[$0] } ?? AttentionShares(meanOf: all)
    }
    let shown = chosen(byHead)
    let pieces = tokens.map { quoted($0, model) }
    var record = Record([
      ("subject", .word(Inspect.attention)), ("layer", .int(layer)),
      (Inspect.head.name, call[Inspect.head].map { .int($0) } ?? .none),
      ("tokens", .int(tokens.count)),
      ("entropy", .float(shown.meanEntropy)),
    ])
    if state.adapter != nil {
      record["moved"] = .percent(shown.distance(from: chosen(try shares(nil))))
    }
    record["heads"] = .table(Table(rows: byHead.enumerated().map(row), heading: Inspect.head.name))
    record["places"] = .table(
      Table(
        rows: pieces.indices.map { row($0, pieces, shown.rows[$0]) }, heading: "place"))
    if tokens.count <= Self.mostShown {
      onEvent(.figure(figure(shown, pieces, call, layer), goesWithValue: false))
    }
    return record
  }

  /// What one head does in the mean over the tokens.
  private func row(_ number: Int, _ shares: AttentionShares) -> Table.Row {
    Table.Row(
      label: "\(number)",
      record: Record([
        ("itself", .percent(shares.meanShare { $0 })),
        ("before", .percent(shares.meanShare { $0 - 1 })),
        ("first", .percent(shares.meanShare { _ in 0 })),
        ("entropy", .float(shares.meanEntropy)),
      ]))
  }

  private func row(_ place: Int, _ pieces: [String], _ shares: [Float]) -> Table.Row {
    let most = shares.indices.max { (shares[$0], $1) < (shares[$1], $0) } ?? 0
    return Table.Row(
      label: "\(place + 1)",
      record: Record([
        ("piece", .string(pieces[place])), ("looks_at", .string(pieces[most])),
        ("at", .int(most + 1)), ("share", .percent(Double(shares[most]))),
        ("itself", .percent(Double(shares[place]))), ("first", .percent(Double(shares[0]))),
      ]))
  }

  private func figure(
    _ shares: AttentionShares, _ pieces: [String], _ call: VerbCall, _ layer: Int
  ) -> Figure {
    let head = call[Inspect.head].map { "head \($0)" } ?? "mean of all heads"
    return Figure(
      title: "attention in block \(layer), \(head)", x: "token that is seen, by the one of the row",
      y: "share",
      heatMap: Figure.HeatMap(
        columns: pieces, rows: pieces,
        values: shares.rows.enumerated().map { row, values in
          values.enumerated().map { $0 <= row ? Double($1) : nil }
        }))
  }
}

/// Of each token the shares of its attention, which sum to 1.
private struct AttentionShares {
  let rows: [[Float]]

  init(rows: [[Float]]) { self.rows = rows }

  init(meanOf heads: [AttentionShares]) {
    rows = heads[0].rows.indices.map { row in
      heads[0].rows.indices.map { column in
        heads.reduce(0) { $0 + $1.rows[row][column] } / Float(heads.count)
      }
    }
  }

  /// In nats, over the tokens.
  var meanEntropy: Double {
    rows.reduce(0) { sum, row in
      sum + row.reduce(0.0) { $1 > 0 ? $0 - Double($1) * log(Double($1)) : $0 }
    } / Double(rows.count)
  }

  /// The mean share of the token at the place that is told for each place, of those that have one.
  func meanShare(_ place: (Int) -> Int) -> Double {
    let shares = rows.indices.compactMap { row in
      let column = place(row)
      return column >= 0 ? Double(rows[row][column]) : nil
    }
    return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
  }

  /// The share of attention that lies elsewhere than in `other`, over the tokens.
  func distance(from other: AttentionShares) -> Double {
    zip(rows, other.rows).reduce(0.0) { sum, pair in
      sum + zip(pair.0, pair.1).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) } / 2
    } / Double(rows.count)
  }
}
