"""What tokens attend to in one block of small models, by transformers: grouped heads, windows, capped scores, linear biases."""

import json

import reference_files as files
import torch
from transformers import AutoModelForCausalLM

MODELS = ["tiny-llama", "families/gemma2-gguf", "families/gemma3", "families/bloom", "families/gpt2", "families/qwen3-gguf"]


@torch.no_grad()
def shares(folder):
    model = AutoModelForCausalLM.from_pretrained(
        folder / "hf", dtype=torch.float32, attn_implementation="eager").eval()
    tokens = json.loads((folder / "expected.json").read_text())["sequences"]["s33"][:14]
    layer = model.config.num_hidden_layers - 1
    found = model(torch.tensor([tokens]), output_attentions=True).attentions[layer][0]
    return {"layer": layer, "tokens": tokens, "shares": [[[round(v, 8) for v in row] for row in head] for head in found.tolist()]}


def main():
    torch.set_num_threads(1)
    folder = files.ROOT / "attention"
    folder.mkdir(exist_ok=True)
    files.write_json(folder / "shares.json", {name: shares(files.ROOT / name) for name in MODELS})
    files.record("make_attention.py", {}, ["attention"])


if __name__ == "__main__":
    main()
