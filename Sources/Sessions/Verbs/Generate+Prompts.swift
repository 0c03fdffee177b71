import Models
import RecipeLanguage
import Tokenizers
import Training

/// How `generate` and conversations write what the model reads.
extension Session {
  /// The format of prompts: as the dataset in use writes them, so that a tuned model sees what it was
  /// tuned on; else the model's own.
  func template(
    _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> ChatTemplate? {
    if call[Generate.chat] == Word.none { return nil }
    let date = try date(call)
    do throws(ChatTemplateError) {
      if let dataset = state.data?.dataset {
        let name = dataset.summary.template
        // A format that was chosen by name is that format, and no variation of the model's own.
        if dataset.options.template == Word.auto,
          case .success(let own)? = model.loaded.text.ownTemplate,
          own.name == name
        {
          return dated(own, dataset.options.date ?? date)
        }
        return name == Word.none
          ? plainTemplate(call, model)
          : try ChatTemplate(named: name, tokens: model.loaded.text.tokens)
      }
      return try model.loaded.text.ownTemplate.map { own throws(ChatTemplateError) in
        dated(try own.get(), date)
      }
    } catch {
      var message = "\(error)"
      if case .unrecognised(let reason, _) = error {
        message = "the model's own chat template cannot be used: \(reason)"
      }
      throw VerbFailure(
        "E0416", message, argument: call.has(Generate.chat) ? Generate.chat : nil,
        help: "write chat: none to send the prompt as it is, or read a dataset with a template "
          + "by name first")
    }
  }

  private func date(_ call: VerbCall) throws(VerbFailure) -> TemplateDate? {
    guard let text = call[Generate.date] else { return nil }
    do throws(TemplateDateError) {
      return try TemplateDate(text)
    } catch {
      throw VerbFailure(
        "E0416", "\(error)", argument: Generate.date, help: "write the day that is meant")
    }
  }

  private func dated(_ template: ChatTemplate, _ date: TemplateDate?) -> ChatTemplate {
    var template = template
    template.date = date
    return template
  }

  private func plainTemplate(_ call: VerbCall, _ model: ModelInUse) -> ChatTemplate {
    var template = model.loaded.text.plainTemplate
    template.readsMarkers = call[Generate.special]
    return template
  }

  func render(
    _ prompt: String, _ template: ChatTemplate?, _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> [Int32] {
    guard let template else {
      let isMarkup = call[Generate.special]
      return model.loaded.text.encode([Segment(prompt, isMarkup: isMarkup)]).tokens
    }
    var messages = [Message(.user, prompt)]
    if let system = call[Generate.system] { messages.insert(Message(.system, system), at: 0) }
    do throws(ChatTemplateError) {
      return model.loaded.text.encode(
        try template.segments(for: messages, opensReply: true), of: template
      ).tokens
    } catch {
      throw VerbFailure("E0416", "\(error)", argument: Generate.prompt)
    }
  }
}
