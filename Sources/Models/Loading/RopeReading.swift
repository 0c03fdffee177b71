import Checkpoints
import Files

/// The rope of a Hugging Face configuration, with transformers 5's order of places: `rope_scaling` (the
/// old name) before `rope_parameters`, and their `rope_theta` before the one beside them. Places that
/// disagree are refused.
struct RopeReading {
  let base: Double
  let scaling: RopeScaling
  /// How much of a head turns.
  let share: Double

  /// - Parameter isWindowed: whether that of layers with a window is asked for, in families where they have
  ///   one of their own.
  init(
    huggingFace config: JSONObject, _ family: Architecture, context: Int, isWindowed: Bool = false,
    file: String
  ) throws(FileError) {
    let baseKey = isWindowed ? family.windowRopeBaseKey : family.ropeBaseKey
    let places = try Self.places(config, family, isWindowed: isWindowed, file)
    if places.count == 2 { try Self.requireAgreement(places[0], places[1], file) }
    let parameters = places.first?.object ?? JSONObject()
    let type = try Self.type(parameters, family, file)
    try KeyTable.ropeParameters(type, family).check(parameters, of: places.first?.key, file: file)
    let defaultBase = isWindowed ? family.windowRopeBase : nil
    base =
      try Self.same("rope_theta", parameters["rope_theta"], baseKey.flatMap { config[$0] }, file)?
      .double
      ?? defaultBase ?? family.ropeBase
    share =
      try Self.same(
        "partial_rotary_factor", parameters["partial_rotary_factor"],
        config[family.turnedShareKey], file)?.double ?? family.turnedShare
    let original =
      ["llama3", "yarn", "longrope"].contains(type)
      ? try Self.originalContext(config, parameters, family, file) : nil
    scaling = try RopeScaling(
      type, parameters, context: context, originalContext: original ?? context, file: file)
  }

  /// The context that the model was first trained for, beside the rope's dictionary or in it. A default of
  /// transformers comes before what is only in it.
  private static func originalContext(
    _ config: JSONObject, _ parameters: JSONObject, _ family: Architecture, _ file: String
  ) throws(FileError) -> Int? {
    let key = "original_max_position_embeddings"
    let inner = parameters[key]
    guard let standard = family.originalContext, config[key] == nil else {
      return try same(key, inner, config[key], file)?.int
    }
    guard let inner, !inner.means(.int(standard)) else { return standard }
    throw FileError(
      .malformed, file: file,
      cause:
        "\"\(key)\" is \(inner.excerpt) among the rope's keys, and transformers takes \(standard) "
        + "where it is not beside them",
      fix: "write it beside them as well")
  }

  /// The dictionaries that describe the rope, by their keys. Where layers with a window have one of their own,
  /// `rope_parameters` has a dictionary for each kind of layer, and `rope_scaling` is for those without.
  private static func places(
    _ config: JSONObject, _ family: Architecture, isWindowed: Bool, _ file: String
  ) throws(FileError) -> [(key: String, object: JSONObject)] {
    let kinds = ["full_attention", "sliding_attention"]
    let keys = isWindowed ? ["rope_parameters"] : ["rope_scaling", "rope_parameters"]
    var places: [(key: String, object: JSONObject)] = []
    for key in keys {
      guard let object = config[key]?.object, !object.members.isEmpty else { continue }
      guard family.windowRopeBase != nil, key == "rope_parameters" else {
        places.append((key, object))
        continue
      }
      try KeyTable(
        kinds.map { .init($0, .read(.object, allowsNull: true)) },
        fix: "give one dictionary for each kind of layer"
      ).check(object, of: key, file: file)
      let kind = kinds[isWindowed ? 1 : 0]
      if let part = object[kind]?.object { places.append(("\(key).\(kind)", part)) }
    }
    return places
  }

  private static func type(
    _ parameters: JSONObject, _ family: Architecture, _ file: String
  ) throws(FileError) -> String {
    let value = try same("rope_type", parameters["rope_type"], parameters["type"], file)
    guard let value else { return "default" }
    if let type = value.string.flatMap({ family.ropeTypes[$0] }) { return type }
    let known = Architecture.quoted(family.ropeTypes.keys.sorted())
    throw FileError(
      .unsupported, file: file, cause: "the model scales rope by \(value.excerpt) (\"rope_type\")",
      fix: "use a model of type \"\(family.name)\" whose rope is one of \(known)")
  }

  /// The value that stands at one of two places, or at both.
  private static func same(
    _ key: String, _ one: JSONValue?, _ other: JSONValue?, _ file: String
  ) throws(FileError) -> JSONValue? {
    guard let one, let other, !one.means(other) else { return one ?? other }
    throw FileError(
      .malformed, file: file,
      cause: "\"\(key)\" is \(one.excerpt) in one place and \(other.excerpt) in another",
      fix: "keep the one that the model was trained with")
  }

  private static func requireAgreement(
    _ one: (key: String, object: JSONObject), _ other: (key: String, object: JSONObject),
    _ file: String
  ) throws(FileError) {
    for key in one.object.keys + other.object.keys {
      let (left, right) = (one.object[key], other.object[key])
      if let left, let right, left.means(right) { continue }
      throw FileError(
        .malformed, file: file,
        cause: "\"\(key)\" is \(left?.excerpt ?? "missing") in \"\(one.key)\" and "
          + "\(right?.excerpt ?? "missing") in \"\(other.key)\"",
        fix: "keep the one of the two that the model was trained with")
    }
  }
}
