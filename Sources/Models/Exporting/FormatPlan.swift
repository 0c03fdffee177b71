import Files
import Tensors

/// The formats that a model's matrices are written in.
package struct FormatPlan: Sendable {
  /// What an embedding, and an output head of its own, are written in.
  package enum Tables: Sendable, Equatable {
    /// What the type of file has for them.
    case ofType
    case kept
    case named(WeightFormat)
  }

  /// Matrices whose rows are no whole blocks of the format that the type of file has for them.
  package struct Substitution: Sendable, Equatable {
    package let wanted: WeightFormat
    package let taken: WeightFormat
    /// Weights of a row, ascending.
    package fileprivate(set) var columns: [Int]
    package fileprivate(set) var matrices: Int
  }

  /// Nil where the linear layers stay as they are.
  package let type: GGUFFileType?
  private let formats: [ModulePlace: WeightFormat]
  /// Those of the most matrices first.
  package let substitutions: [Substitution]

  /// - Parameter file: where the model goes; a format that its rows do not fit is refused in its name.
  package init(
    of model: DecoderModel, as type: GGUFFileType?, tables: Tables, file: String
  ) throws(FileError) {
    self.type = type
    var formats: [ModulePlace: WeightFormat] = [:]
    var substitutions: [Substitution] = []
    for place in model.description.places {
      if place == .table(.head), model.weights.isTied { continue }
      let columns = model.weights[place].weight.columns
      if place.table != nil, tables != .ofType {
        guard case .named(let format) = tables else { continue }
        formats[place] = try Self.require(format, columns: columns, file: file)
        continue
      }
      guard let wanted = type?.format(at: place, columns: columns, in: model.description) else {
        continue
      }
      let taken: WeightFormat
      if let fitting = wanted.fitting(columns: columns) {
        taken = fitting
      } else {
        taken = try Self.require(wanted, columns: columns, file: file)
      }
      formats[place] = taken
      if taken != wanted { substitutions.add(wanted, taken, columns: columns) }
    }
    self.formats = formats
    self.substitutions = substitutions.sorted {
      ($1.matrices, $0.wanted.rawValue) < ($0.matrices, $1.wanted.rawValue)
    }
  }

  /// The format, where rows of `columns` are whole blocks of it.
  private static func require(
    _ format: WeightFormat, columns: Int, file: String
  ) throws(FileError) -> WeightFormat {
    guard let obstacle = QuantizationScheme(format: format).obstacle(columns: columns) else {
      return format
    }
    throw FileError(
      .unsupported, file: file,
      cause: "this model cannot be written in \(format.rawValue): \(obstacle)",
      fix: "f16 and bf16 take rows of any length")
  }

  /// How a matrix is written; nil for as it is.
  package func scheme(at place: ModulePlace) -> QuantizationScheme? {
    formats[place].map { QuantizationScheme(format: $0) }
  }
}

extension [FormatPlan.Substitution] {
  fileprivate mutating func add(_ wanted: WeightFormat, _ taken: WeightFormat, columns: Int) {
    let index = firstIndex { $0.wanted == wanted && $0.taken == taken }
    guard let index else {
      append(.init(wanted: wanted, taken: taken, columns: [columns], matrices: 1))
      return
    }
    self[index].matrices += 1
    if !self[index].columns.contains(columns) {
      self[index].columns = (self[index].columns + [columns]).sorted()
    }
  }
}
