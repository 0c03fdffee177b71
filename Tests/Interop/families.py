"""Random models of every family and option, as transformers saves them, beside transformers and PEFT.

usage: families.py SKILLET [--seed N] [--only WORD] [--keep FOLDER] [--saved]

For each: the loss of rows and a greedy reply, the loss with an adapter that PEFT made on all linear layers, five steps
of AdamW from there, and what Skillet then saves as PEFT reads it. All in f32; numbers must agree within 1e-5, the reply
to the token. What transformers has and Skillet refuses is listed with its words, and counts as refused. With --saved the
adapter trains the norms and the output head themselves as well (modules_to_save).
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from family_options import FAMILIES, configuration
import transformers_reference
from observations import Observations, Refusal
from skillet import Skillet, quoted

REFERENCES = Path(__file__).parent.parent / "References"
sys.path.insert(0, str(REFERENCES))
import make_families  # noqa: E402

NEAR = 1e-5
# All linear layers would be those before and behind its blocks as well.
OPT_LAYERS = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]
STEPS, RATE = 5, 1e-3
TRAIN = f"train steps: {STEPS}, lr: {RATE}, batch: 1, shuffle: false, clip: 0, warmup: 0, schedule: constant"


def make_model(name: str, family: str, options: dict, seed: int, folder: Path):
    """Weights that matter to the loss, saved as users' programs save them."""
    generator = torch.Generator().manual_seed(seed * 1000 + sum(name.encode()))
    model = make_families.make_model(configuration(family, options), generator)
    model.save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(REFERENCES / "tiny-llama/hf" / file, folder / file)
    return transformers_reference.load_model(folder)


def trained_themselves(base) -> list[str]:
    """Paths of the norms that have weights, of those of single heads the modules that hold them, and of the head."""
    norms = [name for name, module in base.named_modules() if "norm" in type(module).__name__.lower() and list(module.parameters())]
    nested = {name for name in norms for other in norms if name.startswith(other + ".")}
    head = next(name for name, module in base.named_modules() if module is base.get_output_embeddings())
    return [name for name in norms if name not in nested] + [head]


def make_adapter(base, folder: Path, seed: int, saves: bool):
    """PEFT's adapter of rank 3, with what it trains away from where it starts."""
    torch.manual_seed(seed)
    base.name_or_path = base.config._name_or_path = "base"
    targets = OPT_LAYERS if base.config.model_type == "opt" else "all-linear"
    saved = trained_themselves(base) if saves else None
    model = get_peft_model(
        base, LoraConfig(r=3, lora_alpha=6, target_modules=targets, modules_to_save=saved, task_type="CAUSAL_LM"))
    with torch.no_grad():
        for key, weight in model.named_parameters():
            if "lora_B" in key:
                weight.copy_(torch.randn(weight.shape) * 0.05)
            if "modules_to_save" in key:
                weight.add_(torch.randn(weight.shape) * 0.02)
    model.save_pretrained(folder)
    return model.eval()


def curve(model, rows: list[list[int]]) -> list[float]:
    """Losses of steps that take one row each, in order."""
    optimizer = torch.optim.AdamW([w for w in model.parameters() if w.requires_grad], lr=RATE, weight_decay=0.0)
    losses = []
    for step in range(STEPS):
        ids = torch.tensor([rows[step % len(rows)]])
        logits = model(ids).logits[0, :-1]
        loss = torch.nn.functional.cross_entropy(logits, ids[0, 1:])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


def furthest(mine: list[float], theirs: list[float]) -> float:
    if len(mine) != len(theirs):
        return float("inf")
    return max(abs(a - b) / abs(b) for a, b in zip(mine, theirs))


