"""Tiny random models of every family but Llama, and what transformers and PEFT compute with them.

usage: make_families.py [FAMILY ...]

For each: a Hugging Face folder, the same weights as GGUF in the names of llama.cpp's converter, logits, ten
steps of LoRA training on all linear layers (as make_lora_curve.py) and a greedy continuation.
"""

import json
import math
import shutil
import sys
import warnings

import reference_files as files
import gguf
import numpy as np
import torch
from safetensors.torch import save_file
import transformers
from transformers import AutoModelForCausalLM, GPT2Config, Qwen2Config

import make_lora_curve as curve
import tiny_adapter
import tiny_gguf

SEED = 4096
FAMILIES = {
    "qwen2": dict(
        config=Qwen2Config(
            vocab_size=320, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-6, tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, bos_token_id=1, eos_token_id=2,
            pad_token_id=2),
        targets=tiny_adapter.ALL_LINEAR),
    "gpt2": dict(
        config=GPT2Config(
            vocab_size=320, n_embd=32, n_layer=2, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=2,
            pad_token_id=2, attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0),
        targets=["c_attn", "c_proj", "c_fc"]),
    "gpt2-scaled": dict(
        config=GPT2Config(
            vocab_size=320, n_embd=32, n_layer=2, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=2,
            pad_token_id=2, attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0, activation_function="gelu",
            scale_attn_by_inverse_layer_idx=True, scale_attn_weights=False),
        targets=["c_attn", "c_proj", "c_fc"]),
}


# Sizes that a family's configuration does not name so, and would only carry along.
UNKNOWN_KEYS = {
    "GPTNeoXConfig": ("num_key_value_heads",), "FalconConfig": ("num_key_value_heads", "intermediate_size")}


def llama_like(name, targets=tiny_adapter.ALL_LINEAR, seed=SEED, **options):
    """A family of Llama's shape; what sets it apart is in `options`."""
    settings = dict(
        vocab_size=320, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, tie_word_embeddings=False, bos_token_id=1, eos_token_id=2,
        pad_token_id=2, rope_parameters={"rope_type": "default", "rope_theta": 20000.0})
    for key in UNKNOWN_KEYS.get(name, ()):
        del settings[key]
    return dict(config=getattr(transformers, name)(**settings | options), targets=targets, seed=seed)


def part_of_heads(share):
    return {"rope_type": "default", "rope_theta": 20000.0, "partial_rotary_factor": share}


