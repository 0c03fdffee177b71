import Checkpoints
import Files
import Tensors

/// What bitsandbytes says of a matrix in 4 bits: JSON, in the bytes of a tensor of its own.
struct FourBitState {
  let format: WeightFormat
  /// Weights that share a factor.
  let block: Int
  /// What is added to factors that are codes themselves; nil where they are floats.
  let nestedOffset: Float?
  /// Factors that share one.
  let nestedBlock: Int

  /// - Parameter shape: that of the matrix by its configuration.
  init(
    of entry: TensorEntry, shape: [Int], in directory: TensorDirectory, _ file: String
  ) throws(FileError) {
    let formats: [WeightFormat] = [.nf4, .fp4]
    let found = formats.compactMap { format in
      directory["\(entry.name).quant_state.bitsandbytes__\(format.rawValue)"].map { (format, $0) }
    }
    guard found.count == 1 else {
      throw FileError(
        .absent, file: file,
        cause: "nothing or too much says how the tensor \"\(entry.name)\" is kept in 4 bits",
        fix: "save the model again with a current bitsandbytes")
    }
    let (format, state) = found[0]
    func malformed(_ cause: String) -> FileError {
      FileError(
        .malformed, file: file, cause: "the tensor \"\(state.name)\" \(cause)",
        fix: "download the model again, or save it with a current bitsandbytes")
    }
    guard let root = try? unsafe JSONValue(parsing: state.bytes) else {
      throw malformed("is no JSON")
    }
    guard root["quant_type"]?.string == format.rawValue,
      root["shape"]?.array?.compactMap(\.int) == shape
    else { throw malformed("speaks of another shape than \(shape), or of another type") }
    guard let block = root["blocksize"]?.int, block >= 2, block % 2 == 0, block <= 1 << 20 else {
      throw malformed("has no sound size of blocks")
    }
    self.format = format
    self.block = block
    nestedOffset = root["nested_offset"]?.double.map { Float($0) }
    nestedBlock = root["nested_blocksize"]?.int ?? 1
    guard nestedBlock > 0, nestedOffset?.isFinite != false,
      (nestedOffset != nil) == (directory[entry.name + ".nested_absmax"] != nil)
    else { throw malformed("has no sound factors of factors") }
  }
}