class Families:
    def __init__(self, binary: Path, seed: int, folder: Path, saves: bool):
        self.folder, self.seed, self.saves = folder, seed, saves
        self.skillet = Skillet(binary, folder)
        self.rows = []

    def trained(self, base: Path, adapter: Path, target: Path):
        """Losses before, of the steps and after, and what was refused."""
        lines = [
            f'load {quoted(str(base))}, adapter: {quoted(str(adapter))}, precision: f32', 'dataset "rows.jsonl", template: none',
            "eval on: train", TRAIN, f"save {quoted(str(target))}", "eval on: train"]
        events, refusal, _ = self.skillet.run(lines)
        if refusal:
            return refusal
        losses = [e["loss"] for e in events if e["event"] == "progress" and e["verb"] == "train"]
        evaluated = [e["value"]["loss"] for e in events if e["event"] == "value" and e["verb"] == "eval"]
        return evaluated[0], losses, evaluated[1]

    def row(self, family: str, name: str, options: dict) -> None:
        place = self.folder / "model"
        for path in (place, self.folder / "adapter", self.folder / "saved"):
            shutil.rmtree(path, ignore_errors=True)
        try:
            model = make_model(name, family, options, self.seed, place)
        except Exception as error:
            return self.show(family, name, None, f"transformers does not make it: {type(error).__name__}: {error}")
        theirs = transformers_reference.observe(place, None, False, True)
        ours = self.skillet.observe(str(place), None, False, True)
        if not isinstance(ours, Observations):
            return self.show(family, name, isinstance(ours, Refusal), f"refused: {ours.reason}")
        if isinstance(theirs, Refusal):
            return self.show(family, name, False, f"transformers refuses: {theirs.reason}")
        ids = transformers_reference.row_ids(transformers_reference.AutoTokenizer.from_pretrained(place), model)
        adapted = make_adapter(model, self.folder / "adapter", self.seed, self.saves)
        before = transformers_reference.loss(adapted, ids)
        steps = curve(adapted, ids)
        mine = self.trained(place, self.folder / "adapter", self.folder / "saved")
        if not isinstance(mine, tuple):
            return self.show(family, name, False, f"its adapter is refused: {mine.reason}")
        again = PeftModel.from_pretrained(transformers_reference.load_model(place), self.folder / "saved").eval()
        distances = {
            "loss": furthest([ours.loss], [theirs.loss]) if isinstance(ours.loss, float) else float("inf"),
            "adapter": furthest([mine[0]], [before]), "steps": furthest(mine[1], steps),
            "back": furthest([transformers_reference.loss(again, ids)], [mine[2]])}
        right = all(distance < NEAR for distance in distances.values()) and ours.reply == theirs.reply
        text = ", ".join(f"{key} {distance:.0e}" for key, distance in distances.items())
        self.show(family, name, right, text + ("" if ours.reply == theirs.reply else f", reply {ours.reply} for {theirs.reply}"))

    def show(self, family: str, name: str, right: bool | None, text: str) -> None:
        verdict = "not made" if right is None else "refused" if right and text.startswith("refused") else "equal" if right else "WRONG"
        self.rows.append((family, verdict))
        print(f"{verdict:9s} {family}, {name}: {text[:400]}", flush=True)

    def table(self) -> str:
        verdicts = ["equal", "refused", "WRONG"]
        lines = ["| family | models | equal | refused | wrong |", "| --- | --- | --- | --- | --- |"]
        for family in dict.fromkeys(f for f, _ in self.rows):
            own = [verdict for f, verdict in self.rows if f == family]
            lines.append(f"| {family} | {len(own)} | " + " | ".join(str(own.count(v)) for v in verdicts) + " |")
        return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("skillet", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--saved", action="store_true")
    options = parser.parse_args()
    transformers_reference.prepare()
    folder = options.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    families = Families(options.skillet.resolve(), options.seed, folder, options.saved)
    for family, variants in FAMILIES.items():
        for name, changed in variants.items():
            if options.only in f"{family}, {name}":
                families.row(family, name, changed)
    print(families.table())
    return 1 if any(verdict in ("WRONG", "not made") for _, verdict in families.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
