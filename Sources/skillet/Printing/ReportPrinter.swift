import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// Shows a run as another printer does, and writes it as a page for browsers at its end, however it ended.
final class ReportPrinter: EventPrinter {
  private let printer: any EventPrinter
  private let path: String
  private var report: HTMLReport
  /// Whether the page is where it belongs.
  private(set) var isWritten = false

  init(_ printer: any EventPrinter, path: String, title: String) {
    self.printer = printer
    self.path = path
    report = HTMLReport(title: title)
  }

  func show(_ event: Event) {
    report.record(event)
    printer.show(event)
  }

  func showPlan(_ event: ValueEvent) { printer.showPlan(event) }
  func showGood(_ file: String) { printer.showGood(file) }

  func begin(_ run: ParameterSweep.Run, number: Int, of count: Int) {
    report.begin("Run \(number) of \(count): \(run.label)")
    printer.begin(run, number: number, of: count)
  }

  func show(_ runs: RecipeLanguage.Table) {
    report.begin("Runs")
    report.record(
      .value(
        ValueEvent(
          cell: 0, line: 0, verb: nil, name: nil, value: .table(runs), isSilenced: false)))
    printer.show(runs)
  }

  func show(_ picture: Figure) {
    report.record(.figure(picture, goesWithValue: false))
    printer.show(picture)
  }

  func show(_ verdict: ExpectationVerdict) { printer.show(verdict) }

  func tell(_ text: String, _ role: TextStyle.Role) {
    report.record(.notice(text))
    printer.tell(text, role)
  }

  func finish(_ status: ExitStatus, seconds: Double) {
    let ending = [("ended", "\(status)"), ("seconds", NumberText.duration(seconds))]
    do throws(FileError) {
      try AtomicFile.write(
        report.page(facts: ending + RunFacts.here), to: Paths.expandingHome(path))
      isWritten = true
      printer.tell("the run as a page: \(path)", .dim)
    } catch {
      printer.tell("the report is not written: \(error.file): \(error.cause)", .error)
    }
    printer.finish(status, seconds: seconds)
  }
}

/// What pages tell of the program and the machine.
enum RunFacts {
  static var here: [(name: String, value: String)] {
    var facts = [(name: "skillet", value: SkilletVersion.current)]
    guard case .record(let machine) = Doctor.report() else { return facts }
    for name in ["kernels", "bf16_products", "threads", "openblas"] {
      if let value = machine[name] { facts.append((name, value.display)) }
    }
    return facts
  }
}
