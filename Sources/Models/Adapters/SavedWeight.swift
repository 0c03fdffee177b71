import Checkpoints
import Files
import Tensors

/// The weight of a module that is trained itself as PEFT's files have it: as transformers does, with rows in its
/// order, and `[inputs, outputs]` of a Conv1D.
struct SavedWeight {
  /// As files say it.
  let shape: [Int]
  private let entry: AdapterLayout.Entry
  private let model: DecoderDescription
  private let isConv1D: Bool

  init(_ entry: AdapterLayout.Entry, in model: DecoderDescription) {
    let (rows, columns) = entry.weightShape
    isConv1D = entry.role.flatMap(model.linear)?.isConv1D == true
    shape =
      entry.place.norm != nil && rows == 1
      ? [columns] : isConv1D ? [columns, rows] : [rows, columns]
    (self.entry, self.model) = (entry, model)
  }

  /// The numbers for a file.
  func values(_ weight: Matrix) -> [Float] {
    var result = [Float](repeating: 0, count: weight.count)
    for row in 0..<weight.rows {
      let source = unsafe weight.row(model.storedRow(row, at: entry.place))
      for column in 0..<weight.columns {
        result[isConv1D ? column * weight.rows + row : row * weight.columns + column] =
          unsafe source[column]
      }
    }
    return result
  }

  /// What a file has, which is to be copied.
  func read(_ name: String, from reading: WeightReading) throws(FileError) -> Stored {
    let (rows, columns) = entry.weightShape
    if entry.place.norm != nil { return .vector(try reading.vector(name, shape: shape)) }
    return .matrix(
      try reading.matrix(name, rows: rows, columns: columns, isTransposed: isConv1D))
  }

  enum Stored {
    case vector([Float])
    case matrix(FrozenMatrix)
  }

  func copy(_ stored: Stored, to weight: Matrix) {
    switch stored {
    case .vector(let values):
      for (index, value) in values.enumerated() { unsafe weight.base[index] = value }
    case .matrix(let matrix):
      for row in 0..<matrix.rows {
        let target = model.storedRow(row, at: entry.place)
        unsafe matrix.dequantize(row: row, into: weight.row(target))
      }
    }
  }
}
