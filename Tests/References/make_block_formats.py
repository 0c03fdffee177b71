"""Records what the gguf package makes of blocks of every ggml type, and what transformers computes with a model of them.

In `blocks.safetensors` a row is one block. The factors of the first rows are chosen: zero, the largest float16, a negative
and a subnormal one; all other bytes are random, but for the first row's (zero) and the second's (all bits set).

`mixed.gguf` is a Llama whose matrices are each of another type: random codes under factors that give weights of common
size. No quantizer made them, so every bit of a block matters.
"""

import json

import reference_files as files
import gguf
import numpy as np
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Kind, dequantize
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors
from transformers import LlamaConfig, LlamaForCausalLM

import make_tiny_llama as tiny
import tiny_gguf

SEED = 20261126
TARGET = files.ROOT / "block_formats"
FACTORS = [0.0, 65504.0, -0.3718, 2.0**-24, 0.0123, -1.5e-5]

# where a block's float16 factors begin, and how many there are
HALVES = {
    Kind.Q4_0: (0, 1), Kind.Q4_1: (0, 2), Kind.Q5_0: (0, 1), Kind.Q5_1: (0, 2), Kind.Q8_0: (0, 1), Kind.Q2_K: (80, 2),
    Kind.Q3_K: (108, 1), Kind.Q4_K: (0, 2), Kind.Q5_K: (0, 2), Kind.Q6_K: (208, 1), Kind.IQ2_XXS: (0, 1), Kind.IQ2_XS: (0, 1),
    Kind.IQ3_XXS: (0, 1), Kind.IQ1_S: (0, 1), Kind.IQ4_NL: (0, 1), Kind.IQ3_S: (0, 1), Kind.IQ2_S: (0, 1), Kind.IQ4_XS: (0, 1),
    Kind.TQ1_0: (52, 1), Kind.TQ2_0: (64, 1), Kind.Q1_0: (0, 1),
}
OTHERS = [Kind.IQ1_M, Kind.MXFP4, Kind.NVFP4]


def factors(kind: Kind, rows: np.ndarray) -> None:
    """Overwrites the factors of random blocks."""
    if kind in HALVES:
        start, count = HALVES[kind]
        for place in range(count):
            halves = np.roll(np.array(FACTORS, dtype="<f2"), -place if place else 0)
            halves[0] = 0
            rows[:, start + 2 * place : start + 2 * place + 2] = halves.view(np.uint8).reshape(-1, 2)
    elif kind == Kind.IQ1_M:
        bits = np.array(FACTORS, dtype="<f2").view("<u2")
        for place in range(4):
            nibbles = (bits >> 4 * place & 15).astype(np.uint8)
            rows[:, 49 + 2 * place] = rows[:, 49 + 2 * place] & 15 | nibbles << 4
    elif kind == Kind.MXFP4:
        rows[:, 0] = [0, 250, 1, 2, 120, 127]
    else:
        rows[1:, :4] = [[0x7F, 0x7E, 0xFF, 0x80], [0, 1, 7, 8], [9, 0x3F, 0x40, 0x77], [0x38, 0x21, 0x10, 0x55], [0x18] * 4]


def values(kind: Kind, rows: np.ndarray) -> np.ndarray:
    if kind != Kind.Q1_0:
        return dequantize(rows, kind)
    # the package has no decoder of Q1_0; ggml's (ggml-quants.c): d where the bit is set, else -d
    d = rows[:, :2].copy().view("<f2").astype(np.float32)
    bits = np.unpackbits(rows[:, 2:], axis=1, bitorder="little")
    return np.where(bits == 1, d, -d)


def record_blocks(random) -> None:
    tensors, kinds = {}, {}
    for kind in sorted([*HALVES, *OTHERS], key=int):
        elements, size = GGML_QUANT_SIZES[kind]
        rows = random.integers(0, 256, (len(FACTORS), size), dtype=np.uint8)
        rows[0], rows[1] = 0, 255
        factors(kind, rows)
        decoded = values(kind, rows)
        assert decoded.dtype == np.float32 and decoded.shape == (len(FACTORS), elements) and np.isfinite(decoded).all(), kind
        name = kind.name.lower()
        tensors[name + ".blocks"], tensors[name + ".values"] = rows, decoded
        kinds[name] = {"number": int(kind), "elements": elements, "bytes": size}
    save_file(tensors, TARGET / "blocks.safetensors")
    files.write_json(TARGET / "kinds.json", kinds)


