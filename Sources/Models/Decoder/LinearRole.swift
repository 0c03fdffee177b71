/// What a linear layer of a decoder block does, whatever its family calls it. Random streams and files
/// name a layer by its role and block, never by its place in a list.
package enum LinearRole: String, Sendable, CaseIterable, Comparable {
  case query, key, value, attentionOutput, gate, up, down
  /// Queries, keys and values from one matrix, one after the other.
  case queryKeyValue
  /// The gate and what it gates from one matrix, one after the other.
  case gateUp

  var isAttention: Bool { [.query, .key, .value, .attentionOutput, .queryKeyValue].contains(self) }

  package var index: Int {
    switch self {
    case .query: 0
    case .key: 1
    case .value: 2
    case .attentionOutput: 3
    case .gate: 4
    case .up: 5
    case .down: 6
    case .queryKeyValue: 7
    case .gateUp: 8
    }
  }

  package static func < (left: LinearRole, right: LinearRole) -> Bool { left.index < right.index }

  /// The random numbers that a layer's start or dropout draws. The seven layers of a Llama block share a
  /// stream with the places that their adapters have always had; every other role has one of its own.
  ///
  /// - Parameter places: numbers that the shared stream has for each block.
  func stream(_ purpose: String, layer: Int, places: Int) -> (name: String, index: UInt64) {
    index > LinearRole.down.index
      ? ("\(purpose) \(rawValue)", UInt64(layer)) : (purpose, UInt64(layer * places + index))
  }
}

/// The order of the rows of one matrix for queries, keys and values.
package enum FusedOrder: Sendable {
  /// All queries, all keys, all values.
  case sideBySide
  /// For each key/value head its queries, its key and its value.
  case byGroup
}

extension DecoderSizes {
  /// Where the row `row` of a matrix in the order `byGroup` stands in one that has all side by side.
  func rowSideBySide(_ row: Int) -> Int {
    let group = heads / keyValueHeads
    let (slot, place) = row.quotientAndRemainder(dividingBy: head)
    let (keyValueHead, part) = slot.quotientAndRemainder(dividingBy: group + 2)
    switch part {
    case group: return query + keyValueHead * head + place
    case group + 1: return query + keyValue + keyValueHead * head + place
    default: return (keyValueHead * group + part) * head + place
    }
  }
}

/// A linear layer of every block: its role, its names and its shape.
package struct LinearModule: Sendable, Equatable {
  package let role: LinearRole
  /// Its path within a block of the family's model in transformers, such as `self_attn.q_proj`.
  package let path: String
  /// Its name within a block of the file that the model was read from, without `.weight`.
  let tensor: String
  package let outputs: Int
  package let inputs: Int
  let hasBias: Bool
  /// Whether the file keeps the transposed matrix `[inputs, outputs]`.
  let isTransposed: Bool
  /// Whether the file keeps its rows by groups of heads.
  var isGrouped = false

  /// Whether transformers makes it a Conv1D, which PEFT calls `fan_in_fan_out`.
  let isConv1D: Bool

  /// The last part of the path, which adapters and recipes call it by.
  package var name: String { path.split(separator: ".").last.map(String.init) ?? path }
}
