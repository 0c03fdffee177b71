import Tokenizers

/// How llama.cpp cuts the text of byte-level models into words, by the names in `tokenizer.ggml.pre`
/// (src/llama-vocab.cpp, version 0.3.36 of llama-cpp-python). Its patterns are the authors' own as far as its
/// engine can have them; where they differ from tokenizer.json, so do its tokens.
enum GGUFSplitting {
  enum Step: Sendable {
    case rule(PreTokenizer)
    case pattern(String)
  }

  struct Family: Sendable {
    let names: [String]
    let steps: [Step]
    /// Whether words that are tokens are taken whole, and whether texts begin with a token where the file
    /// does not say.
    let takesWholeWords: Bool
    let addsBegin: Bool

    fileprivate init(
      _ names: [String], _ steps: [Step], takesWholeWords: Bool = false, addsBegin: Bool = false
    ) {
      self.names = names
      self.steps = steps
      self.takesWholeWords = takesWholeWords
      self.addsBegin = addsBegin
    }

    func splits() throws(TokenizerError) -> [SplitStep] {
      var splits: [SplitStep] = []
      for step in steps {
        switch step {
        case .rule(let rule): splits.append(.rule(rule))
        case .pattern(let text):
          splits.append(
            .pattern(try Pattern(text, endsAtLines: false), .isolated, isInverted: false))
        }
      }
      return splits
    }
  }

  /// The family of a name; nil for one that is not supported: `default` is a rule of llama.cpp's own, which
  /// no model was trained with.
  static func family(named name: String) -> Family? {
    families.first { $0.names.contains(name) }
  }

