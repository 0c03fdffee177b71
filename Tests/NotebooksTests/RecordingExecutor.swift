import Notebooks
import RecipeLanguage
import Sessions

/// Runs no engine: writes down what it is asked, and counts `train` as its state.
final class RecordingExecutor: VerbExecutor {
  struct State: Equatable {
    var trained = 0
    var rank = 0
  }

  let verbs = VerbCatalog.standard
  var onEvent: (Event) -> Void = { _ in }
  var state = State()
  var isInLoop = false
  private(set) var calls: [String] = []
  /// The arguments of the last call.
  private(set) var lastCall: VerbCall?

  func execute(_ call: VerbCall) throws(VerbFailure) -> Value {
    lastCall = call
    let given = call.given.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.source)" }
    calls.append(([call.verb.name] + given).joined(separator: " "))
    switch call.verb.name {
    case LoRA.name:
      state.rank = call[LoRA.rank]
      return .record(Record([("rank", .int(state.rank))]))
    case Train.name:
      state.trained += 1
      return .record(Record([("loss", .float(1 / Double(state.trained)))]))
    case Eval.name:
      let perplexity = 10 - Double(state.trained) - Double(state.rank)
      return .record(Record([("perplexity", .float(perplexity)), ("finite", .bool(true))]))
    case Load.name where call[Load.source] == "missing":
      throw VerbFailure(
        "E0405", "there is no model", argument: Load.source, help: "check the path", kind: .input)
    case Seed.name: return .int(call[Seed.value])
    default: return .none
    }
  }

  func rememberAdapter() -> ObjectReference? {
    ObjectReference(kind: "adapter", id: state.rank)
  }
}
