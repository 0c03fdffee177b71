"""A GGUF file as a Hugging Face folder in bf16, for the peers.

transformers ignores `tokenizer.ggml.pre`; SmolLM2's tokenizer splits digits first, which is put back here.
"""
import argparse
import os

arguments = argparse.ArgumentParser()
arguments.add_argument("gguf")
arguments.add_argument("folder")
options = arguments.parse_args()

import torch
from gguf import GGUFReader
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

parent, name = os.path.split(os.path.abspath(options.gguf))
model = AutoModelForCausalLM.from_pretrained(
    parent, gguf_file=name, dtype=torch.float32, quantization_config=GgufConfig(dequantize=True))
model.to(torch.bfloat16)
model.config.dtype = torch.bfloat16
model.save_pretrained(options.folder)
tokenizer = AutoTokenizer.from_pretrained(parent, gguf_file=name)
if GGUFReader(options.gguf).fields["tokenizer.ggml.pre"].contents() == "smollm":
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
tokenizer.save_pretrained(options.folder)
print(f"saved {options.folder}")
