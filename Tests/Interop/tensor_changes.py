"""Changes of model.safetensors: tensors added, left out, of other shapes and types, and cut into shards."""

import json
from pathlib import Path
from typing import Iterator

import torch
from safetensors.torch import load_file, save_file

from changes import Change, edit_json, write_json, write_text

FILE = "model.safetensors"
INDEX = "model.safetensors.index.json"
# Frequencies that old files carry and every reader computes anew.
HARMLESS = ("rotary_emb.inv_freq",)


def save(tensors: dict, path: Path) -> None:
    path.unlink(missing_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata={"format": "pt"})


def edited(what: str, kind: str, edit, names, **marks) -> Change:
    def apply(folder: Path):
        tensors = load_file(folder / FILE)
        save(edit(tensors) or tensors, folder / FILE)
    return Change(FILE, what, kind, apply, names, **marks)


def extra_tensors() -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    layer = "model.layers.0."
    shapes = {
        "self_attn.q_proj.bias": (64,), "self_attn.k_proj.bias": (32,), "self_attn.v_proj.bias": (32,), "self_attn.o_proj.bias": (64,),
        "mlp.gate_proj.bias": (192,), "mlp.up_proj.bias": (192,), "mlp.down_proj.bias": (64,), "input_layernorm.bias": (64,),
        "post_attention_layernorm.bias": (64,), "self_attn.q_norm.weight": (16,), "self_attn.k_norm.weight": (16,),
        "pre_feedforward_layernorm.weight": (64,), "post_feedforward_layernorm.weight": (64,), "self_attn.qkv_proj.weight": (128, 64),
        "self_attn.sinks": (4,), "mlp.router.weight": (4, 64), "mlp.experts.0.gate_proj.weight": (192, 64),
        "self_attn.q_proj.weight_scale": (64, 1), "self_attn.q_proj.qweight": (8, 64), "self_attn.q_proj.lora_A.weight": (4, 64),
        "self_attn.rotary_emb.inv_freq": (8,)}
    tensors = {layer + name: torch.randn(shape) * 0.3 for name, shape in shapes.items()}
    return tensors | {
        "lm_head.bias": torch.randn(320), "model.norm.bias": torch.randn(64), "model.layers.3.input_layernorm.weight": torch.randn(64),
        "model.embed_positions.weight": torch.randn(256, 64), "score.weight": torch.randn(2, 64), "nonsense": torch.randn(3),
        "model.layers.0.self_attn.q_proj.base_layer.weight": torch.randn(64, 64), "transformer.wte.weight": torch.randn(320, 64)}


def shards(folder: Path, edit_index=lambda index: index, count=2) -> None:
    tensors = load_file(folder / FILE)
    (folder / FILE).unlink()
    names, index = sorted(tensors), {}
    for part in range(count):
        file = f"model-{part + 1:05}-of-{count:05}.safetensors"
        chosen = names[part::count]
        save({name: tensors[name] for name in chosen}, folder / file)
        index |= {name: file for name in chosen}
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    write_json(folder / INDEX, edit_index({"metadata": {"total_size": total}, "weight_map": index}))


