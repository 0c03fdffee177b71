import Sessions

extension Lesson {
  /// Why it cannot be taken on this computer, and what helps: a model that it needs is not here. nil where all are.
  /// Nothing is asked over a network.
  package var obstacle: String? {
    let missing = needs.first { !LessonLibrary.carries($0) && ModelFolder.path(of: $0) == nil }
    guard let missing else { return nil }
    let reason = "the lesson \(name) needs the model \(missing), which is not here"
    guard let advice = ModelFolder.advice(on: missing) else {
      return "\(reason); load \"\(missing)\" at the prompt fetches it, or says what is wrong"
    }
    return "\(reason): \(advice.facts); \(advice.fix)"
  }
}
