"""Ten steps of full fine-tuning of three matrices of the tiny model with transformers and torch's AdamW: losses, norms,
gradients of the first step, and what the matrices changed by."""

import shutil

import make_lora_curve as curve
import reference_files as files
import tiny_adapter
import torch
from safetensors.torch import save_file

SEED = 77
MATRICES = ["layers.0.self_attn.q_proj", "layers.1.self_attn.q_proj", "layers.1.mlp.down_proj"]


def start():
    model = tiny_adapter.base_model()
    for name, weight in model.named_parameters():
        weight.requires_grad_(any(f".{matrix}.weight" in name for matrix in MATRICES))
    return model


def named(tensors):
    """By the names that B has in an adapter whose A is the identity."""
    return {
        f"base_model.model.{name.removesuffix('.weight')}.lora_B.weight": tensor.detach().clone().contiguous()
        for name, tensor in tensors.items()}


def main():
    torch.set_num_threads(1)
    folder = files.ROOT / "whole"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    curve.OPTIMIZER["weight_decay"] = 0.0
    model = start()
    before = {name: weight.detach().clone() for name, weight in tiny_adapter.trainable(model).items()}
    batches = curve.make_batches()
    whole = curve.run(model, batches, [(0, 1, 2)])
    exact = curve.run(model, batches, [(0, 1, 2)], torch.float64)
    error = curve.compare(whole, exact, 1e-3)
    after = tiny_adapter.trainable(whole[2])
    save_file(named(whole[1]), folder / "gradients_step0.safetensors")
    save_file(named({name: after[name] - weight for name, weight in before.items()}), folder / "changes.safetensors")
    for path in folder.glob("*.safetensors"):
        path.chmod(0o644)
    files.write_json(folder / "curve.json", {
        "steps": whole[0], "batches": batches, "optimizer": curve.OPTIMIZER, "clip": curve.CLIP,
        "furthest_from_float64": error})
    files.record("make_whole_curve.py", {"torch": [SEED]}, ["whole"])


if __name__ == "__main__":
    main()
