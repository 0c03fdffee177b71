import Diagnostics
import RecipeLanguage
import Sessions
import Training

/// Trainings that were stopped. A recipe holds the one line that trains the same bits without a stop,
/// where there is one.
extension RecipeWriter {
  /// A `train` at the top of a cell.
  private struct Part {
    let place: Place
    let command: Command
    let isStopped: Bool
    /// Steps that it did itself.
    let steps: Int

    func argument(_ argument: some DeclaredArgument) -> ArgumentSyntax? {
      command.argument(argument.name)
    }

    /// The bare word that an argument is, the default where it is not written.
    func word(_ argument: some DeclaredArgument) -> String? {
      guard let value = self.argument(argument)?.value else {
        return argument.declaration.defaultValue?.text
      }
      if case .name(let word) = value.kind { return word }
      return nil
    }
  }

  /// Makes one training of each that was stopped and what resumed it, or refuses.
  mutating func joinStoppedTrainings(in chosen: Set<Int>) throws(Refusal) {
    for (index, cell) in cells.enumerated() where chosen.contains(cell.number) && cell.wasCutShort {
      guard let first = part(at: lastPlace(ofCellAt: index)) else { throw Self.stopped(cell) }
      if leftOut.contains(first.place) { continue }
      let parts = chain(from: first, in: chosen)
      try refuseWorkBetween(parts, in: chosen)
      try refuseOtherArguments(parts)
      if parts.count > 1 { try refuseUses(of: parts, in: chosen) }
      try writeLength(of: parts)
      leftOut.formUnion(parts.dropFirst().map(\.place))
    }
  }

  private static func stopped(_ cell: Cell) -> Refusal {
    Refusal(
      message: "cell \(cell.number) was stopped before its end, so it would not replay the same; "
        + leavingOut(cell.number) + ", or :undo it and run it whole")
  }

  private static func leavingOut(_ number: Int) -> String {
    "leave it out (:save FILE 1-\(max(1, number - 1)))"
  }

  // MARK: Finding the parts

  private func part(at place: Place) -> Part? {
    guard let index = index(ofCell: place.cell), let command = statement(at: place)?.command,
      command.verb.text == Train.name
    else { return nil }
    let values = cells[index].outputs.compactMap { output -> Record? in
      guard case .value(let event) = output, event.verb == Train.name,
        case .record(let record) = event.value
      else { return nil }
      return record
    }
    let isStopped = cells[index].wasCutShort && place == lastPlace(ofCellAt: index)
    guard case .int(let steps)? = (isStopped ? values.last : values.first)?["steps"] else {
      return nil
    }
    return Part(place: place, command: command, isStopped: isStopped, steps: steps)
  }

  /// A training and, as long as one was stopped, what resumed it.
  private func chain(from first: Part, in chosen: Set<Int>) -> [Part] {
    var parts = [first]
    while let last = parts.last, last.isStopped {
      let next = references.lazy.filter {
        $0.target == last.place && chosen.contains($0.place.cell)
      }.compactMap { reference in
        part(at: reference.place).flatMap {
          $0.argument(Train.resume)?.value.range == reference.range ? $0 : nil
        }
      }.first
      guard let next else { break }
      parts.append(next)
    }
    return parts
  }

  // MARK: Refusing what one line would not do

  private func refuseWorkBetween(_ parts: [Part], in chosen: Set<Int>) throws(Refusal) {
    guard let first = parts.first?.place, let last = parts.last?.place else { return }
    for place in places where first < place && place < last && chosen.contains(place.cell) {
      guard !parts.contains(where: { $0.place == place }) else { continue }
      var works = false
      statement(at: place)?.walkCommands { _ in works = true }
      guard works else { continue }
      throw Refusal(
        message:
          "cell \(place.cell) worked between a training that was stopped (cell \(first.cell)) "
          + "and the one that resumed it (cell \(last.cell)), and would find another adapter in the "
          + "recipe; leave it out (:save FILE 1-\(place.cell - 1),\(place.cell + 1)-)")
    }
  }

