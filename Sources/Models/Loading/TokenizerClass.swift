import Files
import Tokenizers

/// What transformers 5 makes of a tokenizer class: the pipeline of `tokenizer.json`, or one of the
/// class's own in its place (models/auto/tokenization_auto.py; models/…/tokenization_….py).
enum TokenizerClass {
  /// Classes without a pipeline of their own.
  private static let plain: Set<String> = [
    "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend", "BloomTokenizer",
  ]

  /// The class that transformers has for a model type, where that is one with a pipeline of its own.
  private static let registered: [String: String] = [
    "qwen2": "Qwen2Tokenizer", "qwen3": "Qwen2Tokenizer", "gpt2": "GPT2Tokenizer",
    "gptj": "GPT2Tokenizer", "gpt_neo": "GPT2Tokenizer", "opt": "GPT2Tokenizer",
    "phi": "GPT2Tokenizer", "starcoder2": "GPT2Tokenizer", "gpt_neox": "GPTNeoXTokenizer",
    "olmo": "GPTNeoXTokenizer", "gemma": "GemmaTokenizer", "gemma2": "GemmaTokenizer",
    "gemma3": "GemmaTokenizer", "gemma3_text": "GemmaTokenizer", "cohere": "CohereTokenizer",
    "cohere2": "CohereTokenizer",
  ]

  /// Model types whose files are read as they are, whatever class they name.
  private static let byFile: Set<String> = [
    "mistral", "ministral", "mistral3", "mixtral", "phi3", "phimoe", "granite", "olmo2", "olmo3",
    "stablelm", "gpt_bigcode", "glm", "glm4", "nemotron", "internlm2", "internlm3", "minicpm3",
    "jamba", "modernbert-decoder", "persimmon", "ernie4_5", "hyperclovax",
  ]

  /// The class that transformers takes for a type of models whatever their files name, as some are known to name a
  /// wrong one; nil where the files have their way.
  static func fixed(for type: String) -> String? { type == "qwen2" ? registered[type] : nil }

  /// What the files' class does with text in place of `file`; nil where the file has its way.
  static func plan(
    _ settings: TokenizerSettings, _ file: TokenizerJSON
  ) throws(FileError) -> TokenizerPlan? {
    let type = settings.modelType ?? ""
    let named = try settings.namedClass()
    // A file that names a class without a pipeline is taken at its word.
    let isPlain = named.map(plain.contains) ?? false
    let trusted = (isPlain ? nil : fixed(for: type)) ?? named ?? registered[type]
    guard let name = trusted, !plain.contains(name), !byFile.contains(type) else {
      return nil
    }
    // Llama 3's files name Llama 2's class.
    if name == "LlamaTokenizer", file.isByteLevel { return nil }
    guard var plan = pipeline(of: name, settings, file) else {
      guard TokenizerClassNames.others.contains(name) else { return nil }
      throw FileError(
        .unsupported, file: settings.file,
        cause: "tokenizer_class is \"\(name)\", which is not supported",
        fix:
          "if tokenizer.json holds all of the tokenizer, write \"PreTrainedTokenizerFast\" there")
    }
    plan.ofClass = ClassTokens(
      defaults: (defaults[name] ?? []).map { (role: $0 + "_token", text: $1) },
      renewed: renewed[name] ?? .none, writesBegin: name == "CodeLlamaTokenizer")
    return plan
  }

  /// The tokens that classes give to roles which the settings leave open.
  private static let defaults: [String: [(String, String)]] = {
    let end = "<|endoftext|>"
    let gpt2 = [("bos", end), ("eos", end), ("unk", end)]
    let llama = [("bos", "<s>"), ("eos", "</s>"), ("unk", "<unk>")]
    return [
      "GPT2Tokenizer": gpt2, "CodeGenTokenizer": gpt2,
      "GPTNeoXTokenizer": gpt2 + [("pad", "<|padding|>")],
      "Qwen2Tokenizer": [("eos", end), ("unk", end), ("pad", end)],
      "CohereTokenizer": [
        ("bos", "<BOS_TOKEN>"), ("eos", "<|END_OF_TURN_TOKEN|>"), ("unk", "<UNK>"),
        ("sep", "<SEP>"), ("pad", "<PAD>"), ("cls", "<CLS>"), ("mask", "<MASK_TOKEN>"),
      ],
      "LlamaTokenizer": llama,
      "CodeLlamaTokenizer": llama + [
        ("prefix", "\u{2581}<PRE>"), ("middle", "\u{2581}<MID>"), ("suffix", "\u{2581}<SUF>"),
        ("eot", "\u{2581}<EOT>"), ("fill", "<FILL_ME>"),
      ],
      "GemmaTokenizer": [
        ("bos", "<bos>"), ("eos", "<eos>"), ("unk", "<unk>"), ("pad", "<pad>"), ("mask", "<mask>"),
      ],
    ]
  }()