def shard_changes() -> Iterator[Change]:
    first, second = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    head = "lm_head.weight"

    def change(what, edit=lambda index: index, names=(INDEX,), after=lambda folder: None, **marks):
        def apply(folder):
            shards(folder, edit)
            after(folder)
        return Change(INDEX, what, "shards", apply, names, **marks)

    def mapped(name, file):
        return lambda index: index | {"weight_map": index["weight_map"] | {name: file}}

    yield change("two shards")
    yield change("a tensor mapped to the other shard", mapped(head, second), (head, second))
    yield change("a tensor mapped to no file", mapped(head, "model-00003-of-00003.safetensors"), (head, "00003"))
    yield change("a tensor mapped to a number", mapped(head, 1), (head, INDEX))
    yield change("a tensor mapped out of the folder", mapped(head, "../model/model.safetensors"), (head, ".."))
    yield change("an unknown tensor", mapped("model.nonsense", first), ("model.nonsense",))
    yield change("a tensor left out", lambda i: i | {"weight_map": {k: v for k, v in i["weight_map"].items() if k != head}}, (head,))
    yield change("no weight_map", lambda i: {"metadata": i["metadata"]}, ("weight_map",))
    yield change("weight_map: []", lambda i: i | {"weight_map": []}, ("weight_map",))
    yield change("weight_map: null", lambda i: i | {"weight_map": None}, ("weight_map",))
    yield change("no metadata", lambda i: {"weight_map": i["weight_map"]}, ("metadata",), unread=True)
    yield change("total_size: 1", lambda i: i | {"metadata": {"total_size": 1}}, ("total_size",))
    yield change("total_size: \"1\"", lambda i: i | {"metadata": {"total_size": "1"}}, ("total_size",))
    yield change("a shard missing", after=lambda folder: (folder / second).unlink(), names=(second,))

    def both(folder):
        tensors = load_file(folder / FILE)
        shards(folder)
        save({name: tensor * 1.5 for name, tensor in tensors.items()}, folder / FILE)
    yield Change(INDEX, "shards beside another model.safetensors", "shards", both, (FILE, INDEX))

    def twice(folder):
        shards(folder)
        tensors = load_file(folder / second)
        save(tensors | {head: load_file(folder / first)[head] * 2}, folder / second)
    yield Change(INDEX, "a tensor in both shards", "shards", twice, (head,))

    def unmapped(folder):
        shards(folder)
        save(load_file(folder / second) | {"model.nonsense": torch.ones(3)}, folder / second)
    yield Change(INDEX, "a shard with an unknown tensor", "shards", unmapped, ("model.nonsense",), must_refuse=True)


def tensor_changes(base: Path) -> Iterator[Change]:
    tensors = load_file(base / FILE)
    for name, tensor in extra_tensors().items():
        yield edited(
            f"with {name}", "extra", lambda t, name=name, tensor=tensor: t | {name: tensor}, (name,),
            must_refuse=not name.endswith(HARMLESS))
    types = (torch.float16, torch.bfloat16, torch.float64, torch.int32, torch.int8, torch.uint8, torch.bool, torch.float8_e4m3fn)
    for name, tensor in tensors.items():
        yield edited(f"without {name}", "missing", lambda t, name=name: {k: v for k, v in t.items() if k != name}, (name,))
        if ".layers." in name and ".layers.0." not in name:
            continue
        shapes = {"turned": tensor.T, "one row fewer": tensor[:-1], "one row more": torch.cat([tensor, tensor[:1]]),
                  "in one dimension more": tensor[None], "empty": tensor[:0], "flat": tensor.reshape(-1)[None]}
        for what, new in shapes.items():
            if new.shape != tensor.shape:
                yield edited(f"{name} {what}", "shape", lambda t, name=name, new=new: t | {name: new}, (name,))
        for type in types:
            yield edited(
                f"{name} as {type}", "type", lambda t, name=name, type=type: t | {name: t[name].to(type)}, (name,))
    for value in (float("nan"), float("inf"), -float("inf")):
        def broken(t, value=value):
            t["model.layers.1.mlp.up_proj.weight"][3, 5] = value
        yield edited(f"one weight is {value}", "value", broken, ("up_proj", "NaN", "finite"))
    tied = lambda t: {k: v for k, v in t.items() if k != "lm_head.weight"}
    for value in (True, False, None):
        def apply(folder, value=value):
            save(tied(load_file(folder / FILE)), folder / FILE)
            edit_json(folder / "config.json", lambda root: root.update(tie_word_embeddings=value))
        yield Change(FILE, f"no lm_head, tie_word_embeddings: {json.dumps(value)}", "head", apply, ("lm_head", "tie_word_embeddings"))
    for prefix in ("", "base_model.model.", "module.", "_orig_mod."):
        strip = lambda name: name.removeprefix("model.") if not prefix else prefix + name
        yield edited(f"names with prefix \"{prefix}\"", "names", lambda t, strip=strip: {strip(k): v for k, v in t.items()}, ("model.", "lm_head"))
    for metadata in ({}, {"format": "tf"}, {"format": "mlx"}, {"format": "nonsense"}):
        def apply(folder, metadata=metadata):
            tensors = load_file(folder / FILE)
            (folder / FILE).unlink()
            save_file(tensors, folder / FILE, metadata=metadata)
        yield Change(FILE, f"metadata {json.dumps(metadata)}", "metadata", apply, ("format",), unread=True)
    yield Change(FILE, "empty", "whole file", lambda folder: write_text(folder / FILE, b""), (FILE,))
    yield Change(FILE, "no such file", "whole file", lambda folder: (folder / FILE).unlink(), (FILE, "safetensors"))
    yield from shard_changes()
