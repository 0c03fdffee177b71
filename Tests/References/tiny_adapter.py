"""Adapters for the tiny model, made and saved by PEFT."""

import json

import reference_files as files
import torch
from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from transformers import AutoModelForCausalLM

BASE = "tiny-llama"
ATTENTION = "eager"
TRAINED_THEMSELVES = ["modules_to_save", "trainable_tokens_delta"]
ALL_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def base_model(base=BASE):
    model = AutoModelForCausalLM.from_pretrained(
        files.ROOT / base / "hf", dtype=torch.float32, attn_implementation=ATTENTION).eval()
    model.config._name_or_path = base
    model.name_or_path = base
    return model


def make(seed, base=BASE, **options):
    """An adapter whose A is PEFT's own initial value and whose B is random, so that every gradient flows; beside an
    embedding it is A that PEFT starts at zero."""
    torch.manual_seed(seed)
    config = LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, **{"bias": "none", **options})
    model = get_peft_model(base_model(base), config).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name or "lora_embedding_A" in name:
                weight.copy_(torch.randn(weight.shape, generator=generator) * 0.05)
            if "lora_magnitude_vector" in name:
                weight.mul_(1 + 0.2 * torch.randn(weight.shape, generator=generator))
            if any(word in name for word in TRAINED_THEMSELVES):
                weight.add_(0.02 * torch.randn(weight.shape, generator=generator))
    return model


def save(model, folder, **options):
    """PEFT writes the target modules in the order of a set; sorting them makes the file repeatable."""
    model.save_pretrained(folder, **options)
    (folder / "README.md").unlink()
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    if isinstance(config["target_modules"], list):
        config["target_modules"] = sorted(config["target_modules"])
    files.write_json(path, config)
    (folder / "adapter_model.safetensors").chmod(0o644)


def trainable(model):
    """Parameters in PEFT's saved names (the adapter's own name left out)."""
    return {
        name.replace(".default", "").replace(".modules_to_save", ""): weight for name, weight in model.named_parameters()
        if weight.requires_grad}


@torch.no_grad()
def logits(model, sequences):
    return {f"{key}.logits": model(torch.tensor([ids])).logits[0].clone() for key, ids in sequences.items()}


def sequences():
    return json.loads((files.ROOT / BASE / "expected.json").read_text())["sequences"]


def describe(folder):
    """Every tensor of a saved adapter as `TYPE [shape]`, and the file's metadata."""
    with safe_open(folder / "adapter_model.safetensors", "pt") as file:
        parts = {key: file.get_slice(key) for key in sorted(file.keys())}
        tensors = {key: f"{part.get_dtype()} {part.get_shape()}" for key, part in parts.items()}
        return {"metadata": file.metadata(), "tensors": tensors}
