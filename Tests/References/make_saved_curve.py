"""Ten steps of LoRA beside modules that PEFT trains and saves themselves (modules_to_save), rows of tokens
(trainable_token_indices), and the biases of norms, with torch's AdamW: losses, norms, gradients of the first step, logits, and the adapter at the end. On the tiny model, on the
one whose head is its embedding, and on families with other norms, or that keep matrices transposed."""

import shutil
import warnings

import make_lora_curve as curve
import reference_files as files
import tiny_adapter
import torch
from safetensors.torch import save_file

SEED = 81
# Tokens of the batches, and one that is in none.
TOKENS = [*curve.make_batches()[0]["ids"][1][2:8:2], 319]
PADDING = 2
HEAD = "base_model.model.lm_head.weight"
CASES = {
    "apart": ("tiny-llama", ["q_proj", "down_proj"], dict(modules_to_save=["lm_head", "embed_tokens", "norm", "v_proj"])),
    "tied": ("tiny-llama-tied", ["q_proj"], dict(modules_to_save=["lm_head", "embed_tokens", "model.norm"])),
    "gemma3": ("families/gemma3", ["o_proj"], dict(modules_to_save=["norm"])),
    "gpt2": ("families/gpt2", ["c_proj"], dict(modules_to_save=["c_fc", "ln_1"], bias="lora_only")),
    "bloom": ("families/bloom", ["dense_h_to_4h"], dict(modules_to_save=["word_embeddings_layernorm", "ln_f", "h.1.mlp"])),
    "cohere-heads": ("families/cohere-heads", ["v_proj"], dict(modules_to_save=["norm"])),
    "opt-post": ("families/opt-post", ["q_proj"], dict(modules_to_save=["layer_norm", "embed_tokens"])),
    "tied-ensured": ("tiny-llama-tied", ["q_proj"], dict(modules_to_save=["lm_head"], ensure_weight_tying=True)),
    "tokens": ("tiny-llama", ["v_proj"], dict(trainable_token_indices={"embed_tokens": TOKENS, "lm_head": TOKENS[1:3]})),
    "tokens-tied": ("tiny-llama-tied", ["v_proj"], dict(trainable_token_indices=TOKENS)),
    "tokens-parted": ("tiny-llama-tied", ["v_proj"], dict(trainable_token_indices={"embed_tokens": TOKENS, "lm_head": TOKENS[:2]})),
    "tokens-scaled": ("families/gemma3", ["o_proj"], dict(trainable_token_indices=TOKENS)),
    "padded": ("tiny-llama", ["v_proj"], dict(modules_to_save=["embed_tokens"])),
    "padded-pair": ("tiny-llama", ["v_proj", "embed_tokens"], {}),
    "padded-tokens": ("tiny-llama-tied", ["v_proj"], dict(trainable_token_indices=[TOKENS[0], PADDING])),
    "norm-biases": ("families/starcoder2", ["q_proj"], dict(bias="all"))}


def make(place, base, targets, options):
    start = tiny_adapter.make(SEED, base=base, r=3, lora_alpha=6, target_modules=targets, **options)
    tiny_adapter.save(start, place / "adapter_initial", save_embedding_layers=False)
    batches = curve.make_batches()
    if place.name.startswith("padded"):  # within a text the token stands for itself
        for row in batches[0]["ids"] + batches[1]["ids"]:
            row[3] = PADDING
    rows = [(0,), (1,), (2,)]  # padding would be all that some rows of a window see
    whole = curve.run(start, batches, rows, groups=curve.groups_by_decay)
    exact = curve.run(start, batches, rows, torch.float64, curve.groups_by_decay)
    tiny_adapter.save(whole[2], place / "adapter_final", save_embedding_layers=False)
    sequence = {"s7": tiny_adapter.sequences()["s7"]}
    logits = {name: tiny_adapter.logits(model, sequence)["s7.logits"][-2:].clone()
            for name, model in (("initial", start), ("final", whole[2]))}
    save_file({f"{name}.s7.last_logits": row for name, row in logits.items()}, place / "logits.safetensors")
    curve.write(place, batches, whole, exact)
    if options.get("ensure_weight_tying"):  # saved under both names
        gradients = whole[1] | {HEAD: whole[1][HEAD.replace("lm_head", "model.embed_tokens")].clone()}
        save_file(gradients, place / "gradients_step0.safetensors")


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
