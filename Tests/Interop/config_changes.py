"""Changes of config.json and generation_config.json: every key that transformers knows of a Llama, and
the keys of its relatives that people carry over."""

import dataclasses
import json
from pathlib import Path
from typing import Iterator

from transformers import GenerationConfig, LlamaConfig

from changes import Change, edit_json, short
from json_changes import changes_of_key, damaged, duplicate

CONFIG = "config.json"
GENERATION = "generation_config.json"

LEGAL = {
    "hidden_act": [
        "swish", "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "quick_gelu", "relu", "relu2", "relu6", "tanh",
        "sigmoid", "linear", "mish", "leaky_relu", "SiLU", "silu "],
    "rms_norm_eps": [1e-6, 1e-8, 0.1, 1.0],
    "num_attention_heads": [1, 2, 8], "num_key_value_heads": [1, 4, 3], "head_dim": [8, 32, 64, 15],
    "hidden_size": [32, 128], "intermediate_size": [64, 256], "num_hidden_layers": [1, 2, 4],
    "vocab_size": [300, 321, 512], "max_position_embeddings": [8, 64, 2048, 131072],
    "bos_token_id": [0, 2, 5], "eos_token_id": [0, 1, 40, [2], [2, 238], [238, 2], [142, 78], [2, 400], [2, "238"]],
    "pad_token_id": [0, 1, -1, 500],
    "model_type": ["mistral", "qwen2", "qwen3", "gemma", "phi3", "gpt2", "Llama", "smollm3", "granite", "my_llama"],
    "architectures": [
        ["LlamaModel"], ["MistralForCausalLM"], ["LlamaForSequenceClassification"], ["Qwen2ForCausalLM"],
        ["LlamaForCausalLM", "MistralForCausalLM"], []],
    "dtype": ["float16", "bfloat16", "float64", "auto", "torch.float32", "int8", "nonsense"],
    "torch_dtype": ["float16", "bfloat16", "float32", "nonsense"],
    "pretraining_tp": [2, 4], "attention_dropout": [0.1, 0.5], "initializer_range": [1.0, 0.0],
    "chunk_size_feed_forward": [0, 1], "problem_type": ["regression"],
    "transformers_version": ["4.0.0", "99.0.0"], "id2label": [{"0": "A"}], "label2id": [{"A": 0}],
    "rope_theta": [10000.0, 10000, 500000.0, 1.0], "rope_scaling": [],
    "partial_rotary_factor": [1.0, 0.5], "rotary_pct": [0.25], "rotary_dim": [8], "rope_interleaved": [True],
    "sliding_window": [4, 4096], "use_sliding_window": [True], "max_window_layers": [1], "attention_chunk_size": [4],
    "layer_types": [["full_attention"] * 3, ["sliding_attention"] * 3], "no_rope_layers": [[0, 1, 1]],
    "attn_logit_softcapping": [1.0], "final_logit_softcapping": [1.0], "logits_soft_cap": [1.0],
    "query_pre_attn_scalar": [4], "embedding_multiplier": [2.0], "logits_scaling": [2.0], "residual_multiplier": [0.5],
    "attention_multiplier": [0.5], "logit_scale": [0.5], "clip_qkv": [0.1], "qk_layernorm": [True], "use_qk_norm": [True],
    "scale_emb": [12], "scale_depth": [1.4], "dim_model_base": [32], "rotary_emb_base": [5000], "layer_norm_eps": [0.1],
    "num_local_experts": [4], "num_experts_per_tok": [2], "is_decoder": [True], "add_cross_attention": [True],
    "use_bias": [True], "qkv_bias": [True], "bias": [True], "lm_head_bias": [True], "parallel_attn": [True],
    "quantization_config": [
        {"quant_method": "gptq", "bits": 4, "group_size": 128}, {"quant_method": "awq", "bits": 4},
        {"quant_method": "bitsandbytes", "load_in_4bit": True}, {"quant_method": "fp8"}, {}],
    "compression_config": [{"format": "pack-quantized"}], "auto_map": [{"AutoModelForCausalLM": "modeling.Mine"}],
    "_name_or_path": ["other/model"], "attn_implementation": ["sdpa"], "_attn_implementation": ["eager", "flash_attention_2"],
    "pruned_heads": [{"0": [1]}], "tie_encoder_decoder": [True], "text_config": [{"hidden_size": 64}],
    "per_layer_config": [{"0": {"intermediate_size": 64}}], "num_labels": [3], "is_encoder_decoder": [True],
    "rope_local_base_freq": [100.0], "original_max_position_embeddings": [64], "alibi": [True], "position_embedding_type": ["alibi"],
    "unknown_key_of_the_future": [1],
}