PLAIN = ["q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj"]
GATE_AND_UP = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_up_proj", "down_proj"]
FUSED = ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"]
FAMILIES |= {
    "llama-biased": llama_like("LlamaConfig", attention_bias=True, mlp_bias=True),
    "mistral": llama_like("MistralConfig", sliding_window=8, head_dim=12),
    "qwen3": llama_like(
        "Qwen3Config", seed=7, head_dim=12, attention_bias=True, use_sliding_window=True, sliding_window=8,
        max_window_layers=1),
    "qwen3-gguf": llama_like("Qwen3Config", head_dim=12),
    "gemma": llama_like("GemmaConfig", seed=11, head_dim=12, tie_word_embeddings=True),
    "gemma2": llama_like(
        "Gemma2Config", head_dim=12, query_pre_attn_scalar=10, sliding_window=8, attn_logit_softcapping=3.0,
        final_logit_softcapping=4.0, tie_word_embeddings=True),
    # Of what a GGUF file can say: the scale of scores is that of the head size.
    "gemma2-gguf": llama_like(
        "Gemma2Config", head_dim=12, query_pre_attn_scalar=12, sliding_window=8, attn_logit_softcapping=3.0,
        final_logit_softcapping=4.0, tie_word_embeddings=True),
    "gemma3": llama_like(
        "Gemma3TextConfig", head_dim=12, query_pre_attn_scalar=12, sliding_window=8, num_hidden_layers=6, tie_word_embeddings=True,
        rope_parameters={
            "full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 50000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 5000.0}}),
    "granite": llama_like(
        "GraniteConfig", embedding_multiplier=3.0, attention_multiplier=0.2, residual_multiplier=0.4,
        logits_scaling=0.5),
    "olmo2": llama_like("Olmo2Config"),
    "phi3": llama_like(
        "Phi3Config", targets=["qkv_proj", "o_proj", "gate_up_proj", "down_proj"], sliding_window=8,
        rope_parameters={"rope_type": "default", "rope_theta": 20000.0, "partial_rotary_factor": 0.5}),
    "smollm3": llama_like("SmolLM3Config", num_hidden_layers=4, no_rope_layers=[1, 0, 1, 0]),
    # Of what a GGUF file can say.
    "smollm3-gguf": llama_like("SmolLM3Config", num_hidden_layers=4),
    "mistral-gguf": llama_like("MistralConfig", sliding_window=None, head_dim=12),
    "exaone4": llama_like("Exaone4Config", head_dim=12, num_hidden_layers=4, sliding_window=8),
    "exaone4-gguf": llama_like(
        "Exaone4Config", sliding_window=None, layer_types=["full_attention"] * 2),
    "cohere": llama_like("CohereConfig", logit_scale=0.5, tie_word_embeddings=True, attention_bias=True),
    "cohere2": llama_like(
        "Cohere2Config", logit_scale=0.5, tie_word_embeddings=True, num_hidden_layers=4, sliding_window=8),
    "stablelm": llama_like("StableLmConfig", use_qkv_bias=True, rope_parameters=part_of_heads(0.5)),
    "stablelm-parallel": llama_like(
        "StableLmConfig", use_parallel_residual=True, rope_parameters=part_of_heads(0.25)),
    "starcoder2": llama_like(
        "Starcoder2Config", targets=["q_proj", "k_proj", "v_proj", "o_proj", "c_fc", "c_proj"], sliding_window=8,
        tie_word_embeddings=True),
    "starcoder2-gguf": llama_like(
        "Starcoder2Config", targets=["q_proj", "k_proj", "v_proj", "o_proj", "c_fc", "c_proj"], tie_word_embeddings=True),
    "phi": llama_like(
        "PhiConfig", targets=["q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2"], num_key_value_heads=None,
        rope_parameters=part_of_heads(0.5)),
    "gpt_neox": llama_like(
        "GPTNeoXConfig", targets=FUSED, rope_parameters=part_of_heads(0.25)),
    "gpt_neox-serial": llama_like(
        "GPTNeoXConfig", targets=FUSED, rope_parameters=part_of_heads(0.5), use_parallel_residual=False,
        attention_bias=False),
    "gptj": dict(
        config=transformers.GPTJConfig(
            vocab_size=320, n_embd=32, n_layer=2, n_head=4, n_positions=128, rotary_dim=4, bos_token_id=1,
            eos_token_id=2, pad_token_id=2),
        targets=["q_proj", "k_proj", "v_proj", "out_proj", "fc_in", "fc_out"]),
    "falcon": llama_like("FalconConfig", targets=FUSED, tie_word_embeddings=True),
    "falcon-grouped": llama_like(
        "FalconConfig", targets=FUSED, new_decoder_architecture=True, num_kv_heads=2),
    "falcon-shared": llama_like(
        "FalconConfig", targets=FUSED, new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1, bias=True,
        activation="gelu_fast"),
    "falcon-serial": llama_like("FalconConfig", targets=FUSED, parallel_attn=False, multi_query=False),
    # Six heads: slopes between those of four and eight.
    # transformers' "eager" adds its biases twice.
    "falcon-alibi": llama_like(
        "FalconConfig", targets=FUSED, alibi=True, parallel_attn=False, multi_query=False, bias=True, hidden_size=48,
        num_attention_heads=6, tie_word_embeddings=True) | {"attention": "sdpa"},
    "bloom": dict(
        seed=1, config=transformers.BloomConfig(
            vocab_size=320, hidden_size=48, n_layer=2, n_head=6, bos_token_id=1, eos_token_id=2, pad_token_id=2),
        targets=FUSED),
    "llama-yarn": llama_like("LlamaConfig", rope_parameters={
        "rope_type": "yarn", "rope_theta": 20000.0, "factor": 4.0, "original_max_position_embeddings": 32,
        "beta_fast": 8.0, "beta_slow": 0.5}),
    "phi3-longrope": llama_like(
        "Phi3Config", targets=["qkv_proj", "o_proj", "gate_up_proj", "down_proj"], sliding_window=None,
        # Longer than the prompt and its continuation, shorter than the other sequence.
        original_max_position_embeddings=24, rope_parameters={
            "rope_type": "longrope", "rope_theta": 20000.0, "partial_rotary_factor": 0.75,
            "short_factor": [1.0, 1.3, 2.5], "long_factor": [1.1, 2.7, 5.5]}),
    "helium": llama_like("HeliumConfig", head_dim=8, attention_bias=True, mlp_bias=True),
    "arcee": llama_like("ArceeConfig", targets=PLAIN),
    "nemotron": llama_like("NemotronConfig", targets=PLAIN, rope_parameters=part_of_heads(0.5)),
    "glm": llama_like("GlmConfig", targets=GATE_AND_UP, head_dim=12, rope_parameters=part_of_heads(0.5)),
    "glm4": llama_like("Glm4Config", targets=GATE_AND_UP, head_dim=8, rope_parameters=part_of_heads(0.5)),
    "seed_oss": llama_like("SeedOssConfig", head_dim=12, attention_dropout=0.0, residual_dropout=0.0),
    "ernie4_5": llama_like("Ernie4_5Config", head_dim=12, tie_word_embeddings=True),
    "olmo": llama_like("OlmoConfig"),
    "olmo3": llama_like("Olmo3Config", num_hidden_layers=4, sliding_window=8, rope_parameters={
        "full_attention": {
            "rope_type": "yarn", "rope_theta": 20000.0, "factor": 4.0, "original_max_position_embeddings": 32},
        "sliding_attention": {"rope_type": "default", "rope_theta": 5000.0}}),
    "llama-gelu": llama_like("LlamaConfig", hidden_act="gelu"),
    "llama-relu": llama_like("LlamaConfig", hidden_act="relu"),
    "phi-heads": llama_like(
        "PhiConfig", targets=["q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2"], qk_layernorm=True,
        rope_parameters=part_of_heads(0.5)),
    "stablelm-heads": llama_like(
        "StableLmConfig", qk_layernorm=True, use_parallel_residual=True, rope_parameters=part_of_heads(0.25)),
    "cohere-heads": llama_like("CohereConfig", use_qk_norm=True, tie_word_embeddings=True),
    "opt": dict(
        config=transformers.OPTConfig(
            vocab_size=320, hidden_size=32, num_hidden_layers=2, ffn_dim=48, max_position_embeddings=64,
            num_attention_heads=4, dropout=0.0, bos_token_id=1, eos_token_id=2, pad_token_id=2),
        targets=["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]),
    "opt-post": dict(
        config=transformers.OPTConfig(
            vocab_size=320, hidden_size=32, word_embed_proj_dim=24, do_layer_norm_before=False, num_hidden_layers=2,
            ffn_dim=48, max_position_embeddings=64, num_attention_heads=4, dropout=0.0, bos_token_id=1, eos_token_id=2,
            pad_token_id=2),
        targets=["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]),
}
# What GGUF calls the families that llama.cpp has under their own name.
GGUF_NAMES = {
    "qwen2": "qwen2", "gpt2": "gpt2", "qwen3-gguf": "qwen3", "gemma": "gemma", "gemma2-gguf": "gemma2",
    "gemma3": "gemma3", "granite": "granite", "olmo2": "olmo2", "phi3": "phi3",
    "smollm3-gguf": "smollm3", "mistral-gguf": "llama", "exaone4-gguf": "exaone4", "cohere": "command-r",
    "cohere2": "cohere2", "stablelm": "stablelm", "stablelm-parallel": "stablelm", "starcoder2-gguf": "starcoder2",
    "phi": "phi2", "gpt_neox": "gptneox", "gpt_neox-serial": "gptneox", "falcon": "falcon", "falcon-grouped": "falcon",
    "bloom": "bloom", "llama-yarn": "llama", "phi3-longrope": "phi3",
    "stablelm-heads": "stablelm", "cohere-heads": "command-r", "arcee": "arcee", "nemotron": "nemotron", "glm4": "glm4",
    "seed_oss": "seed_oss", "ernie4_5": "ernie4_5", "olmo": "olmo"}
# Families whose rotary pairs the converter puts side by side.
PERMUTED = ("granite", "llama", "smollm3", "arcee", "olmo")
# Families whose one matrix for queries, keys and values the converter cuts anew.
GROUPED = ("gptneox", "falcon", "bloom")

# Kept as [inputs, outputs] by transformers; the converter turns them.
CONV1D = (".c_attn.weight", ".c_proj.weight", ".c_fc.weight")


def make_model(config, generator):
    """Weights large enough that norms, biases, positions and attention all matter to the logits."""
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for key, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if key.endswith("bias"):
                weight.copy_(0.2 * noise)
            elif "word_embeddings_layernorm" in key:
                weight.copy_(0.2 + 0.05 * noise)
            elif weight.ndim == 1 or config.model_type == "cohere" and "_norm" in key:
                weight.copy_((0 if "gemma" in config.model_type or config.model_type == "nemotron" else 1) + 0.2 * noise)
            elif "wpe" in key or "wte" in key:
                weight.copy_(0.3 * noise)
            elif "embed_positions" in key:
                weight.copy_(0.3 * noise)
            elif "embed_tokens" in key or "embed_in" in key or "word_embeddings" in key:
                weight.copy_((0.1 if config.tie_word_embeddings else 1) * noise)
            else:
                inputs = weight.shape[0] if config.model_type == "gpt2" and key.endswith(CONV1D) else weight.shape[1]
                weight.copy_(noise * 1.2 / inputs ** 0.5)
    return model


def save_folder(folder, model, name):
    folder.mkdir(parents=True)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(files.ROOT / "tiny-llama/hf" / file, folder / file)
    config = json.loads(model.config.to_json_string())
    config["architectures"] = [type(model).__name__]
    config["dtype"] = "float32"
    files.write_json(folder / "config.json", config)
    tied = {"lm_head.weight"} if model.config.tie_word_embeddings else set()
    state = {k: v.contiguous() for k, v in model.state_dict().items() if k not in tied}
    if model.config.model_type == "gpt_neox":
        # As `save_pretrained` names it in files.
        state["embed_out.weight"] = state.pop("lm_head.weight")
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    return state


def write_gguf(path, name, config, state, tokenizer_json):
    writer = gguf.GGUFWriter(path, name)
    writer.add_name(f"tiny {name}")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(getattr(config, "max_position_embeddings", 2048))
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(getattr(config, "intermediate_size", None) or 4 * config.hidden_size)
    writer.add_head_count(config.num_attention_heads)
    if name in ("gpt2", "bloom"):
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        add_llama_like(writer, config)
    tiny_gguf.add_tokenizer(writer, tokenizer_json, config.bos_token_id, config.eos_token_id)
    architecture = {v: k for k, v in gguf.MODEL_ARCH_NAMES.items()}[name]
    names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
    for key, value in state.items():
        value = value.T if name == "gpt2" and key.endswith(CONV1D) else value
        if ("gemma" in name or name == "nemotron") and key.endswith("norm.weight"):
            value = value + 1
        if name in PERMUTED and "q_proj" in key:
            value = tiny_gguf.permute(value, config.num_attention_heads)
        if name in PERMUTED and "k_proj" in key:
            value = tiny_gguf.permute(value, config.num_key_value_heads)
        if name in GROUPED and "query_key_value" in key:
            value = side_by_side(value, config.num_attention_heads, key_value_heads(config))
        # The converter of BLOOM leaves the model's name out.
        key = key.removeprefix("transformer.") if name == "bloom" else key
        if ".norms." in key:
            # The rows of one tensor there.
            if ".norms.0." not in key:
                continue
            count = sum(name.startswith(key.split("norms.")[0]) for name in state)
            value = torch.stack([state[key.replace(".0.weight", f".{i}.weight")] for i in range(count)])
            key = key.replace(".norms.0.", ".")
        target = names.get_name(key, try_suffixes=(".weight", ".bias"))
        writer.add_tensor(target, np.ascontiguousarray(value.numpy()))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def key_value_heads(config):
    if config.model_type == "falcon" and not config.new_decoder_architecture:
        return 1 if config.multi_query else config.num_attention_heads
    named = getattr(config, "num_key_value_heads", None) or getattr(config, "num_kv_heads", None)
    return named or config.num_attention_heads


def side_by_side(value, heads, key_value_heads):
    """As llama.cpp's converters of these families do."""
    groups = value.reshape(key_value_heads, heads // key_value_heads + 2, -1, *value.shape[1:])
    parts = (groups[:, :-2], groups[:, -2:-1], groups[:, -1:])
    return torch.cat([part.reshape(-1, *value.shape[1:]) for part in parts])


def add_llama_like(writer, config):
    writer.add_head_count_kv(key_value_heads(config))
    rope = config.rope_parameters
    if "full_attention" in rope:
        writer.add_key_value("gemma3.rope.freq_base_swa", rope["sliding_attention"]["rope_theta"], gguf.GGUFValueType.FLOAT32)
        rope = rope["full_attention"]
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(rope["factor"])
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        writer.add_rope_scaling_yarn_beta_fast(rope["beta_fast"])
        writer.add_rope_scaling_yarn_beta_slow(rope["beta_slow"])
    if rope["rope_type"] == "longrope":
        original = config.original_max_position_embeddings
        ratio = config.max_position_embeddings / original
        writer.add_rope_scaling_orig_ctx_len(original)
        writer.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(ratio) / math.log(original)))
        for length in ("long", "short"):
            writer.add_tensor(f"rope_factors_{length}.weight", np.array(rope[f"{length}_factor"], np.float32))
    if "partial_rotary_factor" in rope:
        head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        writer.add_rope_dimension_count(int(head * rope["partial_rotary_factor"]))
    if hasattr(config, "use_parallel_residual"):
        writer.add_parallel_residual(config.use_parallel_residual)
    norms = ("layer_norm_eps", "norm_epsilon", "layer_norm_epsilon", "norm_eps")
    epsilon = next((getattr(config, key) for key in norms if hasattr(config, key)), None)
    if config.model_type == "olmo":
        epsilon = 1e-5
    if epsilon is None:
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    else:
        writer.add_layer_norm_eps(epsilon)
    if getattr(config, "head_dim", None):
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
        if "partial_rotary_factor" not in rope:
            writer.add_rope_dimension_count(config.head_dim)
    for key, add in {
            "sliding_window": writer.add_sliding_window, "attn_logit_softcapping": writer.add_attn_logit_softcapping,
            "final_logit_softcapping": writer.add_final_logit_softcapping,
            "embedding_multiplier": writer.add_embedding_scale, "attention_multiplier": writer.add_attention_scale,
            "residual_multiplier": writer.add_residual_scale, "logits_scaling": writer.add_logit_scale,
            "logit_scale": writer.add_logit_scale}.items():
        if getattr(config, key, None) is not None:
            add(getattr(config, key))


def check_gguf(path, config, sequences, logits):
    """Reads the file back through transformers, which undoes the converter's work by its own code."""
    copy = AutoModelForCausalLM.from_pretrained(
        str(path.parent), gguf_file=path.name, config=config, dtype=torch.float32, attn_implementation="eager").eval()
    difference = (tiny_adapter.logits(copy, sequences)["s7.logits"] - logits["s7.logits"]).abs().max().item()
    assert difference < 1e-4, (path, difference)


@torch.no_grad()
def greedy(model, ids, count=12):
    for _ in range(count):
        ids = ids + [model(torch.tensor([ids])).logits[0, -1].argmax().item()]
    return ids[-count:]


def make(name, family):
    generator = torch.Generator().manual_seed(family.get("seed", SEED + len(name)))
    base = f"families/{name}"
    tiny_adapter.ATTENTION = family.get("attention", "eager")
    folder = files.ROOT / base
    shutil.rmtree(folder, ignore_errors=True)
    model = make_model(family["config"], generator)
    state = save_folder(folder / "hf", model, name)
    sequences = {f"s{n}": torch.randint(3, 320, (n,), generator=generator).tolist() for n in (7, 33)}
    logits = tiny_adapter.logits(tiny_adapter.base_model(base), sequences)
    tokenizer_json = json.loads((folder / "hf/tokenizer.json").read_text())
    if name in GGUF_NAMES:
        write_gguf(folder / "f32.gguf", GGUF_NAMES[name], family["config"], state, tokenizer_json)
    if name in ("qwen2", "gpt2", "qwen3-gguf", "gemma2-gguf", "gemma3"):
        check_gguf(folder / "f32.gguf", family["config"], sequences, logits)
    start = tiny_adapter.make(SEED, base=base, r=3, lora_alpha=6, target_modules=family["targets"])
    tiny_adapter.save(start, folder / "adapter_initial")
    batches = curve.make_batches()
    steps, gradients, trained = curve.run(start, batches, [(0, 1, 2)])
    tiny_adapter.save(trained, folder / "adapter_final")
    save_file(gradients, folder / "gradients_step0.safetensors")
    adapted = tiny_adapter.logits(trained, {"s7": sequences["s7"]})["s7.logits"]
    save_file(logits | {"final.s7.logits": adapted}, folder / "logits.safetensors")
    files.write_json(folder / "expected.json", {
        "sequences": sequences, "greedy": greedy(tiny_adapter.base_model(base), sequences["s7"]),
        "optimizer": curve.OPTIMIZER, "clip": curve.CLIP, "batches": batches, "steps": steps})


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    for name in sys.argv[1:] or FAMILIES:
        make(name, FAMILIES[name])
    files.record("make_families.py", {"torch": SEED}, ["families"])


if __name__ == "__main__":
    main()