  private func refuseOtherArguments(_ parts: [Part]) throws(Refusal) {
    for part in parts.dropFirst() {
      let other = part.command.arguments.first {
        ![Train.resume.name, Train.steps.name, Train.epochs.name].contains($0.name?.text)
      }
      guard let name = other?.name?.text else { continue }
      throw Refusal(
        message:
          "cell \(part.place.cell) resumed a training with another `\(name)`, so no line trains "
          + "the same; " + Self.leavingOut(parts[0].place.cell))
    }
    guard let budgeted = parts.first(where: { $0.argument(Train.budget) != nil }) else { return }
    throw Refusal(
      message:
        "cell \(budgeted.place.cell) was stopped and has a budget, so that no line surely trains "
        + "the same; " + Self.leavingOut(parts[0].place.cell))
  }

  private func refuseUses(of parts: [Part], in chosen: Set<Int>) throws(Refusal) {
    let places = parts.map(\.place)
    let use = references.first {
      chosen.contains($0.place.cell) && places.contains($0.target) && !places.contains($0.place)
    }
    guard let use else { return }
    throw Refusal(
      message:
        "cell \(use.place.cell) uses the value of cell \(use.target.cell), one part of a training "
        + "that was stopped and resumed; the recipe trains it in one go and has no such value")
  }

  // MARK: Writing

  /// A training that was stopped for good, or resumed to another length, is as one of so many steps,
  /// provided that no step depends on how many there are.
  private mutating func writeLength(of parts: [Part]) throws(Refusal) {
    guard let first = parts.first, let last = parts.last else { return }
    let changed = parts.dropFirst().first { !hasLength(of: first, $0) }
    if !last.isStopped, changed == nil { return }
    let steps = parts.reduce(0) { $0 + $1.steps }
    if let reason = dependence(of: first, on: steps) {
      let cell = first.place.cell
      let what =
        changed.map { "cell \($0.place.cell) gave the training of cell \(cell) another length" }
        ?? "the training of cell \(cell) was stopped after \(steps) steps"
      let way =
        changed == nil ? "resume it to its end (train resume: _\(last.place.cell)), or " : ""
      throw Refusal(
        message: "\(what), and \(reason), so no line trains the same; " + way
          + Self.leavingOut(cell))
    }
    guard let index = index(ofCell: first.place.cell) else { return }
    if let length = first.argument(Train.steps) ?? first.argument(Train.epochs) {
      edits[index].append((length.range, "\(Train.steps.name): \(steps)"))
    } else {
      let end = first.command.range.upperBound
      let comma = first.command.arguments.isEmpty ? " " : ", "
      edits[index].append((SourceRange(at: end), "\(comma)\(Train.steps.name): \(steps)"))
    }
  }

  private func hasLength(of first: Part, _ part: Part) -> Bool {
    [Train.steps.name, Train.epochs.name].allSatisfy { name in
      guard let length = part.command.argument(name) else { return true }
      guard case .integer(let count) = length.value.kind,
        case .integer(count)? = first.command.argument(name)?.value.kind
      else { return false }
      return true
    }
  }

  /// Why the steps of a training depend on how many it was to have; nil if they do not.
  private func dependence(of part: Part, on steps: Int) -> String? {
    if steps == 0 { return "nothing was trained" }
    if part.argument(Train.resume) != nil { return "it resumed another training" }
    guard part.word(Train.schedule) == LearningRateSchedule.Shape.constant.rawValue else {
      return "its rate depends on how many there were to be"
    }
    switch part.argument(Train.warmup)?.value.kind {
    case .percent(0)?: break
    case .integer(let count)? where count <= steps: break
    default: return "its warm-up depends on how many there were to be"
    }
    return part.word(Train.keep) == Train.Keep.last.rawValue
      ? nil : "it kept the best adapter, with one more evaluation at its end"
  }
}

extension Command {
  fileprivate func argument(_ name: String) -> ArgumentSyntax? {
    arguments.first { $0.name?.text == name }
  }
}

extension Statement {
  /// The command that the statement is, with or without a name for its value.
  fileprivate var command: Command? {
    switch kind {
    case .binding(_, .command(let command)), .operation(.command(let command)): command
    default: nil
    }
  }
}