# Nothing that is computed from a text depends on these.
UNREAD = {
    "architectures", "attention_dropout", "chunk_size_feed_forward", "dtype", "torch_dtype", "id2label", "initializer_range",
    "label2id", "output_attentions", "output_hidden_states", "problem_type", "return_dict", "transformers_version", "use_cache",
    "_name_or_path", "num_labels", "attn_implementation", "_attn_implementation", "pretraining_tp", "bos_token_id", "pad_token_id",
    "_from_model_config", "is_encoder_decoder",
}

LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64}
YARN = {
    "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64, "attention_factor": 1.1,
    "beta_fast": 32, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 0.5, "truncate": True}
LONG = {
    "rope_type": "longrope", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64,
    "attention_factor": 1.2, "short_factor": [1.0 + i / 8 for i in range(8)], "long_factor": [2.0 + i for i in range(8)]}
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
DYNAMIC = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0, "original_max_position_embeddings": 16}
PROPORTIONAL = {"rope_type": "proportional", "rope_theta": 10000.0, "partial_rotary_factor": 0.5, "factor": 2.0}
DEFAULT = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5, "factor": 2.0}
ROPES = [DEFAULT, LINEAR, DYNAMIC, YARN, LONG, LLAMA3, PROPORTIONAL]


def rope_changes() -> Iterator[Change]:
    """Every kind of rope in transformers, in the three spellings, and each of its keys changed in turn."""
    def change(what, kind, new, names=("rope", "factor")):
        return Change(CONFIG, what, kind, lambda folder: edit_json(folder / CONFIG, lambda root: root.update(new)), names)

    for rope in ROPES:
        kind = rope["rope_type"]
        yield change(f"rope_parameters of {kind}", "rope", {"rope_parameters": rope}, (kind, "rope"))
        old = {k: v for k, v in rope.items() if k != "rope_theta"}
        older = {("type" if k == "rope_type" else k): v for k, v in old.items()}
        for spelling in (old, older):
            yield change(f"rope_scaling {short(spelling)} beside rope_parameters", "rope", {"rope_scaling": spelling}, (kind, "rope"))
            for key in ("rope_scaling", "rope_parameters"):
                def alone(folder, key=key, spelling=spelling):
                    def edit(root):
                        del root["rope_parameters"]
                        root |= {"rope_theta": 10000.0, key: spelling}
                        return root
                    edit_json(folder / CONFIG, edit)
                yield Change(CONFIG, f"rope_theta and {key} {short(spelling)}", "rope", alone, (kind, "rope"))
        for key, value in rope.items():
            rest = {k: v for k, v in rope.items() if k != key}
            yield change(f"rope_parameters of {kind} without {key}", "rope", {"rope_parameters": rest}, (key, kind, "rope"))
            number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else 1
            for new in (None, str(value), True, [], 0, -1, 1, 0.5, number * 2, 1e9):
                yield change(
                    f"rope_parameters of {kind}, {key}: {short(new)}", "rope", {"rope_parameters": rope | {key: new}}, (key, kind, "rope"))
        layered = {"full_attention": rope, "sliding_attention": rope}
        yield change(f"rope_parameters of {kind} by layer type", "rope", {"rope_parameters": layered}, (kind, "rope", "attention"))


