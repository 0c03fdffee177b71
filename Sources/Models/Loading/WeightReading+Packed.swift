import Checkpoints
import Files
import Tensors

/// Weights of folders in fewer bits, with their factors in tensors beside them.
extension WeightReading {
  /// What follows the name of such a weight in the names of its factors.
  private static let endings = [
    "_scale_inv", "_scale", ".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map",
    stateEnding + "nf4", stateEnding + "fp4",
  ]
  /// What takes the place of `weight` there.
  private static let siblings = ["SCB", "weight_format", "input_scale"]
  private static let stateEnding = ".quant_state.bitsandbytes__"

  /// The tensors that belong to a weight, where that is kept in fewer bits.
  func companions(of name: String) -> [String] {
    guard isPacked(name) else { return [] }
    return Self.endings.map { name + $0 } + Self.siblings.map { sibling(of: name, $0) }
  }

  private func sibling(of name: String, _ word: String) -> String {
    (name.hasSuffix("weight") ? String(name.dropLast(6)) : name + ".") + word
  }

  private func isPacked(_ name: String) -> Bool {
    guard let entry = directory[name] else { return false }
    return [.f8e4m3, .f8e5m2].contains(entry.elementType) || contains(name + ".absmax")
      || contains(sibling(of: name, "SCB"))
  }

  /// Refuses a plain weight where the configuration says that all are kept in fewer bits: other programs would take
  /// its numbers for codes, or quantize them.
  func requireAsConfigured(_ name: String) throws(FileError) {
    guard contains(name), !isPacked(name), let error = quantization.plain(name, file) else {
      return
    }
    throw error
  }

  /// A matrix that is kept in fewer bits; nil for any other.
  func packedMatrix(_ name: String, rows: Int, columns: Int) throws(FileError) -> FrozenMatrix? {
    guard let entry = directory[name] else { return nil }
    if contains(name + ".absmax") { return try fourBits(entry, rows, columns) }
    if contains(sibling(of: name, "SCB")) { return try eightBits(entry, rows, columns) }
    if [.f8e4m3, .f8e5m2].contains(entry.elementType) {
      return try floats8(entry, rows, columns)
    }
    return entry.elementType == .f64 ? try doubles(entry, rows, columns) : nil
  }

  private func require(_ entry: TensorEntry, shape: [Int]) throws(FileError) {
    guard entry.shape == shape else {
      throw malformed(entry, "has shape \(entry.shape), its configuration says \(shape)")
    }
  }

  private func malformed(_ entry: TensorEntry, _ cause: String) -> FileError {
    FileError(
      .malformed, file: file, cause: "the tensor \"\(entry.name)\" \(cause)",
      fix: "check that configuration and weights belong together, or download the model again")
  }

  // MARK: - Floats

  /// Doubles, rounded to floats.
  private func doubles(
    _ entry: TensorEntry, _ rows: Int, _ columns: Int
  ) throws(FileError) -> FrozenMatrix {
    try require(entry, shape: [rows, columns])
    return unsafe try matrix(of: entry, rows, columns) { index, bytes in
      unsafe Self.double(index, of: bytes)
    }
  }

  /// The same of a vector.
  func doubles(_ entry: TensorEntry) -> [Float] {
    let bytes = unsafe entry.bytes
    return (0..<entry.elementCount).map { unsafe Self.double($0, of: bytes) }
  }

  private static func double(_ index: Int, of bytes: UnsafeRawBufferPointer) -> Float {
    let bits = unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
    return Float(Double(bitPattern: UInt64(littleEndian: bits)))
  }

  /// FP8 times the factor of all weights, of a row or of a block, as floats.
  private func floats8(
    _ entry: TensorEntry, _ rows: Int, _ columns: Int
  ) throws(FileError) -> FrozenMatrix {
    try require(entry, shape: [rows, columns])
    let name = contains(entry.name + "_scale_inv") ? "_scale_inv" : "_scale"
    let factors = try directory.entry(entry.name + name, file: file)
    let scales = try numbers(of: factors)
    let block: (rows: Int, columns: Int)
    if scales.count == 1 {
      block = (rows, columns)
    } else if let size = quantization.block,
      factors.shape == [
        (rows + size.rows - 1) / size.rows, (columns + size.columns - 1) / size.columns,
      ]
    {
      block = size
    } else if factors.shape == [rows, 1] || factors.shape == [rows] {
      block = (1, columns)
    } else {
      throw malformed(
        factors,
        "has shape \(factors.shape), which is no factor for all of \(rows) rows of "
          + "\(columns) weights, for each row or for each block that the configuration names")
    }
    let values = EightBitFloat.values(of: entry.elementType)
    let blocksARow = (columns + block.columns - 1) / block.columns
    return unsafe try matrix(of: entry, rows, columns) { index, bytes in
      let (row, column) = (index / columns, index % columns)
      let scale = scales[row / block.rows * blocksARow + column / block.columns]
      return unsafe values[Int(bytes[index])] * scale
    }
  }

