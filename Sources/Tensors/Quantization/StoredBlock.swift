import CKernels

/// Weights of one row that share a factor, as they are stored: a weight is its level times the factor, plus the
/// offset where the format has one.
package struct StoredBlock: Sendable, Equatable {
  /// The first of them and their number.
  package let columns: Range<Int>
  package let codes: [Int]
  /// What each code stands for before the factor: itself, or an entry of a code book.
  package let levels: [Float]
  package let factor: Float
  package let offset: Float
}

extension FrozenMatrix {
  /// The block that holds a weight; nil for formats that keep weights by themselves or in blocks of another kind.
  package func storedBlock(row: Int, column: Int) -> StoredBlock? {
    precondition(
      (0..<rows).contains(row) && (0..<columns).contains(column),
      "row \(row), column \(column) of \(rows) × \(columns)")
    switch format {
    case .int8:
      guard let scales = unsafe kernelMatrix.scales else { return nil }
      let codes = (0..<columns).map { byte(row, $0, as: Int8.self) }.map { Int($0) }
      return StoredBlock(
        columns: 0..<columns, codes: codes, levels: codes.map { Float($0) },
        factor: unsafe scales[row], offset: 0)
    case .int4, .nf4, .fp4: return tableBlock(row: row, column: column)
    case .q8_0, .q4_0, .q4_1: return fileBlock(row: row, column: column)
    default: return nil
    }
  }

  /// A format of 4-bit codes for a table, high nibble first.
  private func tableBlock(row: Int, column: Int) -> StoredBlock? {
    let size = factorBlock
    let start = column / size * size
    let range = start..<min(columns, start + size)
    let codes = range.map { place in
      let pair = byte(row, place / 2, as: UInt8.self)
      return Int(place % 2 == 0 ? pair >> 4 : pair & 15)
    }
    let table = Codebook.table(of: format)
    return StoredBlock(
      columns: range, codes: codes, levels: codes.map { table[$0] },
      factor: factor(row * ((columns + size - 1) / size) + start / size), offset: 0)
  }

  /// The absmax of a block, which is quantized itself where the factors are.
  private func factor(_ index: Int) -> Float {
    if let scales = unsafe kernelMatrix.scales { return unsafe scales[index] }
    guard let codes = unsafe kernelMatrix.nested_codes,
      let table = unsafe kernelMatrix.nested_table, let scales = unsafe kernelMatrix.nested_scales
    else { preconditionFailure("no factors beside \(format.rawValue) codes, block \(index)") }
    return unsafe table[Int(codes[index])] * scales[index / NestedAbsmax.block]
      + kernelMatrix.nested_offset
  }

  /// A block of 32 of ggml: half-precision numbers, then codes; of nibbles the low halves come first.
  private func fileBlock(row: Int, column: Int) -> StoredBlock? {
    let size = format.columnMultiple
    let start = column / size * size
    let base = start / size * format.byteCount
    let hasOffset = format == .q4_1
    let codesAt = base + (hasOffset ? 4 : 2)
    let codes = (0..<size).map { place -> Int in
      if format == .q8_0 { return Int(byte(row, codesAt + place, as: Int8.self)) }
      let pair = byte(row, codesAt + place % 16, as: UInt8.self)
      return Int(place < 16 ? pair & 15 : pair >> 4) - (hasOffset ? 0 : 8)
    }
    return StoredBlock(
      columns: start..<start + size, codes: codes, levels: codes.map { Float($0) },
      factor: half(row, base), offset: hasOffset ? half(row, base + 2) : 0)
  }

  private func byte<Byte: BitwiseCopyable>(_ row: Int, _ place: Int, as type: Byte.Type) -> Byte {
    let rowBytes = unsafe kernelMatrix.row_bytes
    precondition(place < rowBytes, "byte \(place) of a row of \(rowBytes)")
    return unsafe kernelMatrix.data.loadUnaligned(fromByteOffset: row * rowBytes + place, as: type)
  }

  private func half(_ row: Int, _ place: Int) -> Float {
    let low = byte(row, place, as: UInt8.self)
    let high = byte(row, place + 1, as: UInt8.self)
    return HalfPrecision.value(of: UInt16(high) << 8 | UInt16(low))
  }
}
