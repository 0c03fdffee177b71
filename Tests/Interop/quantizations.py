"""Has llama.cpp's quantizer write models in each of its types, and compares losses, and the files with what `export` writes.

usage: quantizations.py SKILLET [--out FOLDER] [--llama-python PYTHON] [--seed N] [--only TYPE]

Skillet, exact, must agree within 1e-5 with llama.cpp on the same weights in F32 (dequantized by the gguf package), and within
2e-3 with llama.cpp on the quantized file, where that rounds activations to 8 bits. Types that the quantizer makes only with
a matrix of importance (IQ1, IQ2, IQ3_XS, IQ3_XXS, Q2_K_S) are left to Tests/References/make_block_formats.py.

Of the random model, in F32 and BF16, and of a tiny one of each family, whose rows fit no blocks of 256, Skillet's files must have
the same metadata, types and bytes, tensor by tensor.
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
WRITTEN = [*KINDS, "Q1_0"]
EXACT, ROUNDED = 1e-5, 2e-3


def quantized(python: str, source: Path, target: Path, kind: str) -> bool:
    """Whether llama.cpp's quantizer wrote the file."""
    worker = Path(__file__).parent / "quantizer_worker.py"
    answer = subprocess.run([python, worker], input=f"{source} {target} {kind}\n", capture_output=True, text=True, check=True)
    return answer.stdout.strip() == "0"


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


def difference(theirs: Path, ours: Path) -> str | None:
    """What the second file has otherwise; the order of keys and tensors is each program's own."""
    theirs, ours = Copy.read(theirs), Copy.read(ours)
    if theirs.metadata != ours.metadata:
        keys = theirs.metadata.keys() | ours.metadata.keys()
        return f"metadata {sorted(key for key in keys if theirs.metadata.get(key) != ours.metadata.get(key))}"
    if theirs.tensors.keys() != ours.tensors.keys():
        return f"tensors {sorted(theirs.tensors.keys() ^ ours.tensors.keys())}"
    for name, (data, kind) in theirs.tensors.items():
        found, found_kind = ours.tensors[name]
        if kind != found_kind:
            return f"{name} is {found_kind.name} and not {kind.name}"
        if data.tobytes() != found.tobytes():
            return f"{name} has other bytes in {kind.name}"
    return None


def compare_files(python: str, skillet: Skillet, base: Path, name: str, kinds: list[str]) -> int:
    """Both programs' files of one model; returns how many differ."""
    theirs, ours = skillet.folder / "theirs.gguf", skillet.folder / "ours.gguf"
    same, refused, wrong = [], [], 0
    for kind in kinds:
        for path in (theirs, ours):
            path.unlink(missing_ok=True)
        is_written = quantized(python, base, theirs, kind)
        _, refusal, _ = skillet.values([f'load "{base}"', f'export "{ours}", type: {kind.lower()}'])
        if not is_written and refusal:
            refused.append(kind)
            continue
        other = f"refused: {refusal}" if refusal else difference(theirs, ours) if is_written else "llama.cpp refuses"
        if other:
            wrong += 1
            print(f"{name} in {kind}: WRONG {other}", flush=True)
        else:
            same.append(kind)
    both = f", both refuse {', '.join(refused)}" if refused else ""
    print(f"{name}: {len(same)} files have llama.cpp's metadata, types and bytes{both}", flush=True)
    return wrong


def write_base(path: Path, scheme: str, seed: int) -> None:
    subprocess.run(
        [sys.executable, REFERENCES / "write_random_llama.py", path, "--size", "10M", "--scheme", scheme, "--seed", str(seed)],
        check=True, stdout=subprocess.DEVNULL)


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
    base, target, plain = folder / "base.gguf", folder / "quantized.gguf", folder / "plain.gguf"
    write_base(base, "F32", options.seed)
    skillet, reference = Skillet(options.skillet.resolve(), folder), LlamaCpp(options.llama_python)
    wrong = 0
    for kind in KINDS:
        if options.only not in (None, kind):
            continue
        if not quantized(options.llama_python, base, target, kind):
            raise SystemExit(f"llama.cpp does not write {kind}")
        kinds = in_floats(target, plain)
        ours = loss(skillet.observe(str(target), None, False, False))
        exact, rounded = (loss(reference.observe(path)) for path in (plain, target))
        distances = abs(ours - exact) / exact, abs(ours - rounded) / rounded
        agrees = distances[0] < EXACT and distances[1] < ROUNDED
        wrong += not agrees
        print(f"{kind:8s} {ours:.6f}  F32 {distances[0]:.1e}  quantized {distances[1]:.1e}  {'' if agrees else 'WRONG '}({', '.join(kinds)})",
              flush=True)
    kinds = [kind for kind in WRITTEN if options.only in (None, kind)]
    wrong += compare_files(options.llama_python, skillet, base, "random, F32", kinds)
    write_base(plain, "BF16", options.seed)
    wrong += compare_files(options.llama_python, skillet, plain, "random, BF16", kinds)
    for path in [REFERENCES / "tiny-llama/f32.gguf", *sorted(REFERENCES.glob("families/*/f32.gguf"))]:
        wrong += compare_files(options.llama_python, skillet, path, path.parent.name, kinds)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
