"""Where the references lie, and the manifest that records how each was made."""

import hashlib
import importlib.metadata
import json
import os
import re
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

ROOT = Path(__file__).resolve().parent
PACKAGES = ["torch", "transformers", "tokenizers", "peft", "bitsandbytes", "gguf", "safetensors", "numpy"]


def write_json(path, value):
    """Indented, with lists of numbers on one line."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    text = re.sub(r"\[[-+.\deE,\s]+\]", lambda numbers: " ".join(numbers[0].split()), text)
    Path(path).write_text(text + "\n", encoding="utf-8")


def record(script, seeds, folders):
    """Replaces this script's entry of MANIFEST.json: versions, seeds, size and SHA-256 of each file."""
    path = ROOT / "MANIFEST.json"
    manifest = json.loads(path.read_text()) if path.exists() else {}
    files = {}
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file():
                data = file.read_bytes()
                files[str(file.relative_to(ROOT))] = {
                    "bytes": len(data),
                    "sha256": hashlib.sha256(data).hexdigest(),
                }
    manifest[script] = {
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "seeds": seeds,
        "files": files,
    }
    write_json(path, {name: manifest[name] for name in sorted(manifest)})
    total = sum(f["bytes"] for entry in manifest.values() for f in entry["files"].values())
    print(f"{script}: {len(files)} files recorded; all references together {total:,} bytes")
