"""Trains the tiny model of the lessons on sentences of a small language, and writes it and the lessons' data."""

import json
import math
import random
from pathlib import Path

import reference_files as files
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

import kitchen_text as kitchen
import tiny_gguf
from make_tiny_llama import CHAT_TEMPLATE, SPECIAL

SEED = 1414
VOCABULARY = 384
STEPS, BATCH, LENGTH, RATE = 1500, 8, 256, 5e-3
FOLDER = files.ROOT.parents[1] / "Sources/CLessons/data"


def make_tokenizer(text):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator([text], trainer)
    assert tokenizer.get_vocab_size() == VOCABULARY
    return tokenizer


def make_model():
    torch.manual_seed(SEED)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=64, intermediate_size=192, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, rms_norm_eps=1e-5, tie_word_embeddings=True, max_position_embeddings=256,
        bos_token_id=1, eos_token_id=2, pad_token_id=2, attn_implementation="sdpa",
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    return LlamaForCausalLM(config)


def train(model, ids):
    generator = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01, betas=(0.9, 0.95))
    for step in range(STEPS):
        rate = RATE * min(1, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        for group in optimizer.param_groups:
            group["lr"] = rate
        starts = torch.randint(0, len(ids) - LENGTH, (BATCH,), generator=generator)
        batch = torch.stack([ids[start:start + LENGTH] for start in starts])
        loss = model(batch, labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0:
            print(step, round(loss.item(), 4), flush=True)
    return loss.item()


def write_rows(path, rows):
    path.write_text("".join(json.dumps({"prompt": p, "completion": c}) + "\n" for p, c in rows))


def main():
    torch.set_num_threads(1)
    chance = random.Random(SEED)
    FOLDER.mkdir(parents=True, exist_ok=True)
    known = kitchen.dishes()
    text = "\n".join(kitchen.paragraph(chance, known) for _ in range(16000))
    held_out = [kitchen.paragraph(chance, known) for _ in range(150)]
    # perplexity reads names of special tokens as letters
    held_out = [text for text in held_out if not text.startswith("<|")]
    (FOLDER / "sentences.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in held_out))
    held_out = "".join(text + "\n" for text in held_out)
    tokenizer = make_tokenizer(text[:400_000])
    ids = torch.tensor(tokenizer.encode(text).ids)
    print(len(text), "characters", len(ids), "tokens")
    model = make_model()
    train(model, ids)
    (FOLDER / "kitchen.txt").write_text(held_out)
    rows, seen = [], set()
    while len(rows) < 240:
        row = kitchen.order(chance)
        if row[0] not in seen:
            seen.add(row[0])
            rows.append(row)
    write_rows(FOLDER / "orders.jsonl", rows)
    state = {k: v.detach().float().numpy() for k, v in model.state_dict().items() if k != "lm_head.weight"}
    path = FOLDER / "kitchen.gguf"
    tiny_gguf.write(path, "kitchen", model.config, state, "F32", json.loads(tokenizer.to_str()), CHAT_TEMPLATE)
    print(path.stat().st_size, "bytes")
    with torch.no_grad():
        held = torch.tensor(tokenizer.encode(held_out).ids)
        print("held out", model(held[None, :256], labels=held[None, :256]).loss.item())
        out = model.generate(torch.tensor([tokenizer.encode("Mia washes").ids]), max_new_tokens=60, do_sample=False)
        print(tokenizer.decode(out[0].tolist()))


if __name__ == "__main__":
    main()
