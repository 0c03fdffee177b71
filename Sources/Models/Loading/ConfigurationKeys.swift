import Checkpoints
import Files
import Tensors

/// The keys of a Hugging Face `config.json`: those of a family (its own file in `Architectures`), what
/// PretrainedConfig of transformers 5.24 has and wrote since version 4.0, and what published models add.
extension KeyTable {
  package static func configuration(_ family: Architecture) -> KeyTable {
    KeyTable(
      sizes(family.keys) + constants(family) + (family.positions == .rotary ? rope(family) : [])
        + family.windows.keys + family.scales.map(\.entry) + family.settings + activation(family)
        + switches,
      ignoring: descriptions + programSettings + generationSettings + family.ignoredSettings,
      prefixes: ["unsloth_"],
      fix: "use a model of type \"\(family.name)\" without it")
  }

  static let sizes = 1...1 << 24
  /// A base below 1 would turn pairs the faster, the higher their number, beyond what a float holds.
  static let ropeBase = 1...Double.greatestFiniteMagnitude
  static let positive = Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude
  static let notNegative = 0...Double(Float.greatestFiniteMagnitude)

  private static func sizes(_ keys: ConfigurationNames) -> [Entry] {
    let needed = [keys.hidden, keys.layers, keys.heads, keys.vocabulary, keys.context]
    let derived = [keys.keyValueHeads?.name, keys.head].compactMap { $0 }
    return needed.flatMap(\.names).map { Entry($0, .read(.integer(sizes))) }
      + derived.map { Entry($0, .read(.integer(sizes), allowsNull: true)) } + [
        Entry(
          keys.intermediate.name,
          .read(.integer(sizes), allowsNull: keys.intermediateFactor != nil))
      ] + (keys.normEpsilon.name.map { [Entry($0, .read(.fraction(notNegative)))] } ?? [])
  }

  private static func constants(_ family: Architecture) -> [Entry] {
    [
      Entry("model_type", .read(.text)),
      Entry("architectures", .read(.words(family.classes), allowsNull: true)),
      Entry("tie_word_embeddings", .read(.bool)),
      Entry("bos_token_id", .read(.integer(-1...1 << 24), allowsNull: true)),
      Entry("eos_token_id", .read(.tokens, allowsNull: true)),
      Entry("pad_token_id", .read(.integer(-1...1 << 24), allowsNull: true)),
    ]
  }

  private static func activation(_ family: Architecture) -> [Entry] {
    family.activationKey.map { key in
      [Entry(key, .read(.word(family.activation.choices.keys.sorted())))]
    } ?? []
  }

  private static func rope(_ family: Architecture) -> [Entry] {
    if let count = family.turnedCount { return [Entry(count.name, .read(.integer(sizes)))] }
    var entries = [
      Entry(family.ropeBaseKey, .read(.number(ropeBase))),
      Entry("rope_parameters", .read(.object, allowsNull: true)),
      Entry("rope_scaling", .read(.object, allowsNull: true)),
      Entry("original_max_position_embeddings", .read(.integer(sizes))),
      turnedShare(family.turnedShareKey, family),
    ]
    if family.windowRopeBase != nil, let key = family.windowRopeBaseKey {
      entries.append(Entry(key, .read(.number(ropeBase))))
    }
    if family.unturnedEvery != nil {
      entries += [
        Entry("no_rope_layers", .read(.any)),
        Entry("no_rope_layer_interval", .read(.integer(sizes))),
      ]
    }
    return entries
  }

  private static func turnedShare(_ key: String, _ family: Architecture) -> Entry {
    let share = Double.leastNonzeroMagnitude...1
    return Entry(
      key,
      family.turnsPartOfHeads ? .read(.number(share), allowsNull: true) : .only([1, nil]))
  }

  private static let quantizedFix =
    "take the model's files in BF16 or F16, or a GGUF file of it, whose 4-bit types are read"

