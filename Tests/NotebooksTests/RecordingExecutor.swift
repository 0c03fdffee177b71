import Notebooks
import RecipeLanguage

/// Runs no engine: writes down what it is asked, and counts `train` as its state.
final class RecordingExecutor: VerbExecutor {
  struct State: Equatable {
    var trained = 0
    var rank = 0
  }

  let verbs = VerbCatalog.names
  var state = State()
  private(set) var calls: [String] = []
  /// The arguments of the last call.
  private(set) var lastCall: VerbCall?

  func execute(_ call: VerbCall) throws(VerbFailure) -> Value {
    lastCall = call
    let given = call.arguments.filter { call.given.contains($0.key) }
      .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.source)" }
    calls.append(([call.verb.name] + given).joined(separator: " "))
    switch call.verb.name {
    case "lora":
      if case .int(let rank)? = call.arguments["rank"] { state.rank = rank }
      return .record(Record([("rank", .int(state.rank))]))
    case "train":
      state.trained += 1
      return .record(Record([("loss", .float(1 / Double(state.trained)))]))
    case "eval":
      let perplexity = 10 - Double(state.trained) - Double(state.rank)
      return .record(Record([("perplexity", .float(perplexity)), ("finite", .bool(true))]))
    case "load" where call.arguments["source"] == .string("missing"):
      throw VerbFailure(
        "E0405", "there is no model", argument: "source", help: "check the path", kind: .input)
    case "seed": return call.arguments["value"] ?? .none
    default: return .none
    }
  }

  func currentReference() -> ObjectReference? {
    ObjectReference(kind: "adapter", id: state.rank)
  }
}
