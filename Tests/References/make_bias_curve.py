"""Ten steps of LoRA with trained biases, of the adapted layers and of all, with PEFT and torch's AdamW on a tiny Qwen2:
losses, norms, gradients of the first step, logits, and the adapter at the end."""

import shutil
import warnings

import make_lora_curve as curve
import reference_files as files
import tiny_adapter
import torch
from safetensors.torch import save_file

SEED, BASE = 80, "families/qwen2"
OPTIONS = dict(r=3, lora_alpha=6, target_modules=["q_proj", "o_proj"], layers_to_transform=[1])


def make(place, bias):
    start = tiny_adapter.make(SEED, base=BASE, bias=bias, **OPTIONS)
    tiny_adapter.save(start, place / "adapter_initial")
    batches = curve.make_batches()
    whole = curve.run(start, batches, [(0, 1, 2)], groups=curve.groups_by_decay)
    exact = curve.run(start, batches, [(0, 1, 2)], torch.float64, curve.groups_by_decay)
    tiny_adapter.save(whole[2], place / "adapter_final")
    rows = tiny_adapter.logits(whole[2], {"s7": tiny_adapter.sequences()["s7"]})["s7.logits"]
    save_file({"final.s7.last_logits": rows[-2:].clone()}, place / "logits.safetensors")
    curve.write(place, batches, whole, exact)


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "biases"
    shutil.rmtree(folder, ignore_errors=True)
    for bias in ["lora_only", "all"]:
        place = folder / bias
        place.mkdir(parents=True)
        make(place, bias)
    files.record("make_bias_curve.py", {"torch": [SEED]}, ["biases"])


if __name__ == "__main__":
    main()
