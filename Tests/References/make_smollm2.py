"""Records what transformers computes with the default model, dequantized to f32.

usage: make_smollm2.py HF_FOLDER GGUF_FILE

HF_FOLDER holds the GGUF file's weights dequantized to f32 and its tokenizer with digits split.
"""

import argparse
import hashlib
import json
from pathlib import Path

import reference_files as files
import bitsandbytes.functional as bnb
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

PROMPT_IDS = [1, 9690, 198, 2683]
QUESTION = "What is the capital of France?"
TEXT = Path("/usr/share/common-licenses/GPL-3")
STRETCH = slice(1000, 1064)
WINDOW = 512
NEW_TOKENS = 24
MATRICES = ["model.layers.0.self_attn.q_proj.weight", "model.layers.0.mlp.down_proj.weight"]


@torch.no_grad()
def last_logits(model, ids):
    logits = model(torch.tensor([ids])).logits[0, -1]
    top = logits.topk(5)
    return {
        "ids": ids, "first_16_logits": logits[:16].tolist(), "argmax": logits.argmax().item(),
        "top_5": top.indices.tolist(), "top_5_logits": top.values.tolist(),
        "log_sum_exp": logits.double().logsumexp(-1).item()}


@torch.no_grad()
def stretch(model, tokenizer):
    text = TEXT.read_text(encoding="utf-8")
    all_ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    ids = all_ids[STRETCH]
    tokens = torch.tensor([ids])
    logprobs = torch.log_softmax(model(tokens).logits[0].double(), -1)[:-1]
    losses = -logprobs.gather(1, tokens[0, 1:, None])[:, 0]
    return last_logits(model, ids) | {
        "source": f"tokens {STRETCH.start} to {STRETCH.stop} of {TEXT.name}",
        "source_sha256": hashlib.sha256(TEXT.read_bytes()).hexdigest(),
        "source_tokens": len(all_ids), "text": tokenizer.decode(ids),
        "token_losses": losses.tolist(), "mean_loss": losses.mean().item()}


@torch.no_grad()
def perplexity(model, tokenizer):
    """As llama-perplexity: windows that do not overlap, the second half of each scored."""
    ids = tokenizer(TEXT.read_text(encoding="utf-8"), add_special_tokens=False)["input_ids"]
    losses = []
    for start in range(0, len(ids) - WINDOW + 1, WINDOW):
        tokens = torch.tensor([ids[start:start + WINDOW]])
        logprobs = torch.log_softmax(model(tokens).logits[0, WINDOW // 2:-1].double(), -1)
        losses.append(-logprobs.gather(1, tokens[0, WINDOW // 2 + 1:, None])[:, 0])
    losses = torch.cat(losses)
    deviation = losses.std(correction=0) / (len(losses) - 1) ** 0.5
    value = losses.mean().exp()
    return {
        "window": WINDOW, "scored_tokens": len(losses), "mean_loss": losses.mean().item(),
        "perplexity": value.item(), "standard_error": (value * deviation).item()}


def greedy(model, tokenizer):
    """Greedy choice by hand, with the gap between the two best logits at each step."""
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": QUESTION}], tokenize=False, add_generation_prompt=True)
    prompt = tokenizer(text, add_special_tokens=False)["input_ids"]
    ids, margins = list(prompt), []
    for _ in range(NEW_TOKENS):
        with torch.no_grad():
            best = model(torch.tensor([ids])).logits[0, -1].topk(2)
        ids.append(best.indices[0].item())
        margins.append((best.values[0] - best.values[1]).item())
        if ids[-1] == tokenizer.eos_token_id:
            break
    new = ids[len(prompt):]
    return {
        "question": QUESTION, "prompt_text": text, "prompt_ids": prompt, "new_ids": new,
        "new_text": tokenizer.decode(new, skip_special_tokens=True), "margins": margins}


def nf4_errors(model):
    state, result = model.state_dict(), {}
    for name in MATRICES:
        weight = state[name].contiguous()
        errors = {"shape": list(weight.shape)}
        for key, double in (("nf4", False), ("nf4_double", True)):
            packed, kept = bnb.quantize_4bit(
                weight, blocksize=64, quant_type="nf4", compress_statistics=double)
            difference = (bnb.dequantize_4bit(packed, kept) - weight).double()
            errors[key] = {
                "rms_error": difference.square().mean().sqrt().item(),
                "max_error": difference.abs().max().item(),
                "codes_sha256": hashlib.sha256(packed.flatten().numpy().tobytes()).hexdigest()}
            if double:
                errors[key] |= {"offset": kept.offset.item(), "nested_absmax": kept.state2.absmax.tolist()}
        result[name] = errors
    return result


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder")
    arguments.add_argument("gguf", type=Path)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(
        given.folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(given.folder)
    folder = files.ROOT / "smollm2"
    folder.mkdir(exist_ok=True)
    files.write_json(folder / "expected.json", {
        "gguf_sha256": hashlib.sha256(given.gguf.read_bytes()).hexdigest(),
        "prompt": last_logits(model, PROMPT_IDS), "stretch": stretch(model, tokenizer),
        "perplexity": perplexity(model, tokenizer), "chat": greedy(model, tokenizer), "nf4_errors": nf4_errors(model)})
    files.record("make_smollm2.py", {}, ["smollm2"])


if __name__ == "__main__":
    main()
