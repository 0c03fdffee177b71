"""Loads an adapter with PEFT on the tiny model and compares its logits with another program's.

usage: check_adapter.py ADAPTER_FOLDER LOGITS.safetensors [--limit 1e-4]

LOGITS holds `s7.logits` [7, 320], `s33.logits` [33, 320] or both. If there is no such file it is
written instead. Prints one JSON object; the exit status is 1 if a relative difference passes the limit.
"""

import argparse
import json
import sys
from pathlib import Path

import reference_files as files
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

import tiny_adapter


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("adapter", type=Path)
    arguments.add_argument("logits", type=Path)
    arguments.add_argument("--limit", type=float, default=1e-4)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    model = PeftModel.from_pretrained(tiny_adapter.base_model(), given.adapter).eval()
    expected = tiny_adapter.logits(model, tiny_adapter.sequences())
    if not given.logits.exists():
        save_file(expected, given.logits)
        print(json.dumps({"written": str(given.logits), "keys": sorted(expected)}))
        return
    found = load_file(given.logits)
    compared = sorted(expected.keys() & found.keys())
    differences = {
        key: ((found[key] - expected[key]).abs().max() / expected[key].abs().max()).item() for key in compared}
    good = bool(compared) and all(value <= given.limit for value in differences.values())
    print(json.dumps({"good": good, "relative_differences": differences}))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
