import Files
import Notebooks
import RecipeLanguage

/// The declarations of the language for programs: each argument with a JSON Schema of its value.
package enum ReferenceJSON {
  package static func document(of verbs: VerbCatalog) -> JSONValue {
    [
      "language": .int(VerbCatalog.languageVersion),
      "verbs": .array(verbs.all.map(verb)),
      "functions": .array(
        PureFunction.allCases.map {
          [
            "name": .string($0.rawValue), "call": .string($0.usage.call),
            "description": .string($0.usage.summary),
          ]
        }),
      "units": strings(Unit.all),
      "keywords": strings(Keyword.all.sorted()),
      "words": strings(verbs.words.sorted()),
      "codes": .array(
        Explanation.all.map { ["code": .string($0.code), "title": .string($0.title)] }),
    ]
  }

  private static func verb(_ verb: VerbDeclaration) -> JSONValue {
    [
      "name": .string(verb.name), "description": .string(verb.summary),
      "arguments": .array(verb.arguments.map(argument)),
      "fields": .array(
        verb.fields.map {
          [
            "name": .string($0.name), "type": .string($0.type), "description": .string($0.help),
          ]
        }),
      "examples": strings(verb.examples),
      "needs": strings(verb.needs.map(\.rawValue)),
      "excludes": .array(verb.alternatives.map(strings)),
    ]
  }

  private static func argument(_ argument: ArgumentDeclaration) -> JSONValue {
    var schema = schema(argument.type)
    schema["description"] = .string(argument.help)
    if let value = argument.defaultValue { schema["default"] = JSONValue(value) }
    return [
      "name": .string(argument.name), "positional": .bool(argument.isPositional),
      "required": .bool(argument.isRequired), "schema": .object(schema),
    ]
  }

  /// Values as events write them: shares as fractions, durations in seconds, words as strings.
  private static func schema(_ type: ArgumentType) -> JSONObject {
    var schema = JSONObject()
    switch type {
    case .int(let range):
      schema["type"] = "integer"
      schema["minimum"] = .int(range.lowerBound)
      if range.upperBound < .max { schema["maximum"] = .int(range.upperBound) }
    case .float(let range):
      schema["type"] = "number"
      schema["minimum"] = .double(range.lowerBound)
      if range.upperBound < .infinity { schema["maximum"] = .double(range.upperBound) }
    case .bool: schema["type"] = "boolean"
    case .string: schema["type"] = "string"
    case .path, .column:
      schema["type"] = "string"
      schema["format"] = if case .path = type { "path" } else { "column" }
    case .percentOrInt:
      schema["anyOf"] = [
        ["type": "number", "minimum": 0, "maximum": 1, "format": "share"],
        ["type": "integer", "minimum": 0],
      ]
    case .duration:
      schema["type"] = "number"
      schema["format"] = "seconds"
    case .word(let words): schema["enum"] = strings(words)
    case .words(let words):
      schema["type"] = "array"
      schema["items"] = ["enum": strings(words)]
    case .list(let element):
      schema["type"] = "array"
      schema["items"] = .object(self.schema(element))
    case .recordOf(let field):
      schema["type"] = "object"
      schema["additionalProperties"] = .object(Self.schema(field))
    case .record: schema["type"] = "object"
    case .table:
      schema["type"] = "array"
      schema["items"] = ["type": "object"]
    case .either(let types):
      schema["anyOf"] = .array(types.map { .object(self.schema($0)) })
    case .any: break
    }
    return schema
  }

  private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
