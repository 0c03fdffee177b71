import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// :vars and :runs.
extension SessionCommands {
  func variables() -> Outcome {
    screen.show(SessionView(notebook).lines(on: screen.page))
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
      output.writeLine("no training was cut off or stopped")
      return .done
    }
    let word = CommandWords.trimmed(rest)
    if word == "clear" {
      for training in left { training.remove() }
      output.writeLine("nothing is left to go on with")
      return .done
    }
    guard word.isEmpty else {
      guard let number = Int(word), left.indices.contains(number - 1) else {
        return fail("which one? :recover lists them, 1 to \(left.count)")
      }
      return goOn(with: left[number - 1], number)
    }
    screen.show(ValueView(screen.page).table(RecoveryFolder.Left.table(of: left)))
    screen.notice(
      ":recover 1 goes on with the first, with its model, data and split; :recover clear forgets all"
    )
    return .done
  }

  /// Types what the training stands on where the session has nothing of it, and then its own line.
  private func goOn(with training: RecoveryFolder.Left, _ number: Int) -> Outcome {
    guard notebook.session.shape.has.isDisjoint(with: [.model, .dataset]) else {
      return .edit(training.line)
    }
    guard training.folder == Paths.currentFolder else {
      return fail(
        "it was trained in \(VisibleText.onOneLine(training.folder)), where its paths begin: start skillet "
          + "there, or load its model and its data here, then :recover \(number)")
    }
    return .prepare(training.lines, then: training.line)
  }
}
