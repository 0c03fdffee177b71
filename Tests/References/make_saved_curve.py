"""Ten steps of LoRA beside modules that PEFT trains and saves themselves (modules_to_save), and beside the biases of norms,
with torch's AdamW: losses, norms, gradients of the first step, logits, and the adapter at the end. On the tiny model, on the
one whose head is its embedding, and on families with other norms, or that keep matrices transposed."""

import shutil
import warnings

import make_lora_curve as curve
import reference_files as files
import tiny_adapter
import torch
from safetensors.torch import save_file

SEED = 81
CASES = {
    "apart": ("tiny-llama", ["q_proj", "down_proj"], dict(modules_to_save=["lm_head", "embed_tokens", "norm", "v_proj"])),
    "tied": ("tiny-llama-tied", ["q_proj"], dict(modules_to_save=["lm_head", "embed_tokens", "model.norm"])),
    "gemma3": ("families/gemma3", ["o_proj"], dict(modules_to_save=["norm"])),
    "gpt2": ("families/gpt2", ["c_proj"], dict(modules_to_save=["c_fc", "ln_1"], bias="lora_only")),
    "bloom": ("families/bloom", ["dense_h_to_4h"], dict(modules_to_save=["word_embeddings_layernorm", "ln_f", "h.1.mlp"])),
    "cohere-heads": ("families/cohere-heads", ["v_proj"], dict(modules_to_save=["norm"])),
    "opt-post": ("families/opt-post", ["q_proj"], dict(modules_to_save=["layer_norm", "embed_tokens"])),
    "norm-biases": ("families/starcoder2", ["q_proj"], dict(bias="all"))}


def make(place, base, targets, options):
    start = tiny_adapter.make(SEED, base=base, r=3, lora_alpha=6, target_modules=targets, **options)
    tiny_adapter.save(start, place / "adapter_initial")
    batches = curve.make_batches()
    rows = [(0,), (1,), (2,)]  # padding would be all that some rows of a window see
    whole = curve.run(start, batches, rows)
    exact = curve.run(start, batches, rows, torch.float64)
    error = curve.compare(whole, exact, 1e-3)
    tiny_adapter.save(whole[2], place / "adapter_final")
    sequence = {"s7": tiny_adapter.sequences()["s7"]}
    logits = {name: tiny_adapter.logits(model, sequence)["s7.logits"][-2:].clone()
            for name, model in (("initial", start), ("final", whole[2]))}
    save_file({f"{name}.s7.last_logits": row for name, row in logits.items()}, place / "logits.safetensors")
    save_file(whole[1], place / "gradients_step0.safetensors")
    files.write_json(place / "curve.json", {
        "steps": whole[0], "batches": batches, "optimizer": curve.OPTIMIZER, "clip": curve.CLIP,
        "furthest_from_float64": error})


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "saved"
    shutil.rmtree(folder, ignore_errors=True)
    for name, case in CASES.items():
        place = folder / name
        place.mkdir(parents=True)
        make(place, *case)
    files.record("make_saved_curve.py", {"torch": [SEED]}, ["saved"])


if __name__ == "__main__":
    main()
