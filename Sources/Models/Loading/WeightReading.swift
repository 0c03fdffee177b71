import Checkpoints
import Files
import Tensors

/// Finds the tensors of a model by name, checks their shapes and types, and gives them as frozen
/// matrices that read the mapped file, or as floats where they are small.
struct WeightReading {
  let directory: TensorDirectory
  let file: String
  /// Whether the tensors have their numbers, which are still to come of a file that has only its header.
  var hasNumbers = true
  /// How a folder keeps some of them in fewer bits.
  var quantization = StoredQuantization()

  /// A matrix of the given shape, left in its format and in the mapped file; one that the file keeps
  /// transposed is copied.
  func matrix(
    _ name: String, rows: Int, columns: Int, isTransposed: Bool = false
  ) throws(FileError) -> FrozenMatrix {
    guard isTransposed else { return try matrix(name, rows: rows, columns: columns) }
    guard hasNumbers else { return try matrix(name, rows: columns, columns: rows) }
    let stored = try matrix(name, rows: columns, columns: rows)
    if let turned = stored.transposed() { return turned }
    throw FileError(
      .unsupported, file: file,
      cause: "the tensor \"\(name)\" is kept transposed, in blocks of \(stored.format.rawValue)",
      fix: "take the model's files in F32, F16 or BF16")
  }

  private func matrix(_ name: String, rows: Int, columns: Int) throws(FileError)
    -> FrozenMatrix
  {
    if let packed = try packedMatrix(name, rows: rows, columns: columns) { return packed }
    let entry = try checked(name, shape: [rows, columns])
    let format = try weightFormat(entry)
    guard let rowBytes = format.rowByteCount(columns: columns),
      entry.byteCount == rows * rowBytes, let base = unsafe entry.bytes.baseAddress
    else {
      throw FileError(
        .malformed, file: file,
        cause: "the tensor \"\(name)\" has \(entry.byteCount) bytes, which is not "
          + "\(rows) rows of \(columns) weights in \(format.rawValue)",
        fix: "download or convert the model again")
    }
    let matrix = unsafe FrozenMatrix(
      format: format, rows: rows, columns: columns, data: base, rowByteCount: rowBytes,
      owners: [entry.owner])
    if hasNumbers, directory.byteCount <= Self.byteCountLookedThrough,
      unsafe !format.isFinite(UnsafeRawBufferPointer(entry.bytes))
    {
      try refuse(matrix, name)
    }
    return matrix
  }

  /// Files up to this size are looked through for numbers that are none. Larger ones stay mapped and
  /// unread, so that a model is ready at once; a measurement or `quantize` finds what they hold.
  private static let byteCountLookedThrough = 512 << 20

  /// Names the first number of a matrix that is none.
  private func refuse(_ matrix: FrozenMatrix, _ name: String) throws(FileError) {
    var values = [Float](repeating: 0, count: matrix.columns)
    for row in 0..<matrix.rows {
      unsafe values.withUnsafeMutableBufferPointer { buffer in
        if let output = buffer.baseAddress { unsafe matrix.dequantize(row: row, into: output) }
      }
      try requireFinite(values, of: name, from: row * matrix.columns)
    }
  }

  private func requireFinite(
    _ values: [Float], of name: String, from start: Int = 0
  ) throws(FileError) {
    guard let place = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw FileError(
      .malformed, file: file,
      cause: "the tensor \"\(name)\" holds \(values[place]) at place \(start + place)",
      fix: "download the model again, or take an earlier state of its training")
  }

  /// A vector as floats.
  func vector(_ name: String, count: Int) throws(FileError) -> [Float] {
    try vector(name, shape: [count])
  }

  /// A small tensor as floats, its rows end to end.
  func vector(_ name: String, shape: [Int]) throws(FileError) -> [Float] {
    let count = shape.reduce(1, *)
    let entry = try checked(name, shape: shape)
    if entry.elementType == .f64 {
      let values = doubles(entry)
      try requireFinite(values, of: name)
      return values
    }
    let format = try weightFormat(entry)
    guard let rowBytes = format.rowByteCount(columns: count), entry.byteCount == rowBytes,
      let base = unsafe entry.bytes.baseAddress
    else {
      throw FileError(
        .malformed, file: file, cause: "the tensor \"\(name)\" does not hold \(count) numbers",
        fix: "download or convert the model again")
    }
    let row = unsafe FrozenMatrix(
      format: format, rows: 1, columns: count, data: base, rowByteCount: rowBytes,
      owners: [entry.owner])
    let values = unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let output = buffer.baseAddress { unsafe row.dequantize(row: 0, into: output) }
      initialized = count
    }
    try requireFinite(values, of: name)
    return values
  }

  func contains(_ name: String) -> Bool { directory[name] != nil }

  /// The divisors of the frequencies of rotary positions that a GGUF file may list as tensors.
  ///
  /// - Parameter dimensions: elements of a head that turn.
  func ropeFactors(dimensions: Int) throws(FileError) -> RopeFactors {
    var result = RopeFactors()
    result.all = try ropeFactors(RopeFactors.allName, dimensions)
    result.short = try ropeFactors(RopeFactors.shortName, dimensions)
    result.long = try ropeFactors(RopeFactors.longName, dimensions)
    guard result.short.isEmpty == result.long.isEmpty else {
      throw FileError(
        .malformed, file: file,
        cause:
          "of the tensors \"\(RopeFactors.shortName)\" and \"\(RopeFactors.longName)\" one is missing",
        fix: "convert the model again with a current converter")
    }
    return result
  }

  private func ropeFactors(_ name: String, _ dimensions: Int) throws(FileError) -> [Float] {
    guard contains(name), hasNumbers else { return [] }
    let factors = try vector(name, count: dimensions / 2)
    guard let wrong = factors.first(where: { $0 <= 0 }) else { return factors }
    throw FileError(
      .malformed, file: file,
      cause: "the tensor \"\(name)\" holds \(wrong), and frequencies are divided by it",
      fix: "convert the model again with a current converter")
  }

  private func checked(_ name: String, shape: [Int]) throws(FileError) -> TensorEntry {
    let entry = try directory.entry(name, file: file)
    guard entry.shape == shape else {
      throw FileError(
        .malformed, file: file,
        cause: "the tensor \"\(name)\" has shape \(entry.shape), its configuration says \(shape)",
        fix: "check that configuration and weights belong together")
    }
    return entry
  }

  private func weightFormat(_ entry: TensorEntry) throws(FileError) -> WeightFormat {
    if let format = entry.elementType.weightFormat { return format }
    throw FileError(
      .unsupported, file: file,
      cause: "the tensor \"\(entry.name)\" is of type \(entry.elementType.rawValue)",
      fix: "convert the model to F32, F16 or BF16, or to a quantized type of GGUF")
  }
}
