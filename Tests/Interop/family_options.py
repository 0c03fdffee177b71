"""Every family and the options of its configuration that change what a model computes; Skillet obeys or refuses each."""

import transformers

SIZES = dict(
    vocab_size=320, hidden_size=48, intermediate_size=72, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=3,
    max_position_embeddings=256)
ENDS = dict(bos_token_id=1, eos_token_id=2, pad_token_id=2)
GPT2_SIZES = dict(vocab_size=320, n_embd=48, n_layer=3, n_head=6, n_positions=256)
# How families name the sizes that are not named so.
OWN_SIZES = {
    "gpt2": GPT2_SIZES, "gptj": GPT2_SIZES | {"rotary_dim": 4}, "bloom": dict(vocab_size=320, hidden_size=48, n_layer=3, n_head=6),
    "opt": dict(
        vocab_size=320, hidden_size=48, word_embed_proj_dim=48, num_hidden_layers=3, ffn_dim=72, num_attention_heads=6,
        max_position_embeddings=256, dropout=0.0)}
# Their output of attention has the hidden size, and heads their share of it.
OF_HIDDEN = dict(head_dim=8)
OWN_SIZES |= {family: SIZES | OF_HIDDEN for family in ("helium", "seed_oss", "ernie4_5", "glm", "glm4")}
LACKING = {"gpt_neox": ["num_key_value_heads"], "falcon": ["num_key_value_heads", "intermediate_size"]}


def rope(kind="default", base=20000.0, **options):
    return {"rope_parameters": {"rope_type": kind, "rope_theta": base, **options}}


