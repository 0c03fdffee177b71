import CKernels

/// A format in which frozen weights are kept in memory: a row of the kernels' table (`ck_formats.h`),
/// where its name, its sizes and its number in GGUF files stand.
package struct WeightFormat: RawRepresentable, Hashable, Sendable {
  /// The name in the language.
  package let rawValue: String
  let kernelFormat: ck_format
  /// Elements of a row that share the smallest stored unit; columns must be a multiple.
  package let columnMultiple: Int
  /// Bytes of that unit.
  package let byteCount: Int
  /// The number of the type in GGUF files; nil for formats that no file has.
  package let ggmlNumber: UInt32?
  /// Where in a unit the float16 numbers stand that are finite where all its weights are; empty where
  /// only the weights themselves tell.
  package let factorPlaces: [Int]

  private init(_ kernelFormat: ck_format, named name: String? = nil) {
    guard let row = unsafe ck_describe(kernelFormat)?.pointee else {
      preconditionFailure("the kernels have no format \(kernelFormat.rawValue)")
    }
    rawValue = unsafe name ?? String(cString: row.name)
    self.kernelFormat = kernelFormat
    columnMultiple = unsafe Int(row.elements)
    byteCount = unsafe Int(row.bytes)
    ggmlNumber = unsafe UInt32(exactly: row.number)
    factorPlaces = unsafe (0..<Int(row.factors)).map { unsafe Int(row.factors_at) + 2 * $0 }
  }

  package init?(rawValue: String) {
    guard let format = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = format
  }

  package static func == (a: WeightFormat, b: WeightFormat) -> Bool { a.rawValue == b.rawValue }

  package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

  /// Whether `BlockQuantizer` makes its blocks.
  var isEncodedInBlocks: Bool { ck_can_encode(kernelFormat) }

  /// Bytes of one row of codes, without factors kept apart; nil if `columns` does not fit.
  package func rowByteCount(columns: Int) -> Int? {
    guard columns > 0, columns % columnMultiple == 0 else { return nil }
    let (bytes, overflow) = (columns / columnMultiple).multipliedReportingOverflow(by: byteCount)
    return overflow ? nil : bytes
  }
}

extension WeightFormat: CaseIterable {
  package static let f32 = WeightFormat(CK_F32)
  package static let f16 = WeightFormat(CK_F16)
  package static let bf16 = WeightFormat(CK_BF16)
  package static let q4_0 = WeightFormat(CK_Q4_0)
  package static let q4_1 = WeightFormat(CK_Q4_1)
  package static let q5_0 = WeightFormat(CK_Q5_0)
  package static let q5_1 = WeightFormat(CK_Q5_1)
  package static let q8_0 = WeightFormat(CK_Q8_0)
  package static let q2_k = WeightFormat(CK_Q2_K)
  package static let q3_k = WeightFormat(CK_Q3_K)
  package static let q4_k = WeightFormat(CK_Q4_K)
  package static let q5_k = WeightFormat(CK_Q5_K)
  package static let q6_k = WeightFormat(CK_Q6_K)
  package static let iq4_nl = WeightFormat(CK_IQ4_NL)
  package static let iq3_s = WeightFormat(CK_IQ3_S)
  package static let iq4_xs = WeightFormat(CK_IQ4_XS)
  package static let tq1_0 = WeightFormat(CK_TQ1_0)
  package static let tq2_0 = WeightFormat(CK_TQ2_0)
  package static let q1_0 = WeightFormat(CK_Q1_0)
  package static let int8 = WeightFormat(CK_INT8)
  package static let int4 = WeightFormat(CK_CODE4, named: "int4")
  package static let nf4 = WeightFormat(CK_CODE4, named: "nf4")
  package static let fp4 = WeightFormat(CK_CODE4, named: "fp4")

  /// Each row of the table; the one of 4-bit codes with each of its code books.
  package static let allCases: [WeightFormat] = (0..<CK_FORMAT_COUNT.rawValue).flatMap { number in
    let format = ck_format(number)
    return format == CK_CODE4 ? [.int4, .nf4, .fp4] : [WeightFormat(format)]
  }

  /// Those of GGUF files.
  package static let stored = allCases.filter { $0.ggmlNumber != nil }
}

extension WeightFormat: CustomStringConvertible {
  package var description: String { rawValue }
}
