import Checkpoints
import Files
import Tensors
import Tokenizers

/// A model of a GGUF file as transformers has it: names and orders of its tensors, config.json, and the files of its
/// tokenizer. What is made is compared with the model before it is used: a model or a tokenizer that those files say
/// otherwise is refused.
struct HuggingFaceConversion {
  let tensors: [OutgoingTensor]
  let config: [UInt8]
  /// The other files.
  let companions: [FolderFile]
  /// What is otherwise there than in the file, as clauses.
  let notes: [String]

  /// - Parameters:
  ///   - weights: in f32, f16 or bf16.
  ///   - format: what `config.json` says of them; nil for the one that most linear layers have.
  init(
    of model: LoadedModel, weights: FrozenWeights, as format: WeightFormat?, to folder: String
  ) throws(FileError) {
    let source = model.decoder.description
    let metadata = try GGUFParts(path: model.path).metadata
    var (config, target) = try Self.configuration(of: model, to: folder)
    config["torch_dtype"] = (format ?? weights.mostLinearFormat)?.torchName.map { .string($0) }
    let template = try ChatTemplateSource(gguf: metadata)
    let writing = try GGUFTokenizerJSON(metadata, of: model.tokenizer)
    let tokenizer = try writing.root()
    var settings = Self.tokenizerSettings(of: model, template)
    let named = try Self.tokenizerClass(for: source.architecture) { name throws(FileError) in
      settings["tokenizer_class"] = .string(name)
      return try writing.agrees(with: tokenizer, settings, config, in: folder)
    }
    guard let named else {
      throw writing.unwritable("would give other tokens there")
    }
    self.config = Self.bytes(config)
    companions = [
      FolderFile("generation_config.json", Self.bytes(Self.generation(of: model))),
      FolderFile("tokenizer.json", Self.bytes(tokenizer)),
      FolderFile("tokenizer_config.json", Self.bytes(settings)),
    ]
    tensors = source.tensors(of: weights, as: target)
    notes = writing.notes + [named.note, template?.note].compactMap(\.self)
  }

  private static func bytes(_ object: JSONObject) -> [UInt8] {
    Array(JSONValue.object(object).text(.pretty, sortedKeys: false).utf8)
  }

  // MARK: - The model

  /// The configuration that amounts to the model, and what it amounts to.
  private static func configuration(
    of model: LoadedModel, to folder: String
  ) throws(FileError) -> (config: JSONObject, target: DecoderDescription) {
    let source = model.decoder.description
    let special = model.tokenizer.specialTokens
    var differences = ["family"]
    if let family = Architecture.named(source.architecture) {
      for form in family.forms {
        var config = family.configuration(of: source, form)
        // transformers has defaults for those that are missing
        config["bos_token_id"] = number(special.beginOfSequence)
        config["eos_token_id"] = number(special.endOfSequence)
        config["pad_token_id"] = number(special.padding)
        let target = try DecoderDescription(
          huggingFace: .object(config), file: folder + "/config.json")
        differences = target.differences(from: source)
        if differences.isEmpty { return (config, target) }
      }
    }
    throw FileError(
      .unsupported, file: model.path,
      cause: "config.json of models of type \"\(source.architecture)\" cannot say this one's "
        + differences.joined(separator: ", "),
      fix: "write a .gguf file")
  }

  private static func number(_ token: Int32?) -> JSONValue {
    token.map { .int(Int($0)) } ?? .null
  }

  /// Every token that ends a reply, the one that ends a text first.
  private static func generation(of model: LoadedModel) -> JSONObject {
    let special = model.tokenizer.specialTokens
    let others = special.endsOfReply.subtracting([special.endOfSequence].compactMap(\.self))
    let ends = ([special.endOfSequence].compactMap(\.self) + others.sorted()).map { number($0) }
    return [
      "bos_token_id": number(special.beginOfSequence),
      "eos_token_id": ends.count == 1 ? ends[0] : ends.isEmpty ? .null : .array(ends),
      "pad_token_id": number(special.padding),
    ]
  }

  // MARK: - The tokenizer

  /// The class with which transformers gives the tokens of the GGUF file: that of tokenizer.json's way, but where
  /// transformers has one for the type of models whatever their files say; nil where none does.
  ///
  /// - Parameter agrees: whether the tokens are those with a class.
  private static func tokenizerClass(
    for type: String, agrees: (String) throws(FileError) -> Bool
  ) throws(FileError) -> (name: String, note: String?)? {
    let fixed = TokenizerClass.fixed(for: type)
    if let fixed, try agrees(fixed) {
      return (
        fixed,
        "transformers reads text for models of type \"\(type)\" by a class of its own, which composes "
          + "characters (NFC) as the GGUF file's tokenizer does not: letters in parts have other tokens "
          + "there"
      )
    }
    let plain = "PreTrainedTokenizerFast"
    guard try agrees(plain) else { return nil }
    let note = fixed.map {
      "transformers 5 takes \($0) for models of type \"\(type)\" whatever their files say, which gives "
        + "some texts other tokens than the GGUF file does"
    }
    return (plain, note)
  }

  /// `tokenizer_config.json`, but for the class.
  private static func tokenizerSettings(
    of model: LoadedModel, _ template: ChatTemplateSource?
  ) -> JSONObject {
    let special = model.tokenizer.specialTokens
    var settings = JSONObject()
    let roles = [
      ("bos_token", special.beginOfSequence), ("eos_token", special.endOfSequence),
      ("unk_token", special.unknown), ("pad_token", special.padding),
    ]
    for (role, id) in roles {
      settings[role] = id.map { .string(model.tokenizer.name(of: $0)) } ?? .null
    }
    settings["model_max_length"] = .int(model.decoder.description.sizes.context)
    settings["clean_up_tokenization_spaces"] = false
    settings["chat_template"] = template?.setting
    return settings
  }
}

extension ChatTemplateSource {
  /// `chat_template` of tokenizer_config.json: the template, or a list of named ones.
  fileprivate var setting: JSONValue? {
    switch self {
    case .jinja(let text, nil): .string(text)
    case .jinja(let text, let tools?):
      [
        ["name": "default", "template": .string(text)],
        ["name": .string(Self.toolUse), "template": .string(tools)],
      ]
    case .unusable: nil
    }
  }

  /// What is said where there is no template.
  fileprivate var note: String? {
    guard case .unusable(let reason) = self else { return nil }
    return "the folder has no chat template: \(reason)"
  }
}
