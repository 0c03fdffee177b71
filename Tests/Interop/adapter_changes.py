"""Changes of adapter_config.json and its weights, and adapters as PEFT saves them for each of LoraConfig's options."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Iterator

import torch
from peft import LoraConfig
from safetensors.torch import load_file

from bases import make_adapter
from changes import Change, edit_json
from json_changes import changes_of_key, damaged, duplicate
from tensor_changes import save

FILE, WEIGHTS = "adapter/adapter_config.json", "adapter/adapter_model.safetensors"

LEGAL = {
    "r": [2, 8], "lora_alpha": [4, 16, 0, -8, 7.5], "lora_dropout": [0.0, 0.5, 0.99], "use_rslora": [True], "use_dora": [True],
    "use_qalora": [True], "lora_bias": [True], "fan_in_fan_out": [True], "bias": ["none", "all", "lora_only", "nonsense"],
    "target_modules": [["q_proj", "v_proj"], ["q_proj", "k_proj", "v_proj", "down_proj"], ["down_proj", "v_proj", "q_proj"], "all-linear",
                       ".*(q|v|down)_proj", ".*(q|v)_proj", "q_proj", ["self_attn.q_proj", "v_proj", "mlp.down_proj"], ["proj"], ["lm_head"],
                       ["model.layers.0.self_attn.q_proj", "v_proj", "down_proj"], ["q_proj", "v_proj", "down_proj", "embed_tokens"],
                       ["q_proj", "v_proj", "down_proj", "nonsense"], ["q_proj", "q_proj", "v_proj", "down_proj"]],
    "exclude_modules": [["q_proj"], ["k_proj"], ".*layers.0.*", "nonsense", []],
    "layers_to_transform": [0, [0], [0, 1, 2], [2, 0, 1], [0, 2], [3], [-1], [0, 0, 1, 2], []],
    "layers_pattern": ["layers", ["layers"], "h", []],
    "rank_pattern": [{"q_proj": 4}, {"q_proj": 8}, {"q_proj": 2, "v_proj": 2}, {"k_proj": 8}, {".*layers.0.*": 4}, {"q_proj": "4"}],
    "alpha_pattern": [{"q_proj": 8}, {"q_proj": 16}, {"k_proj": 16}, {"^model.layers.0.self_attn.q_proj": 32}, {".*v_proj": 2}, {"q_proj": "16"}],
    "init_lora_weights": [True, False, "gaussian", "pissa", "pissa_niter_4", "olora", "loftq", "eva", "corda", "orthogonal", "mica", "lora_ga", "nonsense"],
    "modules_to_save": [["lm_head"], ["embed_tokens"], ["norm"], ["nonsense"], []], "loftq_config": [{"loftq_bits": 4, "loftq_iter": 1}, {}],
    "eva_config": [{"rho": 2.0}], "corda_config": [{"corda_method": "kpm"}], "lora_ga_config": [{}], "trainable_token_indices": [[1, 2], {"embed_tokens": [1]}, []],
    "layer_replication": [[[0, 2], [1, 3]], [[0, 3]], []], "target_parameters": [["q_proj.weight"], []], "alora_invocation_tokens": [[1, 2], []],
    "megatron_config": [{"a": 1}], "megatron_core": ["megatron.core", "other"], "arrow_config": [{"top_k": 2}], "use_bdlora": [{"nblocks": 2}],
    "velora_config": [{}], "monteclora_config": [{}], "kasa_config": [{}], "runtime_config": [{"ephemeral_gpu_offload": True}],
    "qalora_group_size": [8, 32], "ensure_weight_tying": [True], "auto_mapping": [{"base_model_class": "LlamaForCausalLM"}],
    "base_model_name_or_path": ["other/model", ""], "revision": ["main"], "inference_mode": [False], "peft_version": ["0.1.0", "99.0.0"],
    "task_type": ["SEQ_CLS", "FEATURE_EXTRACTION", "NONSENSE"], "peft_type": ["LOHA", "IA3", "ADALORA", "PREFIX_TUNING", "lora"],
    "lora_plus": [True], "scaling": [2.0], "use_lora_fa": [True], "unknown_key_of_the_future": [1], "enable_lora": [[True, False, True]],
    "merge_weights": [True]}
# Other modules than the weights are for: a refusal may name the tensor instead.
NAMED_BY = {"target_modules": ("lora_A",), "layers_to_transform": ("lora_A",)}
UNREAD = {
    "base_model_name_or_path", "revision", "inference_mode", "peft_version", "auto_mapping", "lora_dropout", "runtime_config", "qalora_group_size",
    "megatron_core", "unknown_key_of_the_future", "scaling", "lora_plus", "use_lora_fa", "merge_weights", "enable_lora", "task_type",
    "ensure_weight_tying"}


def edited(what: str, kind: str, edit, names, **marks) -> Change:
    def apply(folder: Path):
        save(edit(load_file(folder / WEIGHTS)), folder / WEIGHTS)
    return Change(WEIGHTS.removeprefix("adapter/"), what, kind, apply, names, **marks)


def weight_changes(base: Path) -> Iterator[Change]:
    tensors = load_file(base / WEIGHTS)
    torch.manual_seed(9)
    q = "base_model.model.model.layers.0.self_attn.q_proj"
    extra = {
        f"{q}.lora_magnitude_vector": torch.rand(64) + 1, f"{q}.lora_B.bias": torch.randn(64), f"{q}.bias": torch.randn(64),
        f"{q.replace('q_proj', 'k_proj')}.lora_A.weight": torch.randn(4, 64), f"{q.replace('q_proj', 'k_proj')}.lora_B.weight": torch.randn(32, 4),
        f"{q.replace('layers.0', 'layers.3')}.lora_A.weight": torch.randn(4, 64), "base_model.model.lm_head.weight": torch.randn(320, 64),
        "base_model.model.model.embed_tokens.lora_embedding_A": torch.randn(4, 320), "base_model.model.model.norm.weight": torch.randn(64),
        f"{q}.lora_A.other.weight": torch.randn(4, 64), f"{q}.base_layer.weight": torch.randn(64, 64), "nonsense": torch.randn(3)}
    for name, tensor in extra.items():
        yield edited(f"with {name}", "extra", lambda t, n=name, v=tensor: t | {n: v}, (name,), must_refuse=True)
    for name, tensor in tensors.items():
        yield edited(f"without {name}", "missing", lambda t, n=name: {k: v for k, v in t.items() if k != n}, (name, name.removeprefix("base_model.model.")))
        if ".layers.0." not in name:
            continue
        for what, new in {"turned": tensor.T, "of a rank more": torch.cat([tensor, tensor[:1]]), "of half the rank": tensor[:2] if "lora_A" in name else tensor[:, :2],
                          "in one dimension more": tensor[None], "of one column fewer": tensor[:, 1:]}.items():
            yield edited(f"{name} {what}", "shape", lambda t, n=name, v=new: t | {n: v}, (name, name.removeprefix("base_model.model.")))
        for type in (torch.float16, torch.bfloat16, torch.float64, torch.int32):
            yield edited(f"{name} as {type}", "type", lambda t, n=name, k=type: t | {n: t[n].to(k)}, (name, name.removeprefix("base_model.model.")))
        for value in (float("nan"), float("inf")):
            yield edited(f"{name} holds {value}", "value", lambda t, n=name, v=value: t | {n: torch.full_like(t[n], v)}, (name, "NaN", "finite"))
    for old, new in (("base_model.model.", ""), ("base_model.model.", "base_model."), (".weight", ".default.weight"), ("model.layers", "layers"),
                     ("self_attn", "attention"), ("lora_A", "lora_a"), ("base_model.model.", "base_model.model.model.")):
        yield edited(f"names with {new or 'nothing'} for {old}", "names", lambda t, o=old, n=new: {k.replace(o, n): v for k, v in t.items()}, ("lora_", "tensor"))
    yield edited("A and B in each other's place", "names", lambda t: {k.replace("lora_A", "x").replace("lora_B", "lora_A").replace("x", "lora_B"): v for k, v in t.items()}, ("lora_",))
    yield edited("no tensors", "missing", lambda t: {}, ("lora_", "tensor"))


def adapter_changes(base: Path) -> Iterator[Change]:
    root = json.loads((base / FILE).read_text())
    for key in dict.fromkeys([*root, *(f.name for f in dataclasses.fields(LoraConfig)), *LEGAL]):
        for change in changes_of_key(FILE, root, (key,), LEGAL.get(key, ()), key in UNREAD):
            yield dataclasses.replace(change, file=Path(FILE).name, names=(*change.names, *NAMED_BY.get(key, ())))
    for key in ("r", "lora_alpha", "use_rslora", "target_modules"):
        for first in (True, False):
            yield dataclasses.replace(duplicate(FILE, key, LEGAL[key][0], first), file=Path(FILE).name)
    for change in damaged(FILE):
        yield dataclasses.replace(change, file=Path(FILE).name, names=(*change.names, Path(FILE).name))
    yield from weight_changes(base)


OPTIONS = {
    "plain": {}, "alpha 32": {"lora_alpha": 32}, "dropout": {"lora_dropout": 0.3}, "rslora": {"use_rslora": True}, "dora": {"use_dora": True},
    "all-linear": {"target_modules": "all-linear"}, "gaussian": {"init_lora_weights": "gaussian"}, "pissa": {"init_lora_weights": "pissa"},
    "pissa_niter_4": {"init_lora_weights": "pissa_niter_4"}, "olora": {"init_lora_weights": "olora"}, "orthogonal": {"init_lora_weights": "orthogonal"},
    "no initial weights": {"init_lora_weights": False}, "rank_pattern": {"rank_pattern": {"q_proj": 2, "down_proj": 6}},
    "alpha_pattern": {"alpha_pattern": {"q_proj": 32}}, "both patterns": {"rank_pattern": {"layers.0.self_attn.q_proj": 2}, "alpha_pattern": {"v_proj": 3}},
    "bias all": {"bias": "all"}, "bias lora_only": {"bias": "lora_only"}, "lora_bias": {"lora_bias": True}, "modules_to_save head": {"modules_to_save": ["lm_head"]},
    "modules_to_save norm": {"modules_to_save": ["norm"]}, "layers": {"layers_to_transform": [0, 2]}, "one layer": {"layers_to_transform": 1},
    "layers and pattern": {"layers_to_transform": [1], "layers_pattern": "layers"}, "regex": {"target_modules": r".*layers\.[02]\..*(q|v)_proj"},
    "full names": {"target_modules": ["model.layers.0.self_attn.q_proj", "model.layers.2.mlp.up_proj"]},
    "suffixes": {"target_modules": ["self_attn.q_proj", "mlp.down_proj"]}, "excluded": {"target_modules": ["q_proj", "v_proj"], "exclude_modules": ["v_proj"]},
    "excluded by layer": {"target_modules": ["q_proj"], "exclude_modules": r".*layers\.1\..*"}, "head": {"target_modules": ["lm_head"]},
    "embedding": {"target_modules": ["embed_tokens"]}, "embedding and dora": {"target_modules": ["embed_tokens"], "use_dora": True},
    "head and dora": {"target_modules": ["lm_head"], "use_dora": True},
    "embedding, head, patterns": {"target_modules": ["embed_tokens", "lm_head", "v_proj"], "rank_pattern": {"lm_head": 3}, "alpha_pattern": {"embed_tokens": 3}}, "head and layers": {"target_modules": ["q_proj", "lm_head"]},
    "modules_to_save table and layers": {"modules_to_save": ["embed_tokens", "mlp"]}, "modules_to_save of a target": {"modules_to_save": ["v_proj"]},
    "tokens of both tables": {"trainable_token_indices": {"embed_tokens": [5, 9], "lm_head": [7]}}, "tied or not": {"modules_to_save": ["lm_head"], "ensure_weight_tying": True},
    "trainable tokens": {"trainable_token_indices": [1, 2]}, "replication": {"layer_replication": [[0, 2], [1, 3]]},
    "rank 1": {"r": 1}, "rank 64": {"r": 64}, "no task": {"task_type": None},
    "rslora, dora, patterns": {"use_rslora": True, "use_dora": True, "rank_pattern": {"q_proj": 2}}, "alora": {"alora_invocation_tokens": [1, 2]},
    "rslora and patterns": {"use_rslora": True, "rank_pattern": {"q_proj": 2}, "alpha_pattern": {"q_proj": 3}}}


def saved_by_peft(base: Path) -> Iterator[Change]:
    """One adapter an option; the names are those of its keys and of what it saves."""
    for what, options in OPTIONS.items():
        def apply(folder, options=options):
            shutil.rmtree(folder / "adapter")
            make_adapter(folder / "model", folder / "adapter", **options)
        yield Change("saved by PEFT", what, "option", apply, (*options, "lora_", "init_lora_weights"))
