"""Ten steps of LoRA beside the embedding, the output head and layers of blocks with PEFT and torch's AdamW, on the tiny
model, on the one whose head is its embedding, and on one with projections between embedding, blocks and head: losses, norms, gradients of the first step, logits, and the adapter at
the end. The first adapter has copies of the frozen tables beside it, as PEFT saves by itself."""

import shutil
import warnings

import make_lora_curve as curve
import reference_files as files
import tiny_adapter
import torch
from safetensors.torch import save_file

SEED = 79
OPTIONS = dict(r=3, lora_alpha=6, rank_pattern={"lm_head": 5}, alpha_pattern={"embed_tokens": 9})
TABLES = ["embed_tokens", "lm_head"]
BASES = {
    "apart": ("tiny-llama", ["q_proj", "down_proj"]), "tied": ("tiny-llama-tied", ["q_proj", "down_proj"]),
    "projected": ("families/opt-post", ["q_proj", "fc2"])}


def make(place, base, layers):
    start = tiny_adapter.make(SEED, base=base, target_modules=layers + TABLES, **OPTIONS)
    tiny_adapter.save(start, place / "adapter_initial")
    rows = tiny_adapter.logits(start, {"s7": tiny_adapter.sequences()["s7"]})["s7.logits"]
    save_file({"initial.s7.last_logits": rows[-2:].clone()}, place / "logits.safetensors")
    batches = curve.make_batches()
    whole = curve.run(start, batches, [(0, 1, 2)])
    exact = curve.run(start, batches, [(0, 1, 2)], torch.float64)
    tiny_adapter.save(whole[2], place / "adapter_final", save_embedding_layers=False)
    curve.write(place, batches, whole, exact)


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "tables"
    shutil.rmtree(folder, ignore_errors=True)
    for name, (base, layers) in BASES.items():
        place = folder / name
        place.mkdir(parents=True)
        make(place, base, layers)
    files.record("make_table_curve.py", {"torch": [SEED]}, ["tables"])


if __name__ == "__main__":
    main()
