import Files
import RecipeLanguage
import Training

/// The arguments of a `train` as the file of a training keeps them: one JSON object, each value with its
/// type. A file gives numbers and words; it decides neither where something is written nor what is run.
struct EarlierArguments {
  private let file: TrainingStateFile

  private static let version = 1
  private static let note = "arguments"

  init(of file: TrainingStateFile) {
    self.file = file
  }

  /// Arguments that a file never tells: where it is from, where to write, and where it paused.
  private static let unwritten: Set<String> = [
    Train.resume.name, Train.folder.name, Train.saveEvery.name, Train.until.name,
  ]

  // MARK: Writing

  /// What was given, as a note of the file. Where it writes is not among that, so that what goes on from a
  /// folder leaves the folder as it is, and can be replayed.
  static func notes(of call: VerbCall) -> [String: String] {
    var arguments = JSONObject()
    for argument in call.verb.arguments where !unwritten.contains(argument.name) {
      if let value = call.given[argument.name] { arguments[argument.name] = json(value) }
    }
    let record: JSONValue = ["version": .int(version), "values": .object(arguments)]
    return [note: record.text(.compact, sortedKeys: true)]
  }

  private static func json(_ value: Value) -> JSONValue? {
    switch value {
    case .int(let number): [value.typeName: .int(number)]
    case .size(let bytes): [value.typeName: .int(bytes)]
    case .float(let number), .percent(let number), .duration(let number):
      [value.typeName: .double(number)]
    case .bool(let flag): [value.typeName: .bool(flag)]
    case .word(let word): [value.typeName: .string(word)]
    case .record(let record):
      // a list, since the order of an object's keys is not kept
      [value.typeName: .array(record.fields.map { [.string($0.name), json($0.value) ?? .null] })]
    case .none, .string, .list, .table: nil
    }
  }

  // MARK: Reading

  /// The values by the arguments' names, each of which `train` takes.
  var values: [String: Value] {
    get throws(FileError) {
      var values: [String: Value] = [:]
      for member in try record().members {
        let name = member.key
        guard let argument = Train.declaration.argument(name), !Self.unwritten.contains(name) else {
          throw file.damaged("its arguments have `\(name)`, which no file may say")
        }
        guard let value = Self.value(member.value), argument.type.problem(with: value) == nil else {
          throw file.damaged("its `\(name)` is not a value that `\(Train.name)` takes")
        }
        values[name] = value
      }
      let alternatives = Train.declaration.alternatives.first { names in
        names.count { values[$0] != nil } > 1
      }
      if let alternatives {
        throw file.damaged("it has \(alternatives.joined(separator: " and ")), not one of them")
      }
      return values
    }
  }

  private func record() throws(FileError) -> JSONObject {
    guard let text = file.notes[Self.note] else {
      throw file.damaged(
        "it was written by an earlier version, which kept no record of its arguments")
    }
    guard case .object(let record)? = try? JSONValue(parsing: text),
      case .int(Self.version)? = record["version"], case .object(let values)? = record["values"]
    else { throw file.damaged("its arguments are no record of version \(Self.version)") }
    return values
  }

  private static func value(_ json: JSONValue) -> Value? {
    guard case .object(let object) = json, object.members.count == 1,
      let member = object.members.first
    else { return nil }
    return candidates(member.value).first { $0.typeName == member.key }
  }

  /// A record of pairs of a name and a value.
  private static func record(of fields: [JSONValue]) -> Record? {
    var pairs: [(String, Value)] = []
    for field in fields {
      guard case .array(let pair) = field, pair.count == 2, let name = pair[0].string,
        let value = value(pair[1]), !pairs.contains(where: { $0.0 == name })
      else { return nil }
      pairs.append((name, value))
    }
    return Record(pairs)
  }

  /// What a JSON value can stand for.
  private static func candidates(_ content: JSONValue) -> [Value] {
    switch content {
    case .int(let number):
      [
        .int(number), .size(number), .float(Double(number)), .percent(Double(number)),
        .duration(Double(number)),
      ]
    case .double(let number): [.float(number), .percent(number), .duration(number)]
    case .bool(let flag): [.bool(flag)]
    case .string(let word): [.word(word)]
    case .array(let fields): record(of: fields).map { [.record($0)] } ?? []
    default: []
    }
  }
}
