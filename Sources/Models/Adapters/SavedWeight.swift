import Checkpoints
import Files
import Tensors

/// The weight of a module that is trained itself as PEFT's files have it: as transformers does, with rows in its
/// order, and `[inputs, outputs]` of a Conv1D. Norms of heads with weights of their own may have a tensor each.
struct SavedWeight {
  /// That of each tensor, as files say it.
  let shape: [Int]
  private let entry: AdapterLayout.Entry
  private let model: DecoderDescription
  private let isConv1D: Bool

  init(_ entry: AdapterLayout.Entry, in model: DecoderDescription) {
    let (rows, columns) = entry.weightShape
    let parts = entry.place.norm.map { model.parts(of: $0, in: model.moduleNames) }
    isConv1D = entry.role.flatMap(model.linear)?.isConv1D == true
    shape =
      parts.map { $0[0].shape } ?? (isConv1D ? [columns, rows] : [rows, columns])
    (self.entry, self.model) = (entry, model)
  }

  /// The numbers for a file, of all its tensors.
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
  ///
  /// - Parameter names: of its tensors.
  func read(_ names: [String], from reading: WeightReading) throws(FileError) -> Stored {
    let (rows, columns) = entry.weightShape
    guard entry.place.norm != nil else {
      return .matrix(
        try reading.matrix(names[0], rows: rows, columns: columns, isTransposed: isConv1D))
    }
    var values: [Float] = []
    for name in names { values += try reading.vector(name, shape: shape) }
    return .vector(values)
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
