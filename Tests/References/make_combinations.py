"""Weighed sums of adapters by PEFT's add_weighted_adapter on the tiny model: the logits of each."""

import shutil
import warnings

import reference_files as files
import tiny_adapter
import torch
from peft import PeftModel
from safetensors.torch import save_file

ADAPTERS = {
    "first": (601, dict(r=3, lora_alpha=6, target_modules=["q_proj", "v_proj", "down_proj"])),
    "second": (602, dict(r=3, lora_alpha=12, target_modules=["q_proj", "v_proj", "down_proj"])),
    "other": (603, dict(r=2, lora_alpha=5, target_modules=["v_proj", "up_proj"])),
}
COMBINATIONS = {
    "cat": (["first", "second", "other"], [0.7, -0.4, 1.5], {}),
    "svd": (["first", "second", "other"], [0.7, -0.4, 1.5], {"svd_rank": 4}),
    "linear": (["first", "second"], [0.7, 0.3], {}),
    "linear_negative": (["first", "second"], [1.0, -0.5], {}),
    "ties": (["first", "second"], [0.7, 0.6], {"density": 0.4}),
    # nothing is pruned at random
    "dare_linear": (["first", "second"], [0.7, 0.3], {"density": 1.0}),
    "dare_ties": (["first", "second"], [0.7, 0.3], {"density": 1.0}),
}


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "combinations"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, (seed, options) in ADAPTERS.items():
        tiny_adapter.save(tiny_adapter.make(seed, **options), folder / name)
    sequence, logits = {"s7": tiny_adapter.sequences()["s7"]}, {}
    for name, (adapters, weights, options) in COMBINATIONS.items():
        model = PeftModel.from_pretrained(tiny_adapter.base_model(), folder / adapters[0], adapter_name=adapters[0])
        for other in adapters[1:]:
            model.load_adapter(folder / other, adapter_name=other)
        kind = name.replace("_negative", "")
        model.add_weighted_adapter(adapters, weights, "combined", combination_type=kind, **options)
        model.set_adapter("combined")
        logits[f"{name}.s7.last_logits"] = tiny_adapter.logits(model.eval(), sequence)["s7.logits"][-2:].clone()
    save_file(logits, folder / "logits.safetensors")
    files.record("make_combinations.py", {"torch": [seed for seed, _ in ADAPTERS.values()]}, ["combinations"])


if __name__ == "__main__":
    main()
