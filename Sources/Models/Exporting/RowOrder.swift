import Tensors

extension DecoderDescription {
  /// Where the rows of a layer's matrix stand in another kind of file, or nil where they stand as here: of
  /// each row of that file the row of this model.
  ///
  /// GGUF files of some families (Llama's) have the two elements of a rotary pair side by side, which
  /// Hugging Face's have half a head apart.
  ///
  /// - Parameter pairing: how pairs lie in that file.
  func rowOrder(of role: LinearRole, pairing wanted: RotaryEmbedding.Pairing) -> [Int]? {
    guard case .rotary(_, let own, _, _, let dimensions) = positions, own != wanted,
      role == .query || role == .key
    else { return nil }
    precondition(
      dimensions == nil,
      "pairs of \(dimensions ?? 0) of \(sizes.head) elements cannot be turned over")
    let half = sizes.head / 2
    return (0..<sizes.shape(of: role).outputs).map { row in
      let (head, place) = row.quotientAndRemainder(dividingBy: sizes.head)
      switch wanted {
      // adjacent: the file's place 2i + j is element j·half + i of the head
      case .adjacent: return head * sizes.head + place % 2 * half + place / 2
      case .halves: return head * sizes.head + 2 * (place % half) + place / half
      }
    }
  }

  /// The same of a matrix in this model's own file.
  func rowOrder(of module: LinearModule) -> [Int]? {
    module.isGrouped ? (0..<module.outputs).map(sizes.rowSideBySide) : nil
  }

  /// Where a row of Hugging Face's order stands in this model: row j·d/2 + i of a head is row 2i + j
  /// where rotary pairs are adjacent and were not, and rows of groups of heads stand side by side.
  func storedRow(_ row: Int, of role: LinearRole) -> Int {
    if role == .queryKeyValue, fusion == .byGroup { return sizes.rowSideBySide(row) }
    guard case .rotary(_, .adjacent, _, _, _) = positions, nativePairing == .halves,
      role == .query || role == .key
    else {
      return row
    }
    let size = sizes.head
    let half = size / 2
    let (head, place) = row.quotientAndRemainder(dividingBy: size)
    return head * size + 2 * (place % half) + place / half
  }
}
