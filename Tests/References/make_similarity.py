"""How far two adapters share their directions, by numpy from the whole products: ‖UᵀV‖² / k of singular vectors."""

import json

import numpy as np
import reference_files as files
from safetensors.numpy import load_file

ONE, OTHER = "combinations/first", "combinations/second"


def changes(name):
    config = json.loads((files.ROOT / name / "adapter_config.json").read_text())
    assert not config["rank_pattern"] and not config["use_rslora"]
    tensors = load_file(files.ROOT / name / "adapter_model.safetensors")
    scale = config["lora_alpha"] / config["r"]
    return {
        key.removesuffix(".lora_A.weight"): (scale * tensors[key.replace("lora_A", "lora_B")].astype(float) @ a.astype(float), config["r"])
        for key, a in tensors.items() if key.endswith(".lora_A.weight")}


def similarity(one, other, count, axis):
    parts = [np.linalg.svd(w)[0][:, :count] if axis == 0 else np.linalg.svd(w)[2][:count].T for w in (one, other)]
    return float(np.sum((parts[0].T @ parts[1]) ** 2) / count)


def main():
    mine, others = changes(ONE), changes(OTHER)
    rows = {}
    for key in sorted(set(mine) & set(others)):
        (w, r), (v, s) = mine[key], others[key]
        count = min(r, s)
        layer, module = key.split("layers.")[1].split(".")[0], key.split(".")[-1]
        rows[f"{layer} {module}"] = {
            "directions": count, "first_reads": similarity(w, v, 1, 1), "first_writes": similarity(w, v, 1, 0),
            "reads": similarity(w, v, count, 1), "writes": similarity(w, v, count, 0)}
    folder = files.ROOT / "similarity"
    folder.mkdir(exist_ok=True)
    files.write_json(folder / "expected.json", rows)
    files.record("make_similarity.py", {}, ["similarity"])


if __name__ == "__main__":
    main()
