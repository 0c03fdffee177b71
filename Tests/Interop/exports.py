"""What Skillet writes for other programs, as those programs read it.

usage: exports.py SKILLET [--out FOLDER] [--llama-python PYTHON] [--only WORD]

Each row trains an adapter for a few steps on a tiny model, writes a file in one of the ways, and compares the mean loss of three
texts: transformers and PEFT must agree with Skillet within 1e-5 (f32), llama.cpp within 2e-3 where it rounds activations.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from peft import AutoPeftModelForCausalLM
from safetensors.torch import load_file
from transformers import AutoConfig, AutoTokenizer

import llama_cpp_reference
import transformers_reference
from observations import Observations, Refusal
from skillet import Skillet

REFERENCES = Path(__file__).parent.parent / "References"
EXACT, ROUNDED = 1e-5, 2e-3
DATA_IN_PARTS = 'dataset "pairs.jsonl"'
PAIRS = [("one", "two"), ("three", "four"), ("five", "six"), ("seven and", "eight, the nine"), ("the fox", "jumps over"), ("a dog", "does")]
SCRIPTS = [
    ("tiny-llama", ["train steps: 5, lr: 1e-3, batch: 2, eval_every: 5, keep: best"]),
    ("families/qwen2", ["train steps: 5, lr: 1e-3, batch: 1, accumulate: 2, schedule: linear, warmup: 2, eval_every: 5, keep: best"]),
    ("tiny-llama", ['train steps: 5, lr: 1e-3, batch: 2, eval_every: 5, keep: best, lr_groups: {q_proj: 0, "layers.1.mlp": 0, mlp: 5e-3}'])]
# Modules that do not learn where a script has rates for some.
STILL = r"q_proj|layers\.1\.mlp"
# Models that have a window, which llama.cpp does not give to their families, or biases that it does not have: their GGUF files
# are read by Skillet alone, as are those of a Cohere with norms of heads and fewer than 64 layers. GPT-2's tiny model has a context that is shorter than the texts.
NOT_ASKED = {"families/phi3", "families/starcoder2", "families/cohere", "families/cohere-heads"}
ADAPTERS = ["tiny-llama", "families/qwen2", "families/qwen3", "families/gemma", "families/granite", "families/olmo2"]
# Those that mlx-lm computes as transformers does without an adapter.
IN_MLX = {"tiny-llama", "families/qwen2"}
OPTIONS = ["rank: 4", "rank: 2, alpha: 5, rslora: true, layers: [1]", "rank: 3, targets: [q_proj, k_proj, down_proj]",
    "rank: 3, targets: [q_proj, embed_tokens, lm_head]"]
FOLDERS = [
    "tiny-llama", "tiny-llama-tied", "families/qwen2", "families/qwen3", "families/gemma", "families/gemma2", "families/gemma2-gguf", "families/gemma3", "families/phi3",
    "families/granite", "families/olmo2", "families/smollm3", "families/gpt_neox", "families/falcon",
    "families/stablelm", "families/starcoder2", "families/phi", "families/cohere", "families/mistral", "families/bloom",
    "families/stablelm-heads", "families/cohere-heads", "families/arcee", "families/nemotron", "families/glm4", "families/seed_oss",
    "families/ernie4_5", "families/olmo"]
FILES = ["tiny-llama/q8_0.gguf", "tiny-llama/q4_1.gguf", "tiny-llama/f32.gguf", "families/qwen2/f32.gguf"]
# GGUF files that become folders, besides those of families that have one.
FILES_TO_FOLDERS = ["tiny-llama/f32.gguf", "tiny-llama/q8_0.gguf", "tiny-llama/q4_1.gguf"]
# Its tokenizer is not Qwen's, and transformers 5 gives all models of the type Qwen's rule; the export says so.
OTHER_TOKENS = {"families/qwen2/f32.gguf"}
# What a configuration has that was made from a GGUF file, and not from the model's own: nothing that computes.
UNSAID = {"transformers_version", "_name_or_path", "dtype", "initializer_range"}
FLOATS, QUANTIZED = ["f32", "f16", "bf16"], ["q8_0", "q4_0", "q5_1", "q3_k_m", "q4_k_m", "q5_k_s", "q6_k", "iq3_m", "iq4_nl"]
DATA, TRAINING = 'dataset "rows.jsonl", template: none', "train steps: 3, lr: 1e-2, batch: 2"


class Exports:
    def __init__(self, options, folder: Path):
        self.folder, self.only, self.wrong, self.count = folder, options.only, 0, 0
        self.skillet = Skillet(options.skillet.resolve(), folder)
        pairs = "".join(json.dumps({"prompt": a, "completion": b}) + "\n" for a, b in PAIRS)
        (folder / "pairs.jsonl").write_text(pairs)
        self.llama = llama_cpp_reference.LlamaCpp(options.llama_python)

    def row(self, name: str, base: Path, lines: list[str], read, tolerance: float, lora: str = "rank: 4"):
        """Runs the lines, of which the last is an evaluation, and compares its loss with that of `read`."""
        if self.only and self.only not in name:
            return
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        found, refusal, _ = self.skillet.values(
            [f'load "{base}", precision: f32', DATA, f"lora {lora}", TRAINING, *lines, "eval on: train"])
        if refusal:
            print(f"{name:60s} refused: {refusal}", flush=True)
            return
        ours = found[max(found)]["loss"]
        theirs = read()
        self.count += 1
        distance = abs(theirs.loss - ours) / ours if isinstance(theirs, Observations) and isinstance(theirs.loss, float) else None
        agrees = distance is not None and distance < tolerance
        self.wrong += not agrees
        print(f"{name:60s} {ours:.6f}  {'WRONG ' if not agrees else ''}{theirs if distance is None else f'{distance:.1e}'}", flush=True)

    def run(self):
        out = self.folder / "out"
        gguf, model, adapter = out / "model.gguf", out / "model", out / "adapter"
        for file in FILES:
            base = REFERENCES / file
            for kind in FLOATS + QUANTIZED:
                self.row(
                    f"{file} → gguf {kind}", base, [f'export "{gguf}", type: {kind}', f'load "{gguf}", precision: f32', DATA],
                    lambda: self.llama.observe(gguf), 1e-3 if kind in FLOATS else ROUNDED)
        for name in FOLDERS:
            base = REFERENCES / name / "hf"
            if name not in NOT_ASKED:
                self.row(
                    f"{name} → gguf", base, [f'export "{gguf}"'], lambda: self.llama.observe(gguf), 1e-4)
            # a model in 16 bits takes the adapter in 16 bits
            tolerance = 1e-3 if name == "tiny-llama-tied" else EXACT
            self.row(
                f"{name} → folder", base, [f'export "{model}"'],
                lambda: transformers_reference.observe(model, None, False, False), tolerance)
            self.row(
                f"{name}, merge → folder", base, ["merge", f'export "{model}"'],
                lambda: transformers_reference.observe(model, None, False, False), EXACT)
        for name in ADAPTERS:
            base = REFERENCES / name / "hf"
            for options in OPTIONS:
                self.row(
                    f"{name}, {options} → AutoPeftModelForCausalLM", base, [f'save "{adapter}"'],
                    lambda: peft_loss(adapter), EXACT, options)
                if name in IN_MLX:
                    self.row(
                        f"{name}, {options} → mlx-lm", base, [f'save "{adapter}", format: mlx'],
                    lambda: mlx_loss(base, adapter), EXACT, options)
                lora = adapter / "adapter.gguf"
                self.row(
                    f"{name}, {options} → gguf adapter", base,
                    ["use base", f'export "{gguf}"', 'use "default"', f'save "{adapter}", format: gguf'],
                    lambda: self.llama.observe(gguf, lora), 1e-4, options)
        self.biases(model, gguf, adapter)
        self.row(
            "tiny-llama/q8_0.gguf → gguf adapter", REFERENCES / "tiny-llama/q8_0.gguf", [f'save "{adapter}", format: gguf'],
            lambda: self.llama.observe(REFERENCES / "tiny-llama/q8_0.gguf", adapter / "adapter.gguf"), ROUNDED)
        self.files_to_folders(model)
        self.trl()

    def files_to_folders(self, model: Path):
        """Folders of GGUF files: what transformers computes with them, their tokens, conversations and replies against what
        Skillet makes of the file, and their configuration against the one that the file was made from."""
        families = sorted(str(path.relative_to(REFERENCES)) for path in (REFERENCES / "families").glob("*/f32.gguf"))
        for name in FILES_TO_FOLDERS + families:
            if self.only and self.only not in f"{name} → folder":
                continue
            base = REFERENCES / name
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            _, refusal, _ = self.skillet.values([f'load "{base}", precision: f32', f'export "{model}", type: f32'])
            if refusal:
                print(f"{name:60s} refused: {refusal}", flush=True)
                continue
            ours = self.skillet.observe(str(base), None, True, True)
            theirs = transformers_reference.observe(model, None, True, True)
            self.count += 1
            parts = ("chat", "reply") if name in OTHER_TOKENS else ("ids", "chat", "reply")
            wrong = [part for part in parts if not same(getattr(ours, part), getattr(theirs, part))]
            distance = abs(theirs.loss - ours.loss) / ours.loss if not isinstance(ours.loss, Refusal) else 0
            changed = changed_settings(base.parent / "hf", model)
            agrees = distance < EXACT and not wrong
            self.wrong += not agrees
            print(f"{name + ' → folder':60s} {ours.loss}  {'' if agrees else 'WRONG '}{distance:.1e} {wrong or ''} {changed or ''}", flush=True)

    def biases(self, model: Path, gguf: Path, adapter: Path):
        """Trained biases, which an adapter for llama.cpp cannot have and a model can."""
        base = REFERENCES / "families/qwen2/hf"
        for options in ["rank: 3, biases: all", "rank: 3, targets: [q_proj, o_proj], layers: [1], biases: lora_only"]:
            self.row(
                f"families/qwen2, {options} → AutoPeftModelForCausalLM", base, [f'save "{adapter}"'], lambda: peft_loss(adapter), EXACT,
                options)
            self.row(
                f"families/qwen2, {options} → folder", base, [f'export "{model}"'],
                lambda: transformers_reference.observe(model, None, False, False), EXACT, options)
            self.row(f"families/qwen2, {options} → gguf", base, [f'export "{gguf}"'], lambda: self.llama.observe(gguf), 1e-4, options)

    def trl(self):
        """Runs the script that `export` writes for a training, and loads here what it trained."""
        for name, lines in SCRIPTS:
            if self.only and self.only not in "train.py":
                continue
            out = self.folder / "trl"
            shutil.rmtree(out, ignore_errors=True)
            base = REFERENCES / name / "hf"
            start = ["seed 3", f'load "{base}", precision: f32', DATA_IN_PARTS, "split valid: 1", "lora rank: 4"]
            found, refusal, _ = self.skillet.values([*start, *lines, f'export "{out / "train.py"}"'])
            run = subprocess.run([sys.executable, out / "train.py"], capture_output=True, text=True) if refusal is None else None
            self.count += 1
            if run is None or run.returncode:
                self.wrong += 1
                print(f"{name} → train.py WRONG {refusal or run.stderr.strip()[-300:]}", flush=True)
                continue
            state = sorted((out / "trained").glob("checkpoint-*"))[-1] / "trainer_state.json"
            log = json.loads(state.read_text())["log_history"]
            first = next(entry["loss"] for entry in log if "loss" in entry)
            last = [entry["eval_loss"] for entry in log if "eval_loss" in entry][-1]
            ours = found[len(start)]["first_loss"]
            again, refusal, _ = self.skillet.values(
                ["seed 3", f'load "{base}", adapter: "{out / "trained"}", precision: f32', DATA_IN_PARTS, "split valid: 1", "eval"])
            back = refusal or again[4]["loss"]
            distances = abs(first - ours), abs(last - back) if not refusal else float("inf")
            agrees = distances[0] < 1e-3 and distances[1] < 1e-3 and ("lr_groups" not in lines[-1] or learns_in_groups(out / "trained"))
            self.wrong += not agrees
            print(f"{name} → train.py: first loss {distances[0]:.1e}, its adapter here {distances[1]:.1e}{'' if agrees else ' WRONG'}", flush=True)


def same(ours, theirs) -> bool:
    """What both refuse (rows beyond the context, a conversation without a template) is the same."""
    return isinstance(ours, Refusal) and isinstance(theirs, Refusal) or ours == theirs


def changed_settings(original: Path, written: Path) -> dict:
    """Settings of one configuration that the other has otherwise, by transformers."""
    old, new = (AutoConfig.from_pretrained(folder).to_dict() for folder in (original, written))
    return {
        key: (old.get(key), new.get(key)) for key in sorted((old.keys() | new.keys()) - UNSAID) if old.get(key) != new.get(key)}


def learns_in_groups(adapter: Path) -> bool:
    """Whether B, which starts at zero, is still that in the modules whose rate is zero, and in no other."""
    tensors = load_file(adapter / "adapter_model.safetensors")
    return all((not tensor.any()) == bool(re.search(STILL, name)) for name, tensor in tensors.items() if "lora_B" in name)


@torch.no_grad()
def peft_loss(folder: Path) -> Observations | Refusal:
    """The base by what the adapter's folder says, the tokenizer from the folder itself."""
    try:
        model = AutoPeftModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        return Observations(loss=transformers_reference.loss(model, rows(folder, model)))
    except Exception as error:
        return Refusal(f"{type(error).__name__}: {error}")


def rows(folder: Path, model) -> list[list[int]]:
    return transformers_reference.row_ids(AutoTokenizer.from_pretrained(folder), model)


def mlx_loss(base: Path, adapter: Path) -> Observations | Refusal:
    ids = rows(base, transformers_reference.load_model(base))
    answer = subprocess.run(
        [sys.executable, Path(__file__).parent / "mlx_reference.py", base, adapter], input=json.dumps(ids), capture_output=True, text=True)
    return Observations(**json.loads(answer.stdout)) if answer.returncode == 0 else Refusal(answer.stderr.strip()[-300:])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("skillet", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--llama-python", default=sys.executable)
    parser.add_argument("--only")
    options = parser.parse_args()
    folder = options.out or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    exports = Exports(options, folder)
    exports.run()
    print(f"{exports.count} compared, {exports.wrong} wrong")
    return 1 if exports.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
