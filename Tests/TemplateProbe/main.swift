import Files
import Tokenizers

/// Renders templates for a comparison with transformers: each line of standard input is an object with `template`,
/// `variables` and, where a date is given, `date`; each line of output has `text` and the `generation` spans in bytes, or
/// `error`.
func answer(to line: String) -> JSONValue {
  guard let request = (try? JSONValue(parsing: line))?.object,
    let source = request["template"]?.string
  else { return ["error": "the line is no request"] }
  do {
    let members = request["variables"]?.object?.members ?? []
    let rendering = try JinjaTemplate(source).rendering(
      of: try members.map { ($0.key, try JinjaValue($0.value)) },
      date: try request["date"]?.string.map { try TemplateDate($0) })
    return [
      "text": .string(rendering.text),
      "generation": .array(
        rendering.generation.map { [.int($0.lowerBound), .int($0.upperBound)] }),
    ]
  } catch {
    return ["error": .string("\(error)")]
  }
}

while let line = readLine() {
  print(answer(to: line).text(.compact, sortedKeys: false))
}
