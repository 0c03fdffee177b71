import Checkpoints
import Files
import Tensors

/// Tensors that another program computed: a safetensors file under `Tests/References`.
package struct Goldens {
  private let file: SafetensorsFile

  /// - Parameter name: the file's path in `Tests/References`.
  package init(_ name: String) throws {
    try self.init(path: References.path(name))
  }

  package init(path: String) throws {
    file = try SafetensorsFile(path: path)
  }

  package var names: [String] { file.tensors.names.sorted() }
  package var metadata: [String: String] { file.metadata }

  /// Type and shape of each tensor, as `F32 [2, 3]`.
  package var descriptions: [String: String] {
    file.tensors.entries.reduce(into: [:]) {
      $0[$1.name] = "\($1.elementType.rawValue.uppercased()) \($1.shape)"
    }
  }

  /// The numbers of a tensor of F32.
  package func floats(_ name: String) throws -> [Float] {
    let entry = try entry(name)
    guard entry.elementType == .f32 else { throw GoldenError("\(name) is no tensor of F32") }
    return withExtendedLifetime(entry) {
      (0..<entry.elementCount).map {
        entry.bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
      }
    }
  }

  /// The bytes of a tensor of any type.
  package func bytes(_ name: String) throws -> [UInt8] {
    let entry = try entry(name)
    return withExtendedLifetime(entry) { Array(entry.bytes) }
  }

  /// The first rows of a tensor of F32 with two dimensions, in the mapped file.
  package func matrix(_ name: String, rows: Int? = nil) throws -> FrozenMatrix {
    let entry = try entry(name)
    guard entry.elementType == .f32, entry.shape.count == 2, let data = entry.bytes.baseAddress
    else { throw GoldenError("\(name) is no matrix of F32") }
    return FrozenMatrix(
      format: .f32, rows: min(rows ?? .max, entry.shape[0]), columns: entry.shape[1], data: data,
      rowByteCount: entry.shape[1] * 4, owners: [entry.owner])
  }

  private func entry(_ name: String) throws -> TensorEntry {
    try file.tensors.entry(name, file: file.file.path)
  }
}

/// A golden file does not hold what a test asks for.
package struct GoldenError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

extension JSONValue {
  /// A JSON document under `Tests/References`.
  package init(golden name: String) throws {
    try self.init(file: References.path(name))
  }

  /// The value at the end of a path of object keys.
  package func at(_ keys: String...) throws -> JSONValue {
    try keys.reduce(self) { value, key in
      guard let member = value[key] else { throw GoldenError("there is no \(key)") }
      return member
    }
  }

  package func number() throws -> Double {
    guard let double else { throw GoldenError("\(text()) is no number") }
    return double
  }

  package func numbers() throws -> [Double] { try elements().map { try $0.number() } }

  /// Token ids.
  package func tokens() throws -> [Int32] {
    try elements().map { element in
      guard let token = element.int.flatMap({ Int32(exactly: $0) }) else {
        throw GoldenError("\(element.text()) is no token")
      }
      return token
    }
  }

  /// Flags written as 0 and 1.
  package func flags() throws -> [Bool] { try tokens().map { $0 != 0 } }

  package func elements() throws -> [JSONValue] {
    guard let array else { throw GoldenError("\(text()) is no list") }
    return array
  }
}

/// The largest difference, relative to the largest magnitude expected; infinite where the counts
/// differ or a number is not finite.
package func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
  guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
  let scale = expected.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
  return Double(zip(found, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) } / scale)
}

package func relativeError(_ found: Double, _ expected: Double) -> Double {
  abs(found - expected) / abs(expected)
}
