"""The unchanged models: the tiny Llama of Tests/References as a folder, as a GGUF file, and an adapter by PEFT."""

import json
import shutil
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

REFERENCES = Path(__file__).parent.parent / "References"
sys.path.insert(0, str(REFERENCES))
# What of PEFT's adapters starts at zero, or as the base.
TRAINED = ["lora_B", "bias", "embedding_A", "modules_to_save", "trainable_tokens_delta"]


def make_folder(target: Path) -> Path:
    """With the configuration of generation that transformers would save beside it."""
    shutil.copytree(REFERENCES / "tiny-llama/hf", target)
    config = json.loads((target / "config.json").read_text())
    generation = {"_from_model_config": True, "bos_token_id": config["bos_token_id"], "eos_token_id": config["eos_token_id"],
                  "pad_token_id": config["pad_token_id"], "transformers_version": config["transformers_version"]}
    (target / "generation_config.json").write_text(json.dumps(generation, indent=1))
    return target


def make_adapter(model_folder: Path, target: Path, seed: int = 7, **options) -> Path:
    """An adapter that PEFT saves, with B away from zero so that it changes the loss."""
    torch.manual_seed(seed)
    base = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32, attn_implementation="eager")
    base.config._name_or_path = base.name_or_path = "tiny-llama"
    options = {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj", "down_proj"], "task_type": "CAUSAL_LM"} | options
    model = get_peft_model(base, LoraConfig(**options))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.requires_grad and any(word in name for word in TRAINED):
                weight.add_(torch.randn(weight.shape) * 0.1)
            if weight.requires_grad and "lora_magnitude_vector" in name:
                weight.mul_(1 + 0.2 * torch.randn(weight.shape))
    model.save_pretrained(target)
    return target
