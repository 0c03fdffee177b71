"""Changes of GGUF metadata (every key of gguf-py's constants) and of its tensors."""

from dataclasses import replace
from pathlib import Path
from typing import Iterator

import gguf
import numpy as np

from changes import Change, short, write_text
from gguf_copy import Copy, Entry, Kind, guess

FILE = "model.gguf"
# llama.cpp takes one width of integers for each key; another width of the same number is the same number.
WHOLE = {Kind.UINT8, Kind.INT8, Kind.UINT16, Kind.INT16, Kind.UINT32, Kind.INT32, Kind.UINT64, Kind.INT64}
SPLIT = {"split.count", "split.no"}
METADATA, TENSORS = "GGUF metadata", "GGUF tensors"

LEGAL = {
    "general.architecture": ["qwen2", "mistral", "gpt2", "llama4", "gemma", "Llama"],
    "general.alignment": [8, 64, 1, 0, 33], "general.file_type": [0, 1, 15, 999], "general.quantization_version": [0, 3],
    "llama.context_length": [8, 64, 131072], "llama.block_count": [1, 2, 4], "llama.embedding_length": [32, 128],
    "llama.feed_forward_length": [64, 256, [192, 192, 192], [64, 192, 192]], "llama.vocab_size": [300, 321],
    "llama.attention.head_count": [2, 8, [4, 4, 4], [2, 4, 4]], "llama.attention.head_count_kv": [1, 4, 3, [2, 2, 2], [2, 1, 2]],
    "llama.attention.key_length": [8, 16, 32], "llama.attention.value_length": [8, 16, 32],
    "llama.attention.layer_norm_rms_epsilon": [1e-6, 0.1], "llama.attention.layer_norm_epsilon": [0.1],
    "llama.rope.freq_base": [10000.0, 500000.0, 1.0], "llama.rope.dimension_count": [8, 16, 32],
    "llama.rope.scaling.type": ["none", "linear", "yarn", "longrope", "dynamic"], "llama.rope.scaling.factor": [1.0, 2.0, 4.0, 0.0],
    "llama.rope.scale_linear": [1.0, 2.0], "llama.rope.scaling.attn_factor": [1.0, 0.5, 2.0],
    "llama.rope.scaling.original_context_length": [64, 256], "llama.rope.scaling.finetuned": [True],
    "llama.rope.scaling.yarn_log_multiplier": [0.1], "llama.attention.causal": [False, True],
    "llama.attention.scale": [0.5, 0.25], "llama.attention.clamp_kqv": [0.1], "llama.attention.max_alibi_bias": [8.0],
    "llama.attention.sliding_window": [4], "llama.logit_scale": [0.5], "llama.residual_scale": [0.5], "llama.embedding_scale": [2.0],
    "llama.attn_logit_softcapping": [1.0], "llama.final_logit_softcapping": [1.0], "llama.expert_count": [4, 0],
    "llama.expert_used_count": [2, 0], "llama.use_parallel_residual": [True], "llama.tensor_data_layout": ["Meta AI original pth", "reference"],
    "llama.pooling_type": [1], "llama.nextn_predict_layers": [1], "split.count": [0, 1, 2], "split.no": [0, 1], "split.tensors.count": [30, 60],
    "tokenizer.ggml.model": ["llama", "bert", "t5", "rwkv", "no_vocab", "none"],
    "tokenizer.ggml.pre": ["default", "gpt-2", "smollm", "llama-bpe", "llama3", "qwen2", "deepseek-llm", "starcoder", "falcon", "tekken",
                           "chatglm-bpe", "refact", "command-r", "olmo", "dbrx", "nonsense"],
    "tokenizer.ggml.bos_token_id": [0, 2, 320, 5], "tokenizer.ggml.eos_token_id": [0, 1, 40, 320],
    "tokenizer.ggml.eot_token_id": [0, 2, 238, 320], "tokenizer.ggml.eom_token_id": [0, 238], "tokenizer.ggml.unknown_token_id": [2, 320],
    "tokenizer.ggml.padding_token_id": [0, 320], "tokenizer.ggml.add_bos_token": [True], "tokenizer.ggml.add_eos_token": [True],
    "tokenizer.ggml.add_space_prefix": [True], "tokenizer.ggml.remove_extra_whitespaces": [True],
    "tokenizer.ggml.fim_pre_token_id": [238], "tokenizer.ggml.fim_rep_token_id": [238], "tokenizer.ggml.fim_sep_token_id": [238],
    "tokenizer.ggml.scores": [[0.0] * 320, [1.0] * 320, [0.0] * 3], "tokenizer.chat_templates": [["tool_use"]],
    "tokenizer.ggml.pre_tokenizer": ["qwen2"], "tokenizer.ggml.suppress_tokens": [[238, 142]],
    "tokenizer.huggingface.json": ["{}"], "adapter.type": ["lora"], "general.type": ["adapter", "model", "imatrix"],
}
# What names the file, its origin or other programs' defaults; nothing is computed from it.
UNREAD = (
    "general.name", "general.author", "general.version", "general.organization", "general.finetune", "general.basename", "general.desc",
    "general.quantiz", "general.size", "general.license", "general.url", "general.doi", "general.uuid", "general.repo", "general.source",
    "general.base_model", "general.dataset", "general.tags", "general.languages", "general.file_type", "general.sampling", "imatrix.")