  /// What any family can switch on, or files of other kinds of models have.
  private static let switches: [Entry] = [
    Entry("quantization_config", .read(.object, allowsNull: true)),
    Entry("quantization", .only([nil]), fix: quantizedFix),
    Entry("compression_config", .only([nil]), fix: quantizedFix),
    Entry("per_layer_config", .only([nil])),
    Entry("pruned_heads", .only([nil, [:]])),
    Entry("chunk_size_feed_forward", .only([0])),
    Entry("is_encoder_decoder", .only([false])),
    Entry("is_decoder", .only([false, true])),
    Entry("add_cross_attention", .only([false])),
    Entry("cross_attention_hidden_size", .only([nil])),
    Entry("tie_encoder_decoder", .only([false])),
    Entry("prefix", .only([nil, ""])),
    // Code beside the weights: transformers has its own for the types that are read here, and takes that.
    Entry("auto_map", .read(.object, allowsNull: true)),
  ]

  private static let descriptions = [
    "_name_or_path", "name_or_path", "_commit_hash", "transformers_version", "tokenizer_class",
    "dtype", "torch_dtype", "id2label", "label2id", "num_labels", "_num_labels", "problem_type",
    "finetuning_task", "task_specific_params", "custom_pipelines",
    "transformers.js_config", "max_sequence_length", "model_max_length",
    "tokenizer_model_max_length", "tokenizer_padding_side",
  ]

  /// How a program trains or runs the model.
  private static let programSettings = [
    "use_cache", "initializer_range", "return_dict", "use_return_dict", "output_hidden_states",
    "output_attentions", "torchscript", "use_bfloat16", "tf_legacy_loss",
    "gradient_checkpointing", "attn_implementation", "_attn_implementation",
    "_attn_implementation_internal", "_attn_implementation_autoset", "_flash_attn_2_enabled",
    "_output_attentions", "_experts_implementation", "experts_implementation",
    "tie_last_hidden_states",
  ]

  /// Settings of generation that old versions wrote here and transformers 5 drops.
  private static let generationSettings = [
    "max_length", "min_length", "max_new_tokens", "do_sample", "early_stopping", "num_beams",
    "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty",
    "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids",
    "num_return_sequences", "output_scores", "return_dict_in_generate", "forced_bos_token_id",
    "forced_eos_token_id", "remove_invalid_values", "exponential_decay_length_penalty",
    "suppress_tokens", "begin_suppress_tokens", "num_beam_groups", "diversity_penalty",
    "sep_token_id", "decoder_start_token_id",
  ]
}

/// The keys of the dictionary `rope_parameters`, formerly `rope_scaling`, by `rope_type`.
extension KeyTable {
  package static func ropeParameters(_ scaling: String, _ family: Architecture) -> KeyTable {
    let factors: [Entry] =
      switch scaling {
      case "linear", "dynamic": [factor]
      case "yarn":
        [
          Entry("factor", .read(.number(1...Double.greatestFiniteMagnitude), allowsNull: true)),
          originalContext, Entry("truncate", .read(.bool)),
          // How the model was made.
          Entry("finetuned", .read(.bool)),
          // Qwen 3's files have it for other programs; transformers reads `attention_factor`.
          Entry("attn_factor", .read(.number(notNegative), allowsNull: true)),
        ]
          + ["attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim"].map {
            Entry($0, .read(.number(notNegative), allowsNull: true))
          }
      case "longrope":
        [
          Entry("factor", .read(.number(1...Double.greatestFiniteMagnitude), allowsNull: true)),
          Entry("attention_factor", .read(.number(notNegative), allowsNull: true)),
          originalContext, Entry("short_factor", .read(.any)), Entry("long_factor", .read(.any)),
        ]
      case "llama3":
        [
          factor, Entry("low_freq_factor", .read(.number(positive))),
          Entry("high_freq_factor", .read(.number(positive))),
          originalContext,
        ]
      default: []
      }
    return KeyTable(
      [
        Entry("rope_type", .read(.text)), Entry("type", .read(.text)),
        Entry("rope_theta", .read(.number(ropeBase))),
        turnedShare("partial_rotary_factor", family),
      ] + factors, fix: "take config.json from the model's own folder")
  }

  private static var originalContext: Entry {
    Entry("original_max_position_embeddings", .read(.integer(sizes)))
  }

  private static var factor: Entry {
    Entry("factor", .read(.number(1...Double.greatestFiniteMagnitude)))
  }
}

