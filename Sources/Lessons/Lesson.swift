import Diagnostics
import RecipeLanguage
import Sessions

/// A lesson: steps of one idea each, in which the learner types a command and sees what it gives.
package struct Lesson: Sendable {
  /// What it is called by: the name of its file without number and ending.
  package let name: String
  package let title: String
  /// How long it takes a reader who has not read it before.
  package let minutes: Int
  /// Models that have to be there, by their names.
  package let needs: [String]
  /// Commands and words that it is about.
  package let teaches: [String]
  package let introduction: String
  package let steps: [Step]

  package struct Step: Sendable {
    package let title: String
    package let prose: String
    /// What runs before the step, without being shown.
    package let setup: String
    package let prediction: Prediction?
    /// A command that solves it.
    package let task: String
    package let checks: [Check]
    /// Answers that a learner could give and that do not solve it.
    package let wrong: [String]
    /// From a direction to nearly the answer.
    package let hints: [String]
    /// What the right answer shows; `{expression}` stands for a value.
    package let right: String

    /// The commands of the task, in order: each may be typed as a cell of its own.
    var verbs: [String] {
      Parser.parse(SourceText(name: title, text: task)).statements.compactMap { statement in
        switch statement.kind {
        case .operation(.command(let command)), .binding(_, .command(let command)):
          command.verb.text
        default: nil
        }
      }
    }
  }

  /// A number that is guessed before it is computed.
  package struct Prediction: Sendable {
    package let question: String
    package let answer: LessonExpression
  }

  /// What has to hold behind the learner's command, and the sentence that helps where it does not.
  package struct Check: Sendable {
    package let condition: LessonExpression
    package let reply: String
  }
}

/// An expression of the language in a lesson.
package struct LessonExpression: Sendable {
  package let text: String
  let expression: Expression
}
