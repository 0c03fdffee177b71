import Models
import RecipeLanguage
import Tensors

/// `inspect q_proj`: a matrix before and after quantization.
extension Session {
  private static let shownWeights = 8

  func inspectMatrix(
    _ module: LinearModule, _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> Record {
    let layer = call[Inspect.layer]
    try requireBlock(layer, of: model)
    let matrix = model.decoder.weights.blocks[layer][module.role].weight
    let original = model.loaded.decoder.weights.blocks[layer][module.role].weight
    let row = call[Inspect.row] - 1
    guard row < matrix.rows else {
      throw VerbFailure(
        "E0423", "there is no row \(row + 1): the matrix has \(matrix.rows)", argument: Inspect.row,
        help: "rows count from 1")
    }
    let error = matrix.error(against: original, with: model.compute)
    let (now, file) = (matrix.floats(ofRow: row), original.floats(ofRow: row))
    var record = Record([
      ("subject", .word(module.name)), ("layer", .int(layer)),
      ("rows", .int(matrix.rows)), ("columns", .int(matrix.columns)),
      ("format", .word(matrix.format.rawValue)),
      ("bits_per_weight", .float(matrix.bitsPerWeight)), ("bytes", .size(matrix.byteCount)),
      ("rms_error", .float(error.rootMeanSquare)), ("max_error", .float(Double(error.largest))),
      (
        "first_weights",
        .list(now.prefix(Self.shownWeights).map { .float(Double($0)) })
      ),
    ])
    let block = matrix.storedBlock(row: row, column: 0)
    if let block {
      record["block"] = .int(block.columns.count)
      record["factor"] = .float(Double(block.factor))
      if block.offset != 0 { record["offset"] = .float(Double(block.offset)) }
    }
    record["file_format"] = .word(original.format.rawValue)
    let comparison = MatrixComparison(
      of: matrix, with: original, block: block?.columns.count ?? matrix.columns)
    let isSame = error.largest == 0
    if !isSame {
      record["median_error"] = .float(comparison.median)
      record["worst_blocks"] = .table(worstBlocks(comparison, of: matrix))
    }
    record["weights"] = .table(weights(of: row, now: now, file: file, block, isSame: isSame))
    onEvent(.figure(figure(of: comparison, matrix, isSame: isSame), goesWithValue: false))
    return record
  }

  /// The first weights of a row, on either side of quantization.
  private func weights(
    of row: Int, now: [Float], file: [Float], _ block: StoredBlock?, isSame: Bool
  ) -> Table {
    let rows = (0..<min(Self.shownWeights, now.count)).map { column -> Table.Row in
      var record = Record(isSame ? [] : [("in_file", .float(Double(file[column])))])
      if let block, column < block.codes.count {
        record["code"] = .int(block.codes[column])
        record["level"] = .float(Double(block.levels[column]))
      }
      record["weight"] = .float(Double(now[column]))
      if !isSame { record["error"] = .float(Double(now[column]) - Double(file[column])) }
      return Table.Row(label: "column \(column + 1)", record: record)
    }
    return Table(rows: rows, heading: "row \(row + 1)")
  }

  private func worstBlocks(_ comparison: MatrixComparison, of matrix: FrozenMatrix) -> Table {
    Table(
      rows: comparison.worst.map { block in
        var record = Record([
          ("rms_error", .float(block.rootMeanSquare)), ("max_error", .float(block.largest)),
        ])
        let stored = matrix.storedBlock(row: block.row, column: block.columns.lowerBound)
        if let stored { record["factor"] = .float(Double(stored.factor)) }
        let columns = "\(block.columns.lowerBound + 1)–\(block.columns.upperBound)"
        return Table.Row(label: "row \(block.row + 1), columns \(columns)", record: record)
      }, heading: "weights")
  }

  private func figure(
    of comparison: MatrixComparison, _ matrix: FrozenMatrix, isSame: Bool
  ) -> Figure {
    let points = { (bins: [Int]) in
      bins.enumerated().map { Figure.Point(x: comparison.center(of: $0), y: Double($1)) }
    }
    let after = Figure.Series(
      isSame ? "as in the file" : "in \(matrix.format.rawValue)", .bars, points(comparison.after))
    let before = Figure.Series("as in the file", .line, points(comparison.before))
    return Figure(
      title: "how the weights are spread", x: "weight", y: "weights",
      series: isSame ? [after] : [after, before])
  }
}
