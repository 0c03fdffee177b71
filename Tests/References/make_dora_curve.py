"""Ten steps of weight-decomposed LoRA (DoRA) with PEFT and torch's AdamW on the tiny model, layers of several ranks and
alphas among them: losses, norms, gradients of the first step, and the adapter at the end."""

import shutil
import warnings

import make_lora_curve as curve
import reference_files as files
import torch
import tiny_adapter
from safetensors.torch import save_file

SEED = 78
OPTIONS = dict(
    r=3, lora_alpha=6, target_modules=r".*\.(q_proj|v_proj|o_proj|down_proj)", use_dora=True,
    rank_pattern={"o_proj": 5, "layers.0.self_attn.q_proj": 2}, alpha_pattern={"down_proj": 9})


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "dora"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    start = tiny_adapter.make(SEED, **OPTIONS)
    tiny_adapter.save(start, folder / "adapter_initial")
    batches = curve.make_batches()
    whole = curve.run(start, batches, [(0, 1, 2)])
    exact = curve.run(start, batches, [(0, 1, 2)], torch.float64)
    error = curve.compare(whole, exact, 1e-3)
    tiny_adapter.save(whole[2], folder / "adapter_final")
    # As PEFT calls them in files.
    gradients = {name.replace("magnitude_vector.weight", "magnitude_vector"): g for name, g in whole[1].items()}
    save_file(gradients, folder / "gradients_step0.safetensors")
    files.write_json(folder / "curve.json", {
        "steps": whole[0], "batches": batches, "optimizer": curve.OPTIMIZER, "clip": curve.CLIP,
        "furthest_from_float64": error})
    files.record("make_dora_curve.py", {"torch": [SEED]}, ["dora"])


if __name__ == "__main__":
    main()