LONG = {"short_factor": [1.0, 1.3, 2.5, 3.0], "long_factor": [1.1, 2.7, 5.5, 9.0]}
LLAMA3 = rope(
    "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
ROPES = {
    "rope linear": rope("linear", factor=3.0), "rope llama3": LLAMA3,
    "rope dynamic": rope("dynamic", factor=2.0),
    "rope yarn": rope("yarn", factor=4.0, original_max_position_embeddings=64),
    "rope yarn, slopes": rope("yarn", factor=4.0, original_max_position_embeddings=64, beta_fast=16.0, beta_slow=2.0),
    "rope yarn, attention factor": rope("yarn", factor=4.0, original_max_position_embeddings=64, attention_factor=1.3),
    "rope yarn, mscale": rope("yarn", factor=4.0, original_max_position_embeddings=64, mscale=0.7, mscale_all_dim=1.1),
    "rope yarn, not cut": rope("yarn", factor=4.0, original_max_position_embeddings=64, truncate=False)}
HEADS = {"one head of keys": {"num_key_value_heads": 1}, "as many keys as heads": {"num_key_value_heads": 6}}
TIES = {"tied": {"tie_word_embeddings": True}, "not tied": {"tie_word_embeddings": False}}
ACTIVATIONS = {f"activation {name}": {"hidden_act": name} for name in ("silu", "gelu", "relu", "gelu_pytorch_tanh", "gelu_new", "relu2")}
WIDE = {"head size 12": {"head_dim": 12}, "head size 10": {"head_dim": 10}}

FAMILIES = {
    "llama": {"plain": {}, "biases": {"attention_bias": True, "mlp_bias": True}, "norm 1e-3": {"rms_norm_eps": 1e-3}}
    | WIDE | HEADS | TIES | ROPES | ACTIVATIONS,
    "mistral": {"plain": {}, "window 8": {"sliding_window": 8}, "no window": {"sliding_window": None}} | WIDE | HEADS | TIES
    | {key: ROPES[key] for key in ("rope yarn", "rope linear")},
    "qwen2": {
        "plain": {}, "windows": {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 1},
        "layer types": {
            "use_sliding_window": True, "sliding_window": 8,
            "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}} | HEADS | TIES
    | {key: ROPES[key] for key in ("rope yarn", "rope dynamic")},
    "qwen3": {
        "plain": {}, "biases": {"attention_bias": True},
        "windows": {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 2}} | WIDE | HEADS | TIES
    | {key: ROPES[key] for key in ("rope yarn", "rope linear")},
    "gemma": {"plain": {}, "gelu": {"hidden_act": "gelu"}, "biases": {"attention_bias": True}} | WIDE | HEADS | TIES,
    "gemma2": {
        "plain": {}, "caps": {"attn_logit_softcapping": 3.0, "final_logit_softcapping": 4.0}, "window 8": {"sliding_window": 8},
        "no caps": {"attn_logit_softcapping": None, "final_logit_softcapping": None}, "scalar": {"query_pre_attn_scalar": 10},
        "layer types": {"sliding_window": 8, "layer_types": ["full_attention", "sliding_attention", "full_attention"]}} | WIDE | HEADS,
    "gemma3_text": {
        "plain": {}, "window 8": {"sliding_window": 8}, "cap": {"final_logit_softcapping": 4.0},
        "scalar": {"query_pre_attn_scalar": 10}, "seven layers": {"num_hidden_layers": 7, "sliding_window": 8},
        "layer types": {"sliding_window": 8, "layer_types": ["full_attention", "sliding_attention", "full_attention"]},
        "rope": {"sliding_window": 8, "layer_types": ["full_attention", "sliding_attention", "full_attention"], "rope_parameters": {
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 50000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 5000.0}}}} | WIDE | HEADS,
    "phi": {"plain": {}, "half": rope(partial_rotary_factor=0.5), "head norms": {"qk_layernorm": True}} | TIES | HEADS
    | {"activation gelu": {"hidden_act": "gelu"}, "rope linear": rope("linear", factor=3.0, partial_rotary_factor=0.5)},
    "phi3": {
        "plain": {}, "window 8": {"sliding_window": 8}, "half": rope(partial_rotary_factor=0.5),
        "longrope": {"original_max_position_embeddings": 24} | rope("longrope", **LONG)} | HEADS | TIES,
    "gpt2": {
        "plain": {}, "inner": {"n_inner": 60}, "scaled by layers": {"scale_attn_by_inverse_layer_idx": True},
        "not scaled": {"scale_attn_weights": False}, "upcast": {"reorder_and_upcast_attn": True}, "norm 1e-3": {"layer_norm_epsilon": 1e-3}}
    | {f"activation {n}": {"activation_function": n} for n in ("gelu", "relu", "gelu_new", "gelu_pytorch_tanh", "silu")} | TIES,
    "gpt_neox": {
        "plain": {}, "serial": {"use_parallel_residual": False}, "no biases": {"attention_bias": False},
        "half": rope(partial_rotary_factor=0.5), "whole": rope(partial_rotary_factor=1.0), "rope linear": rope("linear", factor=3.0)}
    | TIES | {key: ACTIVATIONS[key] for key in ("activation relu", "activation gelu_new", "activation gelu_pytorch_tanh")},
    "gptj": {"plain": {}, "whole": {"rotary_dim": 8}, "inner": {"n_inner": 60}, "gelu": {"activation_function": "gelu"}},
    "bloom": {
        "plain": {}, "residual after norm": {"apply_residual_connection_post_layernorm": True}, "five heads": {"hidden_size": 40, "n_head": 5}}
    | TIES,
    "opt": {
        "plain": {}, "gelu": {"activation_function": "gelu"}, "norms after": {"do_layer_norm_before": False},
        "projections": {"word_embed_proj_dim": 32}, "projections, norms after": {"word_embed_proj_dim": 32, "do_layer_norm_before": False},
        "no biases": {"enable_bias": False}, "norms without weights": {"layer_norm_elementwise_affine": False},
        "no last norm": {"_remove_final_layer_norm": True}} | TIES,
    "falcon": {
        "plain": {}, "new": {"new_decoder_architecture": True, "num_kv_heads": 2},
        "new, one norm": {"new_decoder_architecture": True, "num_kv_heads": 2, "num_ln_in_parallel_attn": 1},
        "serial": {"parallel_attn": False}, "keys a head": {"multi_query": False}, "biases": {"bias": True},
        "serial, keys a head": {"multi_query": False, "parallel_attn": False},
        "inner": {"ffn_hidden_size": 60}, "activation": {"activation": "gelu_pytorch_tanh"}, "rope linear": rope("linear", factor=3.0)} | TIES,
    "stablelm": {
        "plain": {}, "biases": {"use_qkv_bias": True}, "parallel": {"use_parallel_residual": True}, "head norms": {"qk_layernorm": True},
        "head norms, parallel": {"qk_layernorm": True, "use_parallel_residual": True},
        "half": rope(partial_rotary_factor=0.5), "activation gelu": {"hidden_act": "gelu"}} | HEADS | TIES,
    "starcoder2": {
        "plain": {}, "no biases": {"use_bias": False}, "window 8": {"sliding_window": 8}, "no window": {"sliding_window": None},
        "activation gelu": {"hidden_act": "gelu"}} | HEADS | TIES,
    "olmo2": {"plain": {}, "biases": {"attention_bias": True}} | HEADS | TIES,
    "smollm3": {
        "plain": {}, "layers without places": {"no_rope_layers": [1, 0, 1]}, "interval": {"no_rope_layer_interval": 2},
        "windows": {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 1}, "biases": {"attention_bias": True, "mlp_bias": True}}
    | HEADS | TIES,
    "granite": {
        "plain": {}, "factors": {
            "embedding_multiplier": 3.0, "attention_multiplier": 0.2, "residual_multiplier": 0.4, "logits_scaling": 0.5},
        "biases": {"attention_bias": True, "mlp_bias": True}} | HEADS | TIES | {"rope linear": ROPES["rope linear"]},
    "cohere": {
        "plain": {}, "factor": {"logit_scale": 0.5}, "biases": {"attention_bias": True}, "head norms": {"use_qk_norm": True}} | HEADS | TIES,
    "cohere2": {
        "plain": {}, "window 8": {"sliding_window": 8, "num_hidden_layers": 5}, "factor": {"logit_scale": 0.5},
        "biases": {"attention_bias": True}, "head size 12": {"head_dim": 12}} | HEADS | TIES,
    "exaone4": {
        "plain": {}, "no window": {"sliding_window": None, "layer_types": ["full_attention"] * 3},
        "window 8": {"sliding_window": 8, "num_hidden_layers": 5}, "head size 12": {"head_dim": 12}} | HEADS | TIES,
    "helium": {"plain": {}, "biases": {"attention_bias": True, "mlp_bias": True}} | HEADS | TIES,
    "arcee": {"plain": {}, "biases": {"attention_bias": True, "mlp_bias": True}, "activation gelu": {"hidden_act": "gelu"}} | WIDE | HEADS | TIES,
    "nemotron": {"plain": {}, "biases": {"attention_bias": True, "mlp_bias": True}, "half": rope(partial_rotary_factor=0.5)} | HEADS | TIES,
    "glm": {"plain": {}, "no biases": {"attention_bias": False}, "half": rope(partial_rotary_factor=0.5)} | HEADS | TIES | {
        "head size 12": {"head_dim": 12}},
    "glm4": {"plain": {}, "no biases": {"attention_bias": False}, "half": rope(partial_rotary_factor=0.5)} | HEADS | TIES | {
        "head size 12": {"head_dim": 12}},
    "seed_oss": {
        "plain": {}, "biases": {"attention_out_bias": True, "mlp_bias": True}, "no biases": {"attention_bias": False}} | HEADS | TIES | WIDE,
    "ernie4_5": {"plain": {}, "biases": {"use_bias": True}} | HEADS | TIES | WIDE,
    "olmo": {"plain": {}, "biases": {"attention_bias": True}, "clipped": {"clip_qkv": 1.0}} | HEADS | TIES | {"rope linear": ROPES["rope linear"]},
    "olmo3": {
        "plain": {"num_hidden_layers": 5}, "window 8": {"sliding_window": 8, "num_hidden_layers": 5},
        "layer types": {"sliding_window": 8, "layer_types": ["full_attention", "sliding_attention", "full_attention"]},
        "rope": {"sliding_window": 8, "num_hidden_layers": 5, "rope_parameters": {
            "full_attention": ROPES["rope yarn"]["rope_parameters"],
            "sliding_attention": {"rope_type": "default", "rope_theta": 5000.0}}}} | HEADS | TIES,
}


def configuration(family: str, options: dict):
    settings = OWN_SIZES.get(family) or {key: value for key, value in SIZES.items() if key not in LACKING.get(family, [])}
    return transformers.AutoConfig.for_model(family, **settings | ENDS | options)