def disagreements() -> Iterator[Change]:
    """Two keys of one meaning that do not agree."""
    pairs = [
        {"rope_theta": 500000.0}, {"rope_theta": 10000.0}, {"rope_theta": "500000"}, {"rope_theta": None},
        {"rope_parameters": {"rope_type": "default", "type": "linear", "rope_theta": 10000.0, "factor": 2.0}},
        {"rope_parameters": {"rope_type": "linear", "type": "default", "rope_theta": 10000.0, "factor": 2.0}},
        {"rope_scaling": {"rope_type": "default"}}, {"rope_scaling": {"rope_type": "default", "rope_theta": 77.0}},
        {"rope_scaling": None}, {"rope_scaling": {}}, {"rope_parameters": {}, "rope_theta": 500000.0},
        {"rope_parameters": None, "rope_theta": 500000.0}, {"rope_parameters": {"rope_type": "default"}, "rope_theta": 500000.0},
        {"rope_parameters": {"rope_theta": 500000.0}}, {"rope_parameters": {"rope_type": "default"}},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}, "rope_theta": 10000.0},
        {"torch_dtype": "float16"}, {"dtype": "bfloat16", "torch_dtype": "float32"},
        {"n_layer": 2}, {"n_embd": 32}, {"n_head": 2}, {"num_heads": 2}, {"ffn_hidden_size": 64}, {"n_positions": 8},
        {"max_sequence_length": 8}, {"layer_norm_epsilon": 0.1}, {"norm_eps": 0.1}, {"num_kv_heads": 1}, {"multi_query": True},
        {"activation_function": "gelu"}, {"hidden_activation": "gelu"}, {"head_size": 8},
    ]
    for new in pairs:
        yield Change(
            CONFIG, "with " + short(new), "disagreement",
            lambda folder, new=new: edit_json(folder / CONFIG, lambda root: root.update(new)), tuple(new) + ("rope",))


def config_changes(base: Path) -> Iterator[Change]:
    root = json.loads((base / CONFIG).read_text())
    keys = dict.fromkeys([*root, *(f.name for f in dataclasses.fields(LlamaConfig)), *LlamaConfig().to_dict(), *LEGAL])
    for key in keys:
        yield from changes_of_key(CONFIG, root, (key,), LEGAL.get(key, ()), key in UNREAD)
    for key in ("rope_type", "rope_theta"):
        yield from changes_of_key(CONFIG, root, ("rope_parameters", key), [])
    for key in root:
        other = LEGAL.get(key, [None])[0]
        yield duplicate(CONFIG, key, root[key], True)
        yield duplicate(CONFIG, key, other, True)
        yield duplicate(CONFIG, key, other, False)
    yield from rope_changes()
    yield from disagreements()
    yield from damaged(CONFIG)


GENERATION_LEGAL = {
    "eos_token_id": [0, 1, 238, [2], [2, 238], [142, 78], [238, 2], [2, 400], [2, "238"], []],
    "bos_token_id": [0, 2], "pad_token_id": [0, 1], "max_length": [4, 20], "max_new_tokens": [3], "min_length": [5],
    "min_new_tokens": [5], "temperature": [0.1, 1.0], "top_k": [5], "top_p": [0.5], "do_sample": [True], "num_beams": [2],
    "repetition_penalty": [1.5], "no_repeat_ngram_size": [2], "suppress_tokens": [[142, 238]], "begin_suppress_tokens": [[78]],
    "bad_words_ids": [[[142]]], "forced_bos_token_id": [5], "forced_eos_token_id": [5], "stop_strings": [["e"]],
    "sequence_bias": [[[[142], -10.0]]], "guidance_scale": [2.0], "length_penalty": [2.0], "renormalize_logits": [True],
    "exponential_decay_length_penalty": [[2, 1.5]], "encoder_repetition_penalty": [2.0], "transformers_version": ["4.0.0"],
    "use_cache": [False], "cache_implementation": ["static"], "num_return_sequences": [2],
}
GENERATION_READ = {"eos_token_id"}


def generation_changes(base: Path) -> Iterator[Change]:
    root = json.loads((base / GENERATION).read_text())
    for key in dict.fromkeys([*root, *GenerationConfig().to_dict(), "unknown_key_of_the_future"]):
        yield from changes_of_key(GENERATION, root, (key,), GENERATION_LEGAL.get(key, [1]), key not in GENERATION_READ)
    for first in (True, False):
        yield duplicate(GENERATION, "eos_token_id", 238, first)
    yield from damaged(GENERATION)
