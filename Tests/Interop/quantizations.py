"""Has llama.cpp's quantizer write a random model in each of its types, and compares losses.

usage: quantizations.py SKILLET [--out FOLDER] [--llama-python PYTHON] [--seed N] [--only TYPE]

Skillet, exact, must agree within 1e-5 with llama.cpp on the same weights in F32 (dequantized by the gguf package), and within
2e-3 with llama.cpp on the quantized file, where that rounds activations to 8 bits. Types that the quantizer makes only with
a matrix of importance (IQ1, IQ2, IQ3_XXS) are left to Tests/References/make_block_formats.py.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np

from gguf_copy import Copy
from llama_cpp_reference import LlamaCpp
from observations import Observations
from skillet import Skillet

REFERENCES = Path(__file__).parent.parent / "References"
KINDS = [
    "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M", "Q5_K_S",
    "Q5_K_M", "Q6_K", "IQ3_S", "IQ3_M", "IQ4_NL", "IQ4_XS", "TQ1_0", "TQ2_0",
]
EXACT, ROUNDED = 1e-5, 2e-3


def quantize(python: str, source: Path, target: Path, kind: str) -> None:
    worker = Path(__file__).parent / "quantizer_worker.py"
    answer = subprocess.run(
        [python, worker], input=f"{source} {target} {kind}\n", capture_output=True, text=True, check=True).stdout.strip()
    if answer != "0":
        raise SystemExit(f"llama.cpp does not write {kind}: {answer}")


def in_floats(source: Path, target: Path) -> list[str]:
    """The same weights in F32; returns the types that the file had."""
    copy = Copy.read(source)
    kinds = sorted({kind.name for data, kind in copy.tensors.values() if data.ndim == 2})
    for name, (data, kind) in copy.tensors.items():
        copy = copy.with_tensor(name, gguf.quants.dequantize(data, kind).astype(np.float32))
    copy.write(target)
    return kinds


def loss(observed) -> float:
    if not isinstance(observed, Observations) or not isinstance(observed.loss, float):
        raise SystemExit(f"no loss: {observed}")
    return observed.loss


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("skillet", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--llama-python", default=sys.executable)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    options = parser.parse_args()
    folder = options.out or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    base, quantized, plain = folder / "base.gguf", folder / "quantized.gguf", folder / "plain.gguf"
    subprocess.run(
        [sys.executable, REFERENCES / "write_random_llama.py", base, "--size", "10M", "--scheme", "F32", "--seed", str(options.seed)],
        check=True, stdout=subprocess.DEVNULL)
    skillet, reference = Skillet(options.skillet.resolve(), folder), LlamaCpp(options.llama_python)
    wrong = 0
    for kind in KINDS:
        if options.only not in (None, kind):
            continue
        quantize(options.llama_python, base, quantized, kind)
        kinds = in_floats(quantized, plain)
        ours = loss(skillet.observe(str(quantized), None, False, False))
        exact, rounded = (loss(reference.observe(path)) for path in (plain, quantized))
        distances = abs(ours - exact) / exact, abs(ours - rounded) / rounded
        agrees = distances[0] < EXACT and distances[1] < ROUNDED
        wrong += not agrees
        print(f"{kind:8s} {ours:.6f}  F32 {distances[0]:.1e}  quantized {distances[1]:.1e}  {'' if agrees else 'WRONG '}({', '.join(kinds)})",
              flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
