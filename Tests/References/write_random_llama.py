"""Writes a random Llama of any size, as GGUF or as a Hugging Face folder, in little memory.

usage: write_random_llama.py OUT.gguf --size 1B --scheme Q4_1
       write_random_llama.py OUT_FOLDER --size 1B --scheme BF16 --shards 3

Each row is drawn from a pool of 256 random rows of its width, so that a file of gigabytes is written
as fast as the disk takes it: good for scale and memory, meaningless as a model. The tokenizer is the
tiny one; token ids above its vocabulary are unused.
"""

import argparse
import json
import struct
from pathlib import Path

import reference_files as files
import gguf
import numpy as np
from gguf import GGMLQuantizationType as Quant

import tiny_gguf

SIZES = {
    "10M": dict(hidden=256, intermediate=768, layers=8, heads=8, kv_heads=4, vocabulary=4096, tied=True),
    "135M": dict(hidden=576, intermediate=1536, layers=30, heads=9, kv_heads=3, vocabulary=49152, tied=True),
    "360M": dict(hidden=960, intermediate=2560, layers=32, heads=15, kv_heads=5, vocabulary=49152, tied=True),
    "1B": dict(hidden=2048, intermediate=8192, layers=16, heads=32, kv_heads=8, vocabulary=49152, tied=True),
    "3B": dict(hidden=3072, intermediate=8192, layers=28, heads=24, kv_heads=8, vocabulary=49152, tied=False),
}
SCHEMES = {"F32": Quant.F32, "BF16": Quant.BF16, "Q8_0": Quant.Q8_0, "Q4_0": Quant.Q4_0, "Q4_1": Quant.Q4_1}
POOL_ROWS = 256
CHUNK_ROWS = 1024


def shapes(size):
    """Tensor names of a Hugging Face checkpoint with their shapes, in order."""
    hidden, wide = size["hidden"], size["intermediate"]
    narrow = hidden // size["heads"] * size["kv_heads"]
    yield "model.embed_tokens.weight", (size["vocabulary"], hidden)
    for layer in range(size["layers"]):
        part = f"model.layers.{layer}."
        yield part + "input_layernorm.weight", (hidden,)
        yield part + "self_attn.q_proj.weight", (hidden, hidden)
        yield part + "self_attn.k_proj.weight", (narrow, hidden)
        yield part + "self_attn.v_proj.weight", (narrow, hidden)
        yield part + "self_attn.o_proj.weight", (hidden, hidden)
        yield part + "post_attention_layernorm.weight", (hidden,)
        yield part + "mlp.gate_proj.weight", (wide, hidden)
        yield part + "mlp.up_proj.weight", (wide, hidden)
        yield part + "mlp.down_proj.weight", (hidden, wide)
    yield "model.norm.weight", (hidden,)
    if not size["tied"]:
        yield "lm_head.weight", (size["vocabulary"], hidden)