# What a refusal may name instead: the tensor or the other key that a size does not fit.
NAMED_BY = {
    "general.architecture": ("architecture",), "llama.embedding_length": ("head size",), "llama.block_count": ('tensor "blk.',),
    "llama.feed_forward_length": ('.ffn_gate.weight"',), "llama.attention.head_count": ("head size",),
    "llama.attention.head_count_kv": ('.attn_k.weight"', "key/value heads"), "llama.attention.key_length": ("head size",),
    "tokenizer.ggml.tokens": ("vocabulary size",)}


def known_keys() -> list[str]:
    """Every key in gguf-py's constants, as a Llama's, and two that llama.cpp also reads."""
    def walk(group):
        for name, value in vars(group).items():
            if isinstance(value, type):
                yield from walk(value)
            elif isinstance(value, str) and not name.startswith("_"):
                yield value.format(arch="llama", id=0, name="tool_use", dense="dense_2")
    keys = [key for key in walk(gguf.constants.Keys) if not key.startswith(("clip.", "diffusion.", "xielu."))]
    return list(dict.fromkeys([*keys, *LEGAL]))


def rewritten(what: str, kind: str, change, names, part=METADATA, **marks) -> Change:
    """`change` makes the new copy of what the base holds."""
    def apply(folder: Path):
        change(Copy.read(folder / FILE)).write(folder / FILE)
    return Change(part, what, kind, apply, names, **marks)


def metadata_changes(base: Path) -> Iterator[Change]:
    copy = Copy.read(base / FILE)
    for key in known_keys():
        old = copy.metadata.get(key)
        names, unread = (key, key.removeprefix("llama."), *NAMED_BY.get(key, ())), key.startswith(UNREAD)

        def setting(kind, entry, unread=unread):
            return rewritten(
                f"{key}: {short(entry.value)} ({entry.kind.name})", kind, lambda c: c.with_entry(key, entry), names, unread=unread)

        if old:
            yield rewritten(f"{key} removed", "removed", lambda c: c.with_entry(key, None), names, unread=unread)
        for value in LEGAL.get(key, []):
            if old is None or value != old.value:
                yield setting("legal value", Entry(value, Kind.UINT16) if key in SPLIT else guess(value))
        for entry in other_types(old):
            same = old is not None and entry.value == old.value and entry.kind in WHOLE and old.kind in WHOLE
            yield setting("other width" if same else "wrong type" if old else "added", entry, unread or same)