/// The keys of `generation_config.json`. Settings that a recipe states itself are the recipe's; what
/// would change a reply behind its back is refused.
extension KeyTable {
  package static let generation = KeyTable(
    [
      Entry("bos_token_id", .read(.tokens, allowsNull: true)),
      Entry("eos_token_id", .read(.tokens, allowsNull: true)),
      Entry("pad_token_id", .read(.tokens, allowsNull: true)),
      Entry("num_beams", .only([1, nil])), Entry("num_beam_groups", .only([1, nil])),
      Entry("typical_p", .only([1, nil])), Entry("epsilon_cutoff", .only([0, nil])),
      Entry("eta_cutoff", .only([0, nil])), Entry("top_h", .only([nil])),
      Entry("penalty_alpha", .only([nil, 0])),
      Entry("dola_layers", .only([nil])), Entry("prompt_lookup_num_tokens", .only([nil])),
      Entry("no_repeat_ngram_size", .only([0, nil])),
      Entry("encoder_no_repeat_ngram_size", .only([0, nil])),
      Entry("encoder_repetition_penalty", .only([1, nil])),
      Entry("bad_words_ids", .only([nil, []])), Entry("force_words_ids", .only([nil, []])),
      Entry("suppress_tokens", .only([nil, []])), Entry("begin_suppress_tokens", .only([nil, []])),
      Entry("sequence_bias", .only([nil, [:], []])), Entry("constraints", .only([nil, []])),
      Entry("forced_bos_token_id", .only([nil])), Entry("forced_eos_token_id", .only([nil])),
      Entry("forced_decoder_ids", .only([nil, []])),
      Entry("exponential_decay_length_penalty", .only([nil])),
      Entry("guidance_scale", .only([nil, 1])), Entry("watermarking_config", .only([nil])),
      Entry("stop_strings", .only([nil, []])), Entry("token_healing", .only([false, nil])),
      Entry("min_length", .only([0, nil])), Entry("min_new_tokens", .only([0, nil])),
      Entry("diversity_penalty", .only([0, nil])), Entry("use_mtp", .only([false, nil])),
      Entry("max_time", .only([nil])), Entry("use_cache", .read(.bool, allowsNull: true)),
    ],
    ignoring: [
      "do_sample", "temperature", "top_k", "top_p", "min_p", "repetition_penalty", "max_length",
      "max_new_tokens", "length_penalty", "early_stopping", "renormalize_logits",
      "remove_invalid_values", "low_memory", "_from_model_config", "transformers_version",
      "cache_implementation", "cache_config", "max_cache_len",
      "return_legacy_cache", "prefill_chunk_size", "num_return_sequences", "output_attentions",
      "output_hidden_states", "output_scores", "output_logits", "return_dict_in_generate",
      "decoder_start_token_id", "is_assistant", "num_assistant_tokens",
      "num_assistant_tokens_schedule", "assistant_confidence_threshold", "assistant_early_exit",
      "assistant_lookbehind", "target_lookbehind", "max_matching_ngram_size", "compile_config",
      "disable_compile", "trust_remote_code",
    ],
    fix: "remove it from the file, and state in the recipe what replies should be like")
}

extension FeedForwardActivation {
  /// The activations as `ACT2FN` of transformers calls them, alone and on a gate.
  private static let named: [(name: String, alone: Self?, onGate: Self?)] = [
    ("gelu", .gelu, .geGLU), ("gelu_python", .gelu, .geGLU), ("gelu_new", .geluTanh, .geGLUTanh),
    ("gelu_fast", .geluTanh, .geGLUTanh), ("gelu_pytorch_tanh", .geluTanh, .geGLUTanh),
    ("relu", .relu, .reGLU), ("relu2", .squaredReLU, nil), ("silu", nil, .swiGLU),
    ("swish", nil, .swiGLU),
  ]

  /// What a configuration may name in place of this one, by its name.
  var choices: [String: Self] {
    var result: [String: Self] = [:]
    for row in Self.named { result[row.name] = isGated ? row.onGate : row.alone }
    return result
  }
  /// The first name of this one.
  var name: String? {
    Self.named.first { (isGated ? $0.onGate : $0.alone) == self }?.name
  }
}
