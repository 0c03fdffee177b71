import Files
import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

package enum Perplexity: Verb {
  package static let file = Argument.requiredPath(
    "file", .input, "a text file, or a \"\"\" block of text")
  package static let context = Argument.int(
    "context", 8...1_000_000, default: 512, foreign: ["ctx", "n_ctx"],
    "window in tokens; the second half of each is scored")

  package static let declaration = VerbDeclaration(
    "perplexity", "measures a text by llama.cpp's convention",
    arguments: [file, context],
    fields: [
      FieldDeclaration("perplexity", "float", role: .figure, "e to the mean loss"),
      FieldDeclaration("standard_error", "float", "uncertainty of the perplexity"),
      FieldDeclaration("tokens", "int", "tokens scored"),
      FieldDeclaration("windows", "int", "windows of the text"),
      FieldDeclaration("seconds", "duration", role: .extent, "time taken"),
    ],
    effects: [.needs(.model), .uses(.adapter), .measures],
    examples: ["perplexity \"LICENSE\""], related: ["eval", "quantize"],
    details: """
      The text is cut into windows that do not overlap; in each the first half is only read and \
      the second half scored, so that every scored token has at least half a window before it. \
      perplexity = e to the mean loss; its standard error is perplexity · √(variance of the losses \
      / (tokens - 1)). llama.cpp's llama-perplexity counts so too, and its figures can be put \
      beside these.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.perplexity(call)
  }
}

extension Session {
  func perplexity(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Perplexity.name)
    let context = try length(Perplexity.context, of: call, for: model)
    if context < call[Perplexity.context] {
      notice("windows have \(context) tokens, all that the model's context holds")
    }
    let tokens = try longText(call[Perplexity.file], Perplexity.file, model)
    guard tokens.count >= context else {
      throw VerbFailure(
        "E0413", "the text has \(tokens.count) tokens, and one window takes \(context)",
        argument: Perplexity.file, help: "give a longer text, or a smaller context")
    }
    let (result, seconds) = try measure(
      Perplexity.name, model, tokens.count / context, unit: "windows"
    ) { evaluation, progress in
      WindowPerplexity(evaluation: evaluation, context: context, begin: model.loaded.text.begin)
        .run(tokens, onProgress: progress)
    }
    guard let result else {
      throw VerbFailure("E0413", "the text is too short to be measured", argument: Perplexity.file)
    }
    try refuse(result.perplexity, "the perplexity of the text")
    return .record(
      Record([
        ("perplexity", .float(result.perplexity)),
        ("standard_error", .float(result.standardError)),
        ("tokens", .int(result.tokens)), ("windows", .int(result.windows)),
        ("seconds", .duration(seconds)),
      ]))
  }

  /// The tokens of a text that is measured by windows.
  ///
  /// - Parameters:
  ///   - source: a file's path, or, with a line break in it, the text itself; a block has one.
  ///   - argument: what named it.
  func longText(
    _ source: String, _ argument: any DeclaredArgument, _ model: ModelInUse
  ) throws(VerbFailure) -> [Int32] {
    let text =
      source.contains("\n") ? source : try text(ofFile: Paths.expandingHome(source), argument)
    return [model.loaded.text.begin].compactMap { $0 }
      + model.loaded.tokenizer.encode(text, parseSpecial: false)
  }

  private func text(
    ofFile path: String, _ argument: any DeclaredArgument
  ) throws(VerbFailure) -> String {
    guard Paths.exists(path) else {
      throw VerbFailure(
        FileError(
          .missing, file: path, cause: "there is no such file",
          fix: "check the path; a text itself stands in a block, between lines of \"\"\""),
        argument: argument)
    }
    do throws(FileError) {
      let file = try MappedFile(path: path)
      guard let text = String(validating: file.contents(), as: UTF8.self) else {
        throw FileError(
          .malformed, file: path, cause: "the file is not UTF-8 text",
          fix: "convert it, for example with iconv")
      }
      return text
    } catch {
      throw VerbFailure(error, argument: argument)
    }
  }
}