  static let families: [Family] = [
    Family(
      [
        "minicpm5"
      ],
      [
        .pattern(
          ##"\p{N}{1,3}"##),
        .pattern(
          ##"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{"##
            + ##"N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##),
      ], takesWholeWords: true),
    Family(
      [
        "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0",
        "lfm2", "jina-v5-nano",
      ],
      [
        .rule(.llama3)
      ], takesWholeWords: true, addsBegin: true),
    Family(
      [
        "deepseek-llm"
      ],
      [
        .pattern(
          ##"[\r\n]"##),
        .pattern(
          ##"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-"##
            + ##"Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK"##
            + ##"-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠"##
            + ##"-𑣟𞤀-𞥃]+"##),
        .pattern(
          ##"\s?[!-/:-~！-／：-～‘-‟\u{3000}-。]+"##),
        .pattern(
          ##"\s+$"##),
        .pattern(
          ##"[一-龥ࠀ-一가-\u{D7FF}]+"##),
        .pattern(
          ##"\p{N}+"##),
      ]),
    Family(
      [
        "deepseek-coder"
      ],
      [
        .pattern(
          ##"[\r\n]"##),
        .pattern(
          ##"\s?\p{L}+"##),
        .pattern(
          ##"\s?\p{P}+"##),
        .pattern(
          ##"[一-龥ࠀ-一가-\u{D7FF}]+"##),
        .pattern(
          ##"\p{N}"##),
      ]),
    Family(
      [
        "deepseek-v3", "hunyuan-dense", "hy_v4", "joyai-llm",
      ],
      [
        .pattern(
          ##"\p{N}{1,3}"##),
        .pattern(
          ##"[一-龥\u{3040}-ゟ゠-ヿ]+"##),
        .pattern(
          ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?["##
            + ##"\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##),
      ]),
    Family(
      [
        "spark2_5"
      ],
      [
        .pattern(
          ##"\p{N}{1,3}"##),
        .pattern(
          ##"[一-龥\u{3040}-ゟ゠-ヿ]+"##),
        .pattern(
          ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?["##
            + ##"\p{L}\p{M}]+| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+"##),
        .pattern(
          ##"\p{N}"##),
      ]),
    Family(
      [
        "youtu"
      ],
      [
        .pattern(
          ##"[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥\u{3040}-ゟ゠-ヿ]+"##),
        .pattern(
          ##"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]*[\p{L}\p{M}]+(?:'[sS]|'[tT]|'[rR][eE]|'[v"##
            + ##"V][eE]|'[mM]|'[lL][lL]|'[dD])?|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+[\p{L}\p{M"##
            + ##"}]*(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|\p{N}| ?[^"##
            + ##"\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"##),
      ], takesWholeWords: true),
    Family(
      [
        "falcon"
      ],
      [
        .pattern(
          ##"[\p{P}\$\+<=>\^~\|`]+"##),
        .rule(.gpt2),
        .pattern(
          ##"[0-9][0-9][0-9]"##),
      ]),
    Family(
      [
        "mpt", "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es",
        "jina-v2-de", "a.x-4.0", "mellum", "modern-bert", "olmo", "jais", "exaone4",
        "trillion", "granite-docling",
      ],
      [
        .rule(.gpt2)
      ]),
    Family(
      [
        "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b",
        "mellum2",
      ],
      [
        .rule(.smollm)
      ]),
    Family(
      [
        "jais-2"
      ],
      [
        .pattern(
          ##"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{"##
            + ##"N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s{512}(?!\S)"##
            + ##"|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8"##
            + ##"}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}"##)
      ]),
    Family(
      [
        "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "megrez", "hunyuan",
        "grok-2", "solar-open",
      ],
      [
        .rule(.qwen2)
      ]),
    Family(
      [
        "qwen35"
      ],
      [
        .pattern(
          ##"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{"##
            + ##"N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!"##
            + ##"\S)|\s+"##)
      ]),
    Family(
      [
        "dbrx", "smaug-bpe", "chatglm-bpe",
      ],
      [
        .rule(.llama3)
      ]),
    Family(
      [
        "poro-chat", "bloom", "gpt3-finnish",
      ],
      [
        .pattern(
          ##" ?[^(\s|.,!?…。，、।۔،)]+"##)
      ]),
    Family(
      [
        "glm4", "glm5",
      ],
      [
        .rule(.llama3)
      ], takesWholeWords: true),
    Family(
      [
        "viking"
      ],
      [
        .pattern(
          ##" ?[^(\s|.,!?…。，、।۔،)]+"##),
        .pattern(
          ##"\p{N}"##),
      ]),
    Family(
      [
        "tekken"
      ],
      [
        .pattern(
          ##"[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+|[^\r\n\p{"##
            + ##"L}\p{N}]?((?=[\p{L}])([^a-z]))+((?=[\p{L}])([^A-Z]))*|\p{N}| ?[^\s\p{L}"##
            + ##"\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"##)
      ], takesWholeWords: true, addsBegin: true),
    Family(
      [
        "exaone-moe"
      ],
      [
        .pattern(
          ##"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{"##
            + ##"N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|"##
            + ##"\s*[\r\n]|\s+(?!\S)|\s+"##)
      ]),
    Family(
      [
        "chameleon"
      ],
      [
        .pattern(
          ##"<sentinel:[0-9]+>"##),
        .pattern(
          ##"(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z"##),
        .pattern(
          ##"([\t\n]|    |  )"##),
        .pattern(
          ##"\p{N}"##),
        .pattern(
          ##"[\p{P}!-/:-@\[-`{-~]"##),
        .rule(.gpt2),
      ], addsBegin: true),
    Family(
      [
        "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2",
      ],
      [
        .pattern(
          ##"[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+(?:'[sS]|'"##
            + ##"[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|[^\r\n\p{L}\p{N}]?((?=["##
            + ##"\p{L}])([^a-z]))+((?=[\p{L}])([^A-Z]))*(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE"##
            + ##"]|'[mM]|'[lL][lL]|'[dD])?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n"##
            + ##"]+|\s+(?!\S)|\s+"##)
      ]),
    Family(
      [
        "granite-embed-multi-97m"
      ],
      [
        .pattern(
          ##"[^\r\n\p{L}\p{N}]?((?=[\p{L}\p{M}])([^a-z]))*((?=[\p{L}\p{M}])([^A-Z]))+"##
            + ##"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|[^\r\n\p{L}\p"##
            + ##"{N}]?((?=[\p{L}\p{M}])([^a-z]))+((?=[\p{L}\p{M}])([^A-Z]))*(?:'[sS]|'[tT"##
            + ##"]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|\p{N}{1,3}| ?[^\s\p{L}\p{N"##
            + ##"}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"##)
      ], takesWholeWords: true),
    Family(
      [
        "bailingmoe", "bailingmoe2", "llada-moe",
      ],
      [
        .pattern(
          ##"'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N"##
            + ##"}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"##)
      ]),
    Family(
      [
        "seed-coder"
      ],
      [
        .pattern(
          ##"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{"##
            + ##"N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"##)
      ]),
    Family(
      [
        "ufakzeka"
      ],
      [
        .pattern(
          ##"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+("##
            + ##"?!\S)|\s+"##)
      ]),
    Family(
      [
        "laguna"
      ],
      [
        .pattern(
          ##"[^\n]+|[\n]+"##),
        .rule(.qwen2),
      ]),
  ]
}