  /// A matrix of floats in memory of its own.
  private func matrix(
    of entry: TensorEntry, _ rows: Int, _ columns: Int,
    _ value: (Int, UnsafeRawBufferPointer) -> Float
  ) throws(FileError) -> FrozenMatrix {
    let buffer = RawBuffer(byteCount: rows * columns * 4)
    if hasNumbers {
      let output = unsafe buffer.bound(to: Float.self)
      let bytes = unsafe entry.bytes
      for index in 0..<rows * columns {
        let value = unsafe value(index, bytes)
        guard value.isFinite else { throw malformed(entry, "holds \(value) at place \(index)") }
        unsafe output[index] = value
      }
    }
    return unsafe FrozenMatrix(
      format: .f32, rows: rows, columns: columns, data: buffer.base, rowByteCount: columns * 4,
      owners: [buffer])
  }

  /// The numbers of a tensor of any shape, which are finite.
  private func numbers(of entry: TensorEntry) throws(FileError) -> [Float] {
    guard let format = entry.elementType.weightFormat, entry.elementType.isScalar else {
      throw malformed(entry, "is of type \(entry.elementType.rawValue)")
    }
    let count = entry.elementCount
    guard count > 0, let base = unsafe entry.bytes.baseAddress else { return [] }
    let row = unsafe FrozenMatrix(
      format: format, rows: 1, columns: count, data: base, rowByteCount: entry.byteCount,
      owners: [entry.owner])
    let values = unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let output = buffer.baseAddress { unsafe row.dequantize(row: 0, into: output) }
      initialized = count
    }
    guard values.allSatisfy(\.isFinite) else { throw malformed(entry, "holds no finite numbers") }
    return values
  }

  // MARK: - bitsandbytes

  /// LLM.int8: a factor a row, 127 times as large as that of the codes.
  private func eightBits(
    _ entry: TensorEntry, _ rows: Int, _ columns: Int
  ) throws(FileError) -> FrozenMatrix {
    try require(entry, shape: [rows, columns])
    let factors = try directory.entry(sibling(of: entry.name, "SCB"), file: file)
    guard entry.elementType == .i8, factors.elementCount == rows,
      let codes = unsafe entry.bytes.baseAddress
    else { throw malformed(entry, "is no matrix of int8 with one factor a row") }
    if let kind = directory[sibling(of: entry.name, "weight_format")], hasNumbers,
      unsafe kind.bytes.contains(where: { $0 != 0 })
    {
      throw malformed(kind, "names an order of the codes other than row by row")
    }
    return unsafe RowInt8.matrix(
      rows: rows, columns: columns, codes: codes, owner: entry.owner,
      factors: try numbers(of: factors).map { $0 / 127 })
  }

  /// NF4 and FP4: codes with a table, factors of blocks, and factors of those.
  private func fourBits(
    _ entry: TensorEntry, _ rows: Int, _ columns: Int
  ) throws(FileError) -> FrozenMatrix {
    guard entry.byteCount * 2 == rows * columns, columns % 2 == 0,
      let codes = unsafe entry.bytes.baseAddress
    else { throw malformed(entry, "does not hold \(rows) rows of \(columns) codes of 4 bits") }
    guard hasNumbers else { return unsafe try matrix(of: entry, rows, columns) { _, _ in 0 } }
    let state = try FourBitState(of: entry, shape: [rows, columns], in: directory, file)
    let table = try numbers(of: directory.entry(entry.name + ".quant_map", file: file))
    let absmax = try directory.entry(entry.name + ".absmax", file: file)
    let count = (rows * columns + state.block - 1) / state.block
    guard table.count == 16, absmax.elementCount == count else {
      throw malformed(absmax, "has \(absmax.elementCount) factors, and \(count) blocks need one")
    }
    let factors = try self.factors(absmax, of: entry, state)
    if columns % state.block == 0 {
      return unsafe Codebook.matrix(
        state.format, rows: rows, columns: columns, codes: codes, owner: entry.owner,
        table: table, factors: factors, block: state.block)
    }
    // blocks that go on from one row to the next are those of no format
    return unsafe try matrix(of: entry, rows, columns) { index, bytes in
      let pair = unsafe bytes[index / 2]
      let code = Int(index % 2 == 0 ? pair >> 4 : pair & 15)
      return table[code] * factors[index / state.block]
    }
  }

  /// The factors of blocks, which may be 8-bit codes with factors of their own.
  private func factors(
    _ absmax: TensorEntry, of entry: TensorEntry, _ state: FourBitState
  ) throws(FileError) -> [Float] {
    guard let offset = state.nestedOffset else { return try numbers(of: absmax) }
    let scales = try numbers(of: directory.entry(entry.name + ".nested_absmax", file: file))
    let table = try numbers(of: directory.entry(entry.name + ".nested_quant_map", file: file))
    let bytes = unsafe absmax.bytes
    guard absmax.elementType == .u8, table.count == 256,
      scales.count == (bytes.count + state.nestedBlock - 1) / state.nestedBlock
    else { throw malformed(absmax, "is no list of codes with factors of their own") }
    return bytes.indices.map { index in
      unsafe table[Int(bytes[index])] * scales[index / state.nestedBlock] + offset
    }
  }
}