# what a minimum is to the factor, so that weights lie about zero
MINIMA = {Kind.Q4_1: -7.5, Kind.Q5_1: -15.5, Kind.Q2_K: 1.5, Kind.Q4_K: 7.5, Kind.Q5_K: 15.5}


def random_matrix(kind: Kind, shape: tuple, deviation: float, random) -> np.ndarray:
    """Blocks of random codes whose weights have about this deviation."""
    elements, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (shape[0] * shape[1] // elements, size), dtype=np.uint8)

    def scale(factor: np.ndarray) -> None:
        start, count = HALVES[kind]
        halves = np.stack([factor, factor * MINIMA.get(kind, 0)][:count], axis=1).astype("<f2")
        blocks[:, start : start + 2 * count] = halves.view(np.uint8)

    if kind in HALVES:
        scale(np.ones(len(blocks)))
        spread = random.uniform(0.7, 1.4, len(blocks)) * random.choice([-1, 1], len(blocks))
        scale(spread * deviation / values(kind, blocks).std())
    elif kind == Kind.MXFP4:
        blocks[:, 0] = random.integers(119, 123, len(blocks))
    else:
        blocks[:, :4] = random.integers(8, 20, (len(blocks), 4))
    return blocks.reshape(shape[0], -1)


# one type a matrix, in the order of the state dictionary's names
MIXED = [
    Kind.Q6_K, Kind.Q4_K, Kind.Q5_K, Kind.Q3_K, Kind.Q2_K, Kind.IQ4_XS, Kind.IQ4_NL, Kind.Q5_0, Kind.Q5_1, Kind.MXFP4, Kind.NVFP4,
    Kind.IQ3_S, Kind.IQ3_XXS, Kind.IQ2_S, Kind.TQ2_0, Kind.Q5_K,
]


def mixed_config() -> LlamaConfig:
    return LlamaConfig(
        vocab_size=tiny.VOCABULARY, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=2, hidden_size=256,
        intermediate_size=256, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-5,
        tie_word_embeddings=False, attn_implementation="eager", rope_parameters={"rope_type": "default", "rope_theta": 10000.0})


def write_mixed(path, model, random) -> dict:
    """Writes the file; returns the weights that a reader gets back, rows in transformers' order."""
    config, kinds, back = model.config, iter(MIXED), {}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("mixed")
    writer.add_custom_alignment(64)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_rope_dimension_count(config.head_dim)
    folder = files.ROOT / "tiny-llama/hf"
    tiny_gguf.add_tokenizer(writer, json.loads((folder / "tokenizer.json").read_text()), config.bos_token_id, config.eos_token_id)
    for key, value in model.state_dict().items():
        name, heads = tiny_gguf.gguf_name(key), tiny_gguf.heads_of(key, config)
        if value.ndim == 1:
            back[key] = (1 + 0.2 * random.standard_normal(value.shape)).astype(np.float32)
            writer.add_tensor(name, back[key])
            continue
        kind = next(kinds)
        blocks = random_matrix(kind, tuple(value.shape), 1.0 if "embed" in key else 1.2 / value.shape[1] ** 0.5, random)
        writer.add_tensor(name, blocks, raw_dtype=kind)
        plain = dequantize(blocks, kind).astype(np.float32)
        back[key] = tiny_gguf.unpermute(plain, heads) if heads else plain
    assert next(kinds, None) is None
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return back


def record_model(random) -> None:
    torch.set_num_threads(1)
    model = LlamaForCausalLM(mixed_config()).eval()
    state = write_mixed(TARGET / "mixed.gguf", model, random)
    model.load_state_dict({key: torch.from_numpy(value.copy()) for key, value in state.items()})
    sequences = tiny.make_sequences(torch.Generator().manual_seed(SEED))
    tensors = {}
    results = {"mixed": tiny.measure(model, sequences, tensors, "mixed", False)}
    save_tensors({key: value.contiguous() for key, value in tensors.items()}, TARGET / "logits.safetensors")
    files.write_json(TARGET / "expected.json", {
        "sequences": sequences, "train_flags_s33": tiny.train_flags(33), "results": results})


def main() -> None:
    random = np.random.default_rng(SEED)
    TARGET.mkdir(exist_ok=True)
    record_blocks(random)
    record_model(random)
    files.record("make_block_formats.py", {"numpy": SEED, "torch": SEED}, ["block_formats"])


main()
