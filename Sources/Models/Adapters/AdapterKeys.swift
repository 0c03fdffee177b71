import Checkpoints
import Files

/// The keys of PEFT's `adapter_config.json`: PeftConfig and LoraConfig of PEFT 0.21.
extension KeyTable {
  package static let adapter = KeyTable(
    read + variants,
    ignoring: [
      "auto_mapping", "base_model_name_or_path", "inference_mode", "megatron_core", "peft_version",
      "qalora_group_size", "revision", "runtime_config",
    ],
    fix: "train or convert the adapter without it")

  private static let read: [Entry] = [
    Entry("peft_type", .read(.word(["LORA"]))),
    Entry("r", .read(.integer(1...1 << 16))),
    Entry("lora_alpha", .read(.number(-1e30...1e30))),
    Entry("lora_dropout", .read(.number(0...0.999))),
    Entry("use_rslora", .read(.bool)),
    // PEFT sets it to what the layer is.
    Entry("fan_in_fan_out", .read(.bool)),
    Entry("target_modules", .read(.any)),
    Entry("exclude_modules", .read(.any, allowsNull: true)),
    Entry("layers_to_transform", .read(.any)),
    Entry("layers_pattern", .read(.any, allowsNull: true)),
    Entry("rank_pattern", .read(.object, allowsNull: true)),
    Entry("alpha_pattern", .read(.object, allowsNull: true)),
    Entry("use_dora", .read(.bool)),
    Entry("bias", .read(.word(TrainedBiases.allCases.map(\.rawValue)))),
    Entry("modules_to_save", .read(.any, allowsNull: true)),
    Entry("trainable_token_indices", .read(.any, allowsNull: true)),
    Entry("ensure_weight_tying", .read(.bool)),
    Entry("eva_config", .read(.object, allowsNull: true)),
  ]

  /// Kinds of LoRA that are computed otherwise, or whose start changed the base weights: what CorDA, LoftQ, MiCA and
  /// LoRA-GA save belongs to a base that is not the one on the disk, and so does what PiSSA and OLoRA save, unless
  /// their starts can be taken out of it (`AdapterFolder`).
  private static let variants: [Entry] = [
    Entry("init_lora_weights", .only([true, false, "gaussian", "eva", "orthogonal"])),
    Entry("task_type", .only(["CAUSAL_LM", nil])),
    Entry("use_qalora", .only([false])),
    Entry("use_bdlora", .only([nil])), Entry("lora_bias", .only([false])),
    Entry("layer_replication", .only([nil, []])),
    Entry("target_parameters", .only([nil, []])),
    Entry("alora_invocation_tokens", .only([nil])), Entry("megatron_config", .only([nil])),
    Entry("loftq_config", .only([[:], nil])), Entry("corda_config", .only([nil])),
    Entry("lora_ga_config", .only([nil])), Entry("kasa_config", .only([nil])),
    Entry("velora_config", .only([nil])), Entry("monteclora_config", .only([nil])),
    Entry("arrow_config", .only([nil])),
  ]
}
