"""Ten steps from the adapter of make_table_curve.py with a learning rate for each block, half of that of the block above:
losses, norms, and the adapter at the end."""

import re
import shutil
import warnings

import make_lora_curve as curve
import make_table_curve as tables
import reference_files as files
import tiny_adapter
import torch

DECAY, LAYERS = 0.5, 3


def below(name):
    """How many blocks lie between a parameter and the last one."""
    if "lm_head" in name:
        return 0
    layer = re.search(r"layers\.(\d+)\.", name)
    return LAYERS - 1 - int(layer[1]) if layer else LAYERS


def groups(weights):
    """One for each rate, the last block's first: its rate is the one that is recorded."""
    return [
        {"params": [w for name, w in weights.items() if below(name) == depth], "lr": curve.OPTIMIZER["lr"] * DECAY**depth}
        for depth in range(LAYERS + 1)]


def record(name, groups, notes):
    """Ten steps from a start beside tables, in f32 held to float64, with the optimizer's groups, into the folder `name`."""
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / name
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
        "steps": whole[0], "batches": batches, "optimizer": curve.OPTIMIZER, "clip": curve.CLIP, **notes,
        "furthest_from_float64": error})
    files.record(f"make_{name}.py", {"torch": [tables.SEED]}, [name])


if __name__ == "__main__":
    record("layer_rates", groups, {"decay": DECAY})
