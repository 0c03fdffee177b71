"""One epoch of TRL's SFTTrainer on prompt/completion rows, loss on completions, as one whole process.

Prints {"seconds": from start to saved adapter, "loss_before": …, "loss": held-out, "peak_mb": …}.
"""
import time

started = time.time()
import argparse
import json
import os
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TQDM_DISABLE", "1")
arguments = argparse.ArgumentParser()
arguments.add_argument("model")
arguments.add_argument("train", help="JSON lines with prompt and completion")
arguments.add_argument("valid")
arguments.add_argument("--dtype", default="bf16", choices=["f32", "bf16", "nf4"])
arguments.add_argument("--batch", type=int, default=8)
arguments.add_argument("--rank", type=int, default=8)
arguments.add_argument("--targets", default="qv", choices=["qv", "all"])
arguments.add_argument("--rate", type=float, default=2e-4)
arguments.add_argument("--threads", type=int, default=2)
options = arguments.parse_args()

import torch
from datasets import Dataset
from transformers import AutoTokenizer
from trl import SFTConfig, SFTTrainer

from measured import load_model, lora_config, report

torch.set_num_threads(options.threads)
torch.manual_seed(0)


def rows(path):
    with open(path) as lines:
        return Dataset.from_list([json.loads(line) for line in lines])


with tempfile.TemporaryDirectory() as folder:
    trainer = SFTTrainer(
        model=load_model(options.model, options.dtype), processing_class=AutoTokenizer.from_pretrained(options.model),
        train_dataset=rows(options.train), eval_dataset=rows(options.valid),
        args=SFTConfig(
            output_dir=folder, per_device_train_batch_size=options.batch, per_device_eval_batch_size=options.batch,
            num_train_epochs=1, max_length=512, learning_rate=options.rate, lr_scheduler_type="cosine",
            warmup_steps=2, report_to="none", save_strategy="no", disable_tqdm=True, use_cpu=True, bf16=False,
            gradient_checkpointing=False, completion_only_loss=True),
        peft_config=lora_config(options.rank, options.targets))
    before = trainer.evaluate()["eval_loss"]
    trainer.train()
    after = trainer.evaluate()["eval_loss"]
    trainer.save_model(folder)
report(seconds=time.time() - started, loss_before=before, loss=after)