def other_types(old: Entry | None) -> list[Entry]:
    """The same number in other types, and values of other kinds; a bit of everything for a key that is not there."""
    entries = [guess(value) for value in (2, 0.5, True, "linear", [1], ["x"])] + [Entry(2**40, Kind.UINT64)]
    if old is None or isinstance(old.value, (list, str)):
        return [e for e in entries if old is None or (e.kind, e.element) != (old.kind, old.element)] + (
            [Entry([], Kind.ARRAY, old.element)] if old and old.element is not None else [])
    number = old.value
    whole = [Entry(int(number), k) for k in (Kind.UINT64, Kind.INT64, Kind.INT32, Kind.UINT16, Kind.INT8, Kind.UINT8) if -128 <= number < 128]
    real = [Entry(float(number), k) for k in (Kind.FLOAT32, Kind.FLOAT64)]
    return [e for e in [*entries, *whole, *real, guess(str(number))] if e.kind != old.kind] + [
        Entry(old.kind in (Kind.FLOAT32,) and 0.0 or 0, old.kind)]


def list_changes(base: Path) -> Iterator[Change]:
    """The tokenizer's lists, which belong together."""
    metadata = Copy.read(base / FILE).metadata
    tokens, types, merges = (metadata[f"tokenizer.ggml.{k}"].value for k in ("tokens", "token_type", "merges"))

    def change(key, what, value):
        key = f"tokenizer.ggml.{key}"
        return rewritten(
            f"{key}: {what}", "list", lambda c: c.with_entry(key, Entry(value, Kind.ARRAY, metadata[key].element)),
            (key, "token", "merge"))

    swapped = lambda items, i, j: [items[j] if k == i else items[i] if k == j else item for k, item in enumerate(items)]
    yield change("tokens", "one fewer", tokens[:-1])
    yield change("tokens", "one more", tokens + ["more"])
    yield change("tokens", "two swapped", swapped(tokens, 60, 61))
    yield change("tokens", "one twice", tokens[:-1] + [tokens[60]])
    yield change("tokens", "one renamed", tokens[:-1] + ["other"])
    yield change("tokens", "one empty", tokens[:-1] + [""])
    yield change("tokens", "a letter of the alphabet gone", tokens[:60] + ["qqqq"] + tokens[61:])
    for kind in range(0, 8):
        for place in (2, 60, 300):
            if types[place] != kind:
                yield change("token_type", f"{tokens[place]} is of type {kind}", types[:place] + [kind] + types[place + 1:])
    yield change("token_type", "one fewer", types[:-1])
    yield change("token_type", "one more", types + [1])
    yield change("merges", "none", merges[:0])
    yield change("merges", "last gone", merges[:-1])
    yield change("merges", "first gone", merges[1:])
    yield change("merges", "two swapped", swapped(merges, 0, 5))
    yield change("merges", "one twice", merges + [merges[0]])
    yield change("merges", "of unknown tokens", merges + ["qq zz"])
    yield change("merges", "without a space", merges + ["qqzz"])
    yield change("merges", "reversed", merges[::-1])


def duplicate_keys() -> Iterator[Change]:
    """One key twice, which writers of GGUF refuse to make: written under a name of the same length, then renamed."""
    for key, value in (("llama.rope.freq_base", 500000.0), ("llama.rope.freq_base", 10000.0), ("llama.block_count", 2),
                       ("tokenizer.ggml.eos_token_id", 238), ("tokenizer.ggml.pre", "gpt-2")):
        def apply(folder, key=key, value=value):
            other = key[:-1] + "#"
            copy = Copy.read(folder / FILE)
            copy.with_entry(other, guess(value)).write(folder / FILE)
            write_text(folder / FILE, (folder / FILE).read_bytes().replace(other.encode(), key.encode()))
        yield Change(METADATA, f"{key} twice, last {value}", "duplicate", apply, (key,))


def dequantized(folder: Path) -> None:
    """All weights in F32: llama.cpp would round activations to the type of weights that it multiplies them by."""
    copy = Copy.read(folder / FILE)
    tensors = {name: (widened(data, kind), gguf.GGMLQuantizationType.F32) for name, (data, kind) in copy.tensors.items()}
    replace(copy, tensors=tensors).write(folder / FILE)


