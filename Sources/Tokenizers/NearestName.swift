/// The candidate that a misspelt name most likely means: at most one edit away for names under
/// three characters, else two (Levenshtein); nil if none is that near.
package func nearestName(to name: String, among candidates: [String]) -> String? {
  let limit = name.count < 3 ? 1 : 2
  let ranked = candidates.map { ($0, editDistance(name.lowercased(), $0.lowercased())) }
  return ranked.filter { $0.1 <= limit }.min { $0.1 < $1.1 }?.0
}

private func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = row[j + 1]
      row[j + 1] = cost
    }
  }
  return row[b.count]
}