  private static let renewed: [String: ClassTokens.Renewed] = [
    "Qwen2Tokenizer": .all, "CohereTokenizer": .extras,
  ]

  private static func pipeline(
    of name: String, _ settings: TokenizerSettings, _ file: TokenizerJSON
  ) -> TokenizerPlan? {
    let prefix: [SplitStep] = settings.flag("add_prefix_space") == true ? [.prefixSpace] : []
    switch name {
    case "GPT2Tokenizer", "CodeGenTokenizer":
      return TokenizerPlan(byteLevel: TextPipeline(splits: prefix + [.rule(.gpt2)]))
    case "Qwen2Tokenizer":
      let split: [SplitStep] = [.rule(.qwen2)]
      return TokenizerPlan(byteLevel: TextPipeline(normalizers: [.nfc], splits: split + prefix))
    case "GPTNeoXTokenizer":
      var plan = TokenizerPlan(
        byteLevel: TextPipeline(normalizers: [.nfc], splits: prefix + [.rule(.gpt2)]))
      plan.writesOpening = false
      return plan
    case "CohereTokenizer":
      let splits: [SplitStep] =
        prefix.isEmpty ? [.rule(.smollm)] : [.digits(.isolated)] + prefix + [.rule(.gpt2)]
      return TokenizerPlan(byteLevel: TextPipeline(normalizers: [.nfc], splits: splits))
    case "LlamaTokenizer": return llama(settings)
    case "CodeLlamaTokenizer": return codeLlama(settings, file)
    case "GemmaTokenizer": return gemma(file)
    default: return nil
    }
  }

  private static func llama(_ settings: TokenizerSettings) -> TokenizerPlan {
    let addsSpace = settings.flag("add_prefix_space") ?? true
    let prefix: Metaspace.Prefix =
      !addsSpace ? .never : settings.flag("legacy") ?? false ? .always : .first
    var units = BytePairEncoder.Units()
    units.fallsBackToBytes = true
    units.fusesUnknown = true
    return TokenizerPlan(
      characters: TextPipeline(splits: [.metaspace(Metaspace(prefix: prefix, splits: false))]),
      decoding: .sentencePiece(opening: addsSpace ? .withoutSpaces(1) : .kept), units: units)
  }

  private static func codeLlama(
    _ settings: TokenizerSettings, _ file: TokenizerJSON
  ) -> TokenizerPlan {
    let addsSpace = settings.flag("add_prefix_space") ?? true
    return TokenizerPlan(
      characters: TextPipeline(
        splits: [.metaspace(Metaspace(prefix: addsSpace ? .first : .never, splits: false))]),
      decoding: .sentencePiece(opening: .withoutSpaces(1)), units: spelled(file))
  }

  /// Characters that are no token in bytes, else as `<unk>`.
  private static func spelled(_ file: TokenizerJSON) -> BytePairEncoder.Units {
    var units = BytePairEncoder.Units()
    units.fallsBackToBytes = true
    units.fusesUnknown = true
    units.unknown = file.model["vocab"]?["<unk>"]?.int.flatMap { Int32(exactly: $0) }
    return units
  }

  private static func gemma(_ file: TokenizerJSON) -> TokenizerPlan {
    let spaces = Normalizer.replace([UInt8(ascii: " ")], with: Metaspace.standard)
    return TokenizerPlan(
      characters: TextPipeline(normalizers: [spaces]),
      decoding: .sentencePiece(opening: .kept), units: spelled(file))
  }
}
