import RecipeLanguage
import Sessions

/// What a recipe does without.
extension RecipeWriter {
  /// Leaves out what only showed something: pictures, inspections, rows, and evaluations and answers
  /// between the parts of a training whose values nobody uses, under a name that was bound anew or none.
  /// Names of computed values that nobody reads go as well, since a run does not show them. What wrote a file
  /// stays.
  ///
  /// - Returns: of which cell, and what, in their order.
  mutating func leaveOutWhatNothingFollowsFrom(in chosen: Set<Int>) -> [(cell: Int, what: String)] {
    var found: [Place: String] = [:]
    // a name that only what is left out reads is read by nobody
    while case let more = unread(in: chosen), !more.isEmpty {
      for (place, what) in more {
        leftOut.insert(place)
        found[place] = what
      }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key.cell, $0.value) }
  }

  /// Statements that are still there and that nothing follows from.
  private func unread(in chosen: Set<Int>) -> [(place: Place, what: String)] {
    let used = Set(
      references.filter { chosen.contains($0.place.cell) && !leftOut.contains($0.place) }
        .map(\.target))
    let lastResumption = places.last { place in
      let command = chosen.contains(place.cell) ? statement(at: place)?.command : nil
      return command?.arguments.contains { $0.name?.text == Train.resume.name } == true
    }
    return places.compactMap { place in
      guard chosen.contains(place.cell), !used.contains(place), !leftOut.contains(place),
        let statement = statement(at: place)
      else { return nil }
      if let name = statement.nameOfComputed { return (place, "let \(name)") }
      guard let command = statement.command, !command.writesFile else { return nil }
      let isBetween = lastResumption.map { place < $0 } == true
      let isLook = isLook(command, boundBy: statement, at: place, isBetween, in: chosen)
      return isLook ? (place, command.verb.text) : nil
    }
  }

  /// - Parameter isBetween: whether a training is resumed later.
  private func isLook(
    _ command: Command, boundBy statement: Statement, at place: Place, _ isBetween: Bool,
    in chosen: Set<Int>
  ) -> Bool {
    let verb = command.verb.text
    let isMeasurement = isBetween && [Eval.name, Answers.name].contains(verb)
    guard case .binding(let name, _) = statement.kind else {
      return isMeasurement || [Plot.name, Inspect.name, Head.name, Describe.name].contains(verb)
    }
    return isMeasurement && isBoundAnew(name, after: place, in: chosen)
  }

  private func isBoundAnew(_ name: Name, after place: Place, in chosen: Set<Int>) -> Bool {
    places.contains { later in
      guard later > place, chosen.contains(later.cell),
        case .binding(let other, _)? = statement(at: later)?.kind
      else { return false }
      return other.text == name.text
    }
  }
}

extension Statement {
  /// The name that it gives to an expression whose commands, if it has any, leave the session as it was.
  fileprivate var nameOfComputed: String? {
    guard case .binding(let name, .expression) = kind else { return nil }
    var changesSession = false
    walkCommands { command in
      guard let verb = VerbCatalog.standard.verb(of: command) else { return }
      let replaced = verb.replaced(for: WrittenArguments(command, of: verb))
      if !replaced.isEmpty || command.writesFile { changesSession = true }
    }
    return changesSession ? nil : name.text
  }
}

extension Command {
  /// Whether it names a file that it is to write.
  fileprivate var writesFile: Bool {
    guard let verb = VerbCatalog.standard.verb(of: self) else { return false }
    return ArgumentBinder(self, verb: verb).bound.contains { $0.declaration.file == .output }
  }
}