class RowPool:
    """Random rows by width and scheme, encoded once."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.rows = {}

    def encoded(self, width, scheme):
        if (width, scheme) not in self.rows:
            plain = self.random.standard_normal((POOL_ROWS, width), dtype=np.float32) * (0.7 / width**0.5)
            self.rows[width, scheme] = gguf.quants.quantize(plain, scheme)
        return self.rows[width, scheme]

    def write(self, file, shape, scheme):
        if len(shape) == 1:
            file.write(gguf.quants.quantize(np.ones(shape, dtype=np.float32), scheme).tobytes())
            return
        rows = self.encoded(shape[1], scheme)
        for start in range(0, shape[0], CHUNK_ROWS):
            count = min(CHUNK_ROWS, shape[0] - start)
            file.write(rows[self.random.integers(0, POOL_ROWS, count)].tobytes())


def byte_count(shape, scheme):
    block, size = gguf.GGML_QUANT_SIZES[scheme]
    return int(np.prod(shape)) // block * size


def scheme_of(shape, name, scheme):
    """Norms stay F32 in GGUF; embedding and head of a 4-bit file are Q8_0, as in the default model."""
    if len(shape) == 1:
        return Quant.F32
    return Quant.Q8_0 if name in tiny_gguf.OUTER_NAMES and scheme in (Quant.Q4_0, Quant.Q4_1) else scheme


def tokenizer_json():
    return json.loads((files.ROOT / "tiny-llama/hf/tokenizer.json").read_text())


def write_gguf(path, size, scheme, seed, context):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("random")
    writer.add_block_count(size["layers"])
    writer.add_context_length(context)
    writer.add_embedding_length(size["hidden"])
    writer.add_feed_forward_length(size["intermediate"])
    writer.add_head_count(size["heads"])
    writer.add_head_count_kv(size["kv_heads"])
    writer.add_rope_freq_base(100000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(size["vocabulary"])
    writer.add_rope_dimension_count(size["hidden"] // size["heads"])
    tokenizer = tokenizer_json()
    vocabulary = tokenizer["model"]["vocab"]
    for index in range(len(vocabulary), size["vocabulary"]):
        vocabulary[f"<unused_{index}>"] = index
    tiny_gguf.add_tokenizer(writer, tokenizer, 1, 2)
    kinds = [(name, shape, scheme_of(shape, name, scheme)) for name, shape in shapes(size)]
    for name, shape, kind in kinds:
        writer.add_tensor_info(
            tiny_gguf.gguf_name(name), shape, np.dtype(np.float32), byte_count(shape, kind), kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    file, pool = writer.fout[0], RowPool(seed)
    writer.write_padding(file, file.tell())
    for _, shape, kind in kinds:
        pool.write(file, shape, kind)
        writer.write_padding(file, byte_count(shape, kind))
    writer.close()


def write_safetensors(path, tensors, scheme, pool):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        end = offset + byte_count(shape, scheme)
        header[name] = {"dtype": scheme.name, "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, shape in tensors:
            pool.write(file, shape, scheme)
    return offset


def write_folder(folder, size, scheme, seed, context, shards):
    folder.mkdir(parents=True, exist_ok=True)
    tensors, pool = list(shapes(size)), RowPool(seed)
    count = -(-len(tensors) // shards)
    index, total = {}, 0
    for shard in range(shards):
        name = "model.safetensors" if shards == 1 else f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        part = tensors[shard * count:(shard + 1) * count]
        total += write_safetensors(folder / name, part, scheme, pool)
        index |= {tensor: name for tensor, _ in part}
    if shards > 1:
        files.write_json(folder / "model.safetensors.index.json", {
            "metadata": {"total_size": total}, "weight_map": index})
    files.write_json(folder / "tokenizer.json", tokenizer_json())
    files.write_json(folder / "config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "hidden_size": size["hidden"], "intermediate_size": size["intermediate"],
        "num_hidden_layers": size["layers"], "num_attention_heads": size["heads"],
        "num_key_value_heads": size["kv_heads"], "head_dim": size["hidden"] // size["heads"],
        "vocab_size": size["vocabulary"], "max_position_embeddings": context, "rope_theta": 100000.0,
        "rms_norm_eps": 1e-5, "tie_word_embeddings": size["tied"], "bos_token_id": 1, "eos_token_id": 2,
        "torch_dtype": {"F32": "float32", "BF16": "bfloat16"}[scheme.name]})


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--size", choices=SIZES, default="1B")
    arguments.add_argument("--scheme", choices=SCHEMES, default="BF16")
    arguments.add_argument("--shards", type=int, default=1)
    arguments.add_argument("--context", type=int, default=2048)
    arguments.add_argument("--seed", type=int, default=1)
    for name in ("hidden", "intermediate", "layers", "heads", "kv_heads", "vocabulary"):
        arguments.add_argument("--" + name.replace("_", "-"), type=int, dest=name)
    given = arguments.parse_args()
    size = SIZES[given.size] | {k: v for k, v in vars(given).items() if k in SIZES["1B"] and v is not None}
    if given.out.suffix == ".gguf":
        write_gguf(given.out, size, SCHEMES[given.scheme], given.seed, given.context)
    elif given.scheme in ("F32", "BF16"):
        write_folder(given.out, size, SCHEMES[given.scheme], given.seed, given.context, given.shards)
    else:
        arguments.error(f"a Hugging Face folder holds F32 or BF16, not {given.scheme}: name a .gguf file")
    count = sum(int(np.prod(shape)) for _, shape in shapes(size))
    print(f"{given.out}: {count / 1e6:.1f} million parameters, {given.scheme}")


if __name__ == "__main__":
    main()
