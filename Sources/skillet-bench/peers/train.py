"""A LoRA training step of PyTorch + PEFT on random tokens without padding, all positions trained, AdamW.

Prints {"rate": tokens a second (median), "loss": …, "peak_mb": …}.
"""
import argparse
import os
import statistics
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
arguments = argparse.ArgumentParser()
arguments.add_argument("model")
arguments.add_argument("--dtype", default="bf16", choices=["f32", "bf16", "nf4"])
arguments.add_argument("--batch", type=int, default=4)
arguments.add_argument("--sequence", type=int, default=256)
arguments.add_argument("--rank", type=int, default=8)
arguments.add_argument("--targets", default="qv", choices=["qv", "all"])
arguments.add_argument("--steps", type=int, default=5)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--compile", action="store_true")
arguments.add_argument("--recompute", action="store_true")
options = arguments.parse_args()

import torch
from peft import get_peft_model, prepare_model_for_kbit_training

from measured import load_model, lora_config, report

torch.set_num_threads(options.threads)
torch.manual_seed(0)
model = load_model(options.model, options.dtype)
model.config.use_cache = False
if options.dtype == "nf4":
    model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=options.recompute)
elif options.recompute:
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.enable_input_require_grads()
model = get_peft_model(model, lora_config(options.rank, options.targets))
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
model.train()
forward = torch.compile(model) if options.compile else model
tokens = torch.Generator().manual_seed(1)
warm_up, seconds = 2, []
for step in range(warm_up + options.steps):
    ids = torch.randint(0, model.config.vocab_size, (options.batch, options.sequence), generator=tokens)
    start = time.perf_counter()
    loss = forward(input_ids=ids, labels=ids).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    if step >= warm_up:
        seconds.append(time.perf_counter() - start)
report(rate=options.batch * options.sequence / statistics.median(seconds), loss=loss.item())
