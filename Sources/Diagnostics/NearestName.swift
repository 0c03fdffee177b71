/// Finds what someone probably meant: near names for a misspelt one.
package enum NearestName {
  /// The number of single-letter insertions, deletions, replacements and swaps of neighbours
  /// between two names (restricted Damerau–Levenshtein distance), letter case ignored.
  package static func distance(_ first: String, _ second: String) -> Int {
    let a = Array(first.lowercased().utf8)
    let b = Array(second.lowercased().utf8)
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in a.indices {
      var current = [i + 1]
      for j in b.indices {
        let substitution = previous[j] + (a[i] == b[j] ? 0 : 1)
        var best = min(previous[j + 1] + 1, current[j] + 1, substitution)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, beforePrevious[j - 1] + 1)
        }
        current.append(best)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[b.count]
  }

  /// At most three candidates close to `name`, nearest first: within 1 letter below three letters,
  /// within 2 from there on; else those whose first word it is, as `q` of `q_proj`. Names of more than
  /// 64 bytes have no near names.
  package static func candidates(for name: String, among known: some Sequence<String>) -> [String] {
    guard name.utf8.count <= 64 else { return [] }
    let limit = name.utf8.count < 3 ? 1 : 2
    var near: [(name: String, distance: Int)] = []
    for candidate in known where abs(candidate.utf8.count - name.utf8.count) <= limit {
      let distance = distance(name, candidate)
      if distance <= limit, distance < candidate.utf8.count { near.append((candidate, distance)) }
    }
    guard !near.isEmpty else {
      return Array(known.filter { !name.isEmpty && $0.hasPrefix(name + "_") }.prefix(3))
    }
    near.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return near.prefix(3).map(\.name)
  }

  /// The nearest of those candidates.
  package static func nearest(to name: String, among known: some Sequence<String>) -> String? {
    candidates(for: name, among: known).first
  }

  /// `did you mean \`a\` or \`b\`?`, or nothing when no candidate is near.
  package static func question(for name: String, among known: some Sequence<String>) -> String? {
    question(of: candidates(for: name, among: known))
  }

  /// The same of names that somebody may have meant; nil of none.
  package static func question(of names: [String]) -> String? {
    guard let last = names.last else { return nil }
    let first = names.dropLast().map { "`\($0)`" }.joined(separator: ", ")
    return first.isEmpty ? "did you mean `\(last)`?" : "did you mean \(first) or `\(last)`?"
  }
}
