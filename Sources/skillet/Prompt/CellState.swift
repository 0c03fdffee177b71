import Notebooks
import RecipeLanguage
import Terminals

extension CellText {
  /// What Enter does with the text.
  static func state(of text: String) -> InputState {
    switch completeness(of: text) {
    case .complete: .complete
    case .incomplete(let indent): .incomplete(indent: indent)
    case .broken: .invalid
    }
  }
}