def widened(data: np.ndarray, kind: gguf.GGMLQuantizationType) -> np.ndarray:
    return data if kind.name.startswith(("I", "F64")) else gguf.quants.dequantize(data, kind)


def tensor_changes(base: Path) -> Iterator[Change]:
    copy = Copy.read(base / FILE)
    random = np.random.default_rng(3)
    kinds = gguf.GGMLQuantizationType

    def noise(*shape):
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    def change(what, kind, name, data, type=kinds.F32, **marks):
        return rewritten(what, kind, lambda c: c.with_tensor(name, data, type), (name,), TENSORS, **marks)

    extra = {f"blk.0.{n}.bias": noise(copy.tensors[f"blk.0.{n}.weight"][0].shape[0]) for n in (
        "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down", "attn_norm", "ffn_norm")}
    extra |= {"output.bias": noise(320), "output_norm.bias": noise(64), "token_embd.bias": noise(64), "token_types.weight": noise(2, 64),
              "position_embd.weight": noise(256, 64), "token_embd_norm.weight": noise(64), "blk.0.attn_q_norm.weight": noise(16),
              "blk.0.attn_k_norm.weight": noise(16), "blk.0.post_attention_norm.weight": noise(64), "blk.0.post_ffw_norm.weight": noise(64),
              "blk.0.attn_norm_2.weight": noise(64), "blk.0.ffn_gate_inp.weight": noise(4, 64), "blk.0.attn_rot_embd.weight": noise(8),
              "blk.0.attn_qkv.weight": noise(128, 64), "blk.0.attn_sinks.weight": noise(4), "blk.3.attn_norm.weight": noise(64),
              "blk.0.attn_q.scale": noise(1), "blk.0.ffn_down.input_scale": noise(1), "cls.weight": noise(2, 64), "nonsense": noise(3),
              "blk.0.layer_output_scale.weight": noise(1), "output.weight.lora_a": noise(4, 64)}
    for name, data in extra.items():
        yield change(f"with {name}", "extra", name, data)
    for what, factors in (("ones", np.ones(8)), ("of a Llama 3", np.array([1, 1, 1, 1, 2, 4, 8, 8])), ("of 4", np.ones(4)), ("zeros", np.zeros(8))):
        yield change(f"rope_freqs.weight {what}", "extra", "rope_freqs.weight", factors.astype(np.float32))
        yield change(f"blk.0.rope_freqs.weight {what}", "extra", "blk.0.rope_freqs.weight", factors.astype(np.float32))
    for name, (data, _) in copy.tensors.items():
        yield change(f"without {name}", "missing", name, None)
        if name.startswith("blk.") and not name.startswith("blk.0."):
            continue
        flat = data.reshape(-1)
        yield change(f"{name} turned", "shape", name, np.ascontiguousarray(data.T) if data.ndim == 2 else data.reshape(1, -1))
        yield change(f"{name} one row fewer", "shape", name, np.ascontiguousarray(data[:-1]))
        yield change(f"{name} in one dimension more", "shape", name, data[None])
        yield change(f"{name} flat", "shape", name, flat) if data.ndim == 2 else change(f"{name} halved", "shape", name, flat[::2].copy())
        for kind in (kinds.F16, kinds.BF16, kinds.F64, kinds.I32, kinds.Q8_0, kinds.Q4_0, kinds.Q4_1, kinds.Q5_0, kinds.Q5_1):
            try:
                made = {kinds.F64: np.float64, kinds.I32: np.int32}.get(kind)
                stored = data.astype(made) if made else gguf.quants.quantize(data, kind)
            except (gguf.quants.QuantError, NotImplementedError):
                continue
            yield change(f"{name} as {kind.name}", "type", name, stored, kind, for_reference=dequantized)


def gguf_changes(base: Path) -> Iterator[Change]:
    yield from metadata_changes(base)
    yield from list_changes(base)
    yield from duplicate_keys()
    yield from tensor_changes(base)
