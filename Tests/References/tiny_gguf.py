"""Writes a Llama state dictionary as GGUF, with the names and row order of llama.cpp's converter."""

import gguf
import numpy as np

LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
OUTER_NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}


def gguf_name(name):
    if name in OUTER_NAMES:
        return OUTER_NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    return f"blk.{layer}.{LAYER_NAMES[rest.removesuffix('.weight')]}.weight"


def permute(rows, heads):
    """Interleaves the halves of each head, so that a rotated pair lies side by side."""
    shape = rows.shape
    return rows.reshape(heads, 2, shape[0] // heads // 2, shape[1]).swapaxes(1, 2).reshape(shape)


def unpermute(rows, heads):
    shape = rows.shape
    return rows.reshape(heads, shape[0] // heads // 2, 2, shape[1]).swapaxes(1, 2).reshape(shape)


def heads_of(name, config):
    """The heads by which a matrix's rows are permuted, or None for every other tensor."""
    if name.endswith("q_proj.weight"):
        return config.num_attention_heads
    if name.endswith("k_proj.weight"):
        return config.num_key_value_heads
    return None


def add_tokenizer(writer, tokenizer_json, bos, eos):
    model = tokenizer_json["model"]
    special = {token["id"] for token in tokenizer_json["added_tokens"] if token["special"]}
    vocabulary = sorted(model["vocab"].items(), key=lambda item: item[1])
    types = [gguf.TokenType.CONTROL if i in special else gguf.TokenType.NORMAL for _, i in vocabulary]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_bos_token_id(bos)
    writer.add_eos_token_id(eos)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(eos)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)


def write(path, name, config, state, scheme, tokenizer_json, chat_template):
    """Returns what a reader gets back: the state dictionary after quantization, rows in their first order.

    `scheme` is F32, Q8_0 (every matrix) or Q4_1 (linear layers; embedding and head are Q8_0).
    """
    quant = gguf.GGMLQuantizationType
    files = {"F32": gguf.LlamaFileType.ALL_F32, "Q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
             "Q4_1": gguf.LlamaFileType.MOSTLY_Q4_1}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_file_type(files[scheme])
    writer.add_vocab_size(config.vocab_size)
    writer.add_rope_dimension_count(config.head_dim)
    add_tokenizer(writer, tokenizer_json, config.bos_token_id, config.eos_token_id)
    writer.add_chat_template(chat_template)
    back = {}
    for key, value in state.items():
        heads = heads_of(key, config)
        stored = np.ascontiguousarray(permute(value, heads) if heads else value)
        kind = quant[scheme] if value.ndim == 2 else quant.F32
        if scheme == "Q4_1" and key in OUTER_NAMES and value.ndim == 2:
            kind = quant.Q8_0
        if kind == quant.F32:
            writer.add_tensor(gguf_name(key), stored)
            back[key] = value
            continue
        blocks = gguf.quants.quantize(stored, kind)
        writer.add_tensor(gguf_name(key), blocks, raw_dtype=kind)
        plain = gguf.quants.dequantize(blocks, kind).astype(np.float32)
        back[key] = unpermute(plain, heads) if heads else plain
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return back
