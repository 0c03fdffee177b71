"""Adapters as PEFT writes them, with the logits that a reader must reproduce and the list of all keys."""

import shutil
import warnings

import reference_files as files
import torch
from safetensors.torch import save_file

import tiny_adapter

ADAPTERS = {
    "rslora_some_layers": (501, dict(
        r=3, lora_alpha=12, target_modules=["q_proj", "v_proj"], use_rslora=True, layers_to_transform=[0, 2])),
    "patterns": (502, dict(
        r=2, lora_alpha=4, target_modules=["k_proj", "o_proj"], rank_pattern={"o_proj": 5},
        alpha_pattern={"o_proj": 15})),
    "dora": (503, dict(r=2, lora_alpha=4, target_modules=["q_proj", "v_proj"], use_dora=True)),
}


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "adapters"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sequences, logits, format = tiny_adapter.sequences(), {}, {}
    for name, (seed, options) in ADAPTERS.items():
        model = tiny_adapter.make(seed, **options)
        tiny_adapter.save(model, folder / name)
        rows = tiny_adapter.logits(model, {"s7": sequences["s7"]})["s7.logits"]
        logits[f"{name}.s7.last_logits"] = rows[-2:].clone()
        format[name] = tiny_adapter.describe(folder / name)
    format["adapter_initial"] = tiny_adapter.describe(files.ROOT / "lora/adapter_initial")
    save_file(logits, folder / "logits.safetensors")
    files.write_json(folder / "format.json", format)
    files.record("make_adapters.py", {"torch": [seed for seed, _ in ADAPTERS.values()]}, ["adapters"])


if __name__ == "__main__":
    main()
