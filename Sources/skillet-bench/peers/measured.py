"""What all scripts share: loading a model, peak memory, the line of JSON."""
import json
import resource


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def load_model(folder, dtype):
    import torch
    from transformers import AutoModelForCausalLM
    if dtype == "nf4":
        from transformers import BitsAndBytesConfig
        config = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16)
        return AutoModelForCausalLM.from_pretrained(folder, quantization_config=config, dtype=torch.bfloat16)
    return AutoModelForCausalLM.from_pretrained(folder, dtype={"f32": torch.float32, "bf16": torch.bfloat16}[dtype])


def lora_config(rank, targets):
    from peft import LoraConfig
    return LoraConfig(
        r=rank, lora_alpha=2 * rank, lora_dropout=0.0, task_type="CAUSAL_LM",
        target_modules=["q_proj", "v_proj"] if targets == "qv" else "all-linear")


def report(**values):
    print(json.dumps(dict(values, peak_mb=round(peak_mb()))), flush=True)
