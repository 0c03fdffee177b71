"""Ten steps from the adapter of make_table_curve.py with learning rates for some modules, in parameter groups of torch's
AdamW: losses, norms, and the adapter at the end."""

import re
import shutil
import warnings

import make_lora_curve as curve
import make_table_curve as tables
import reference_files as files
import tiny_adapter
import torch

# Ends of paths of modules, or of what contains them, as PEFT's rank_pattern has them; the first that fits counts.
RATES = [("lm_head", 3e-3), (r"layers.[12].mlp", 2e-4), ("layers.2", 0.0), ("embed_tokens", 5e-3)]


def rate(name):
    """That of a parameter by its name."""
    fits = (rate for end, rate in RATES if re.fullmatch(rf"(?:.*\.)?(?:{end})(?:\..*)?", name))
    return next(fits, curve.OPTIMIZER["lr"])


def groups(weights):
    """One for each rate, that of everything else first: it is the one that is recorded."""
    found = {curve.OPTIMIZER["lr"]: []}
    for name, weight in weights.items():
        found.setdefault(rate(name), []).append(weight)
    assert len(found) == len(RATES) + 1 and all(found.values())
    return [{"params": weights, "lr": lr} for lr, weights in found.items()]


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "rate_groups"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    base, layers = tables.BASES["apart"]
    start = tiny_adapter.make(tables.SEED, base=base, target_modules=layers + tables.TABLES, **tables.OPTIONS)
    batches = curve.make_batches()
    whole = curve.run(start, batches, [(0, 1, 2)], groups=groups)
    exact = curve.run(start, batches, [(0, 1, 2)], torch.float64, groups)
    error = curve.compare(whole, exact, 1e-3)
    tiny_adapter.save(whole[2], folder / "adapter_final", save_embedding_layers=False)
    files.write_json(folder / "curve.json", {
        "steps": whole[0], "batches": batches, "optimizer": curve.OPTIMIZER, "clip": curve.CLIP,
        "rates": [{"end": end, "rate": rate} for end, rate in RATES], "furthest_from_float64": error})
    files.record("make_rate_groups.py", {"torch": [tables.SEED]}, ["rate_groups"])


if __name__ == "__main__":
    main()
