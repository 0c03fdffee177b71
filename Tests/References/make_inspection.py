"""What numpy makes of the matrices that `inspect` looks at, and what transformers and PEFT expect to come next."""

import json

import reference_files as files
import numpy as np
import torch
from peft import PeftModel
from safetensors.numpy import load_file
from transformers import AutoTokenizer

import tiny_adapter

ADAPTER = "adapters/rslora_some_layers"
TEXT = "The quick brown fox"
NF4 = [-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
       -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
       0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1]


def directions(weights):
    """Of each layer with an adapter: the whole ΔW by its definition, and what its decomposition gives."""
    config = json.loads((files.ROOT / ADAPTER / "adapter_config.json").read_text())
    tensors = load_file(files.ROOT / ADAPTER / "adapter_model.safetensors")
    scale = config["lora_alpha"] / config["r"] ** 0.5
    result = {}
    for layer in config["layers_to_transform"]:
        for name in config["target_modules"]:
            path = f"model.layers.{layer}.self_attn.{name}"
            a = tensors[f"base_model.model.{path}.lora_A.weight"].astype(np.float64)
            b = tensors[f"base_model.model.{path}.lora_B.weight"].astype(np.float64)
            update = scale * b @ a
            u, s, v = np.linalg.svd(update)
            s, u, v = s[:config["r"]], u[:, :config["r"]], v[:config["r"]]
            share = s / s.sum()
            projected = u.T @ weights[path + ".weight"].astype(np.float64) @ v.T
            result[f"{layer} {name}"] = {
                "singular_values": s.tolist(), "norm": np.linalg.norm(update),
                "effective_rank": np.exp(-(share * np.log(share)).sum()),
                "first_direction": s[0] ** 2 / (s ** 2).sum(),
                "amplification": np.linalg.norm(update) / np.linalg.norm(projected)}
    return result


def quantized(row):
    """A row of 64 in int8 and NF4, each with one factor."""
    largest = np.abs(row).max()
    codes = np.round(row * np.float32(127 / largest)).astype(int)
    table = np.array(NF4, np.float32)
    nearest = np.abs(row[:, None] / largest - table).argmin(1)
    return {
        "weights": row.tolist(),
        "int8": {"factor": float(largest / 127), "codes": codes.tolist(),
                 "weights": (codes * (largest / 127)).tolist()},
        "nf4": {"factor": float(largest), "codes": nearest.tolist(),
                "weights": (table[nearest] * largest).tolist()}}


@torch.no_grad()
def expectations():
    ids = AutoTokenizer.from_pretrained(files.ROOT / "tiny-llama/hf")(TEXT, add_special_tokens=False)["input_ids"]
    base = tiny_adapter.base_model()
    before = torch.log_softmax(base(torch.tensor([ids])).logits[0, -1].double(), -1)
    tuned = PeftModel.from_pretrained(base, files.ROOT / ADAPTER).eval()
    after = torch.log_softmax(tuned(torch.tensor([ids])).logits[0, -1].double(), -1)
    top = after.argsort(descending=True)[:5]
    return {
        "text": TEXT, "ids": top.tolist(), "probabilities": after.exp()[top].tolist(),
        "base": before.exp()[top].tolist(), "entropy": -(after.exp() * after).sum().item(),
        "base_entropy": -(before.exp() * before).sum().item(),
        "kl": (after.exp() * (after - before)).sum().item()}


def main():
    torch.set_num_threads(1)
    weights = load_file(files.ROOT / "tiny-llama/hf/model.safetensors")
    folder = files.ROOT / "inspection"
    folder.mkdir(exist_ok=True)
    files.write_json(folder / "expected.json", {
        "modules": directions(weights), "next": expectations(),
        "row": quantized(weights["model.layers.1.self_attn.q_proj.weight"][3].astype(np.float32))})
    files.record("make_inspection.py", {}, ["inspection"])


if __name__ == "__main__":
    main()
