import Diagnostics
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// :vars and :runs.
extension SessionCommands {
  func variables() -> Outcome {
    let environment = notebook.interpreter.environment
    let staleness = notebook.staleness
    let reasons = notebook.names.map { staleness.reason(of: $0) ?? "" }
    let isStale = reasons.contains { !$0.isEmpty }
    let rows = zip(notebook.names, reasons).compactMap { name, reason in
      environment.binding(name).map { binding in
        [name, binding.value.typeName, "\(binding.cell)"] + (isStale ? [reason] : [])
          + [summary(of: binding.value)]
      }
    }
    if rows.isEmpty {
      output.writeLine("no names yet; let base = eval makes one")
    } else {
      let layout = TableLayout(screen.page)
      let table = TextTable(
        columns: [.init("name"), .init("type"), .init("cell", .number)]
          + (isStale ? [.init("stale since")] : []) + [.init("value")],
        rows: rows)
      screen.show(layout.box(table))
    }
    for line in SessionSummary(notebook.session.state).lines {
      for part in WrappedText.lines(line, columns: screen.columns) {
        output.writeLine(screen.style(.dim, part))
      }
    }
    return .done
  }

  func runs(_ rest: String) -> Outcome {
    let (word, count) = Int(rest).map { (String?.none, $0) } ?? (rest.isEmpty ? nil : rest, 20)
    guard count > 0 else {
      return fail("how many? Write :runs, :runs 50, or :runs rank=8 for those with a word")
    }
    let runs = RunHistory.own?.newest(count, with: word) ?? []
    if runs.isEmpty, let word {
      output.writeLine("no run has \(VisibleText.onOneLine(word)) in it; :runs lists the last ones")
    } else if runs.isEmpty {
      output.writeLine("nothing was run yet; skillet run FILE runs a recipe, train a training")
    } else {
      let table = RunHistory.table(of: runs)
      let lines =
        settings.mode == .box
        ? ValueView(screen.page).table(table)
        : DataView(settings.mode).lines(of: .table(table))
      screen.show(lines)
    }
    return .done
  }

  func recover(_ rest: String) -> Outcome {
    let left = Recovery.left
    guard !left.isEmpty else {
      output.writeLine("no training was cut off")
      return .done
    }
    let word = CommandWords.trimmed(rest)
    guard word.isEmpty else {
      guard let number = Int(word), left.indices.contains(number - 1) else {
        return fail("which one? :recover lists them, 1 to \(left.count)")
      }
      return .edit(left[number - 1].line)
    }
    for line in ValueView(screen.page).table(RecoveryFolder.Left.table(of: left)) {
      output.writeLine(line)
    }
    output.writeLine(
      ":recover 1 goes on with the first, after the same load, quantize, dataset and split")
    return .done
  }

  /// A value in as few words as possible: records by their fields.
  private func summary(of value: Value) -> String {
    if case .record(let record) = value { return ValueView(screen.page).figures(of: record) }
    return value.display
  }
}
