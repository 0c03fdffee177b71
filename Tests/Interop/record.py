"""Records what transformers makes of changes of config.json, so that the suite can replay them without Python.

usage: record.py FILE

Keys that no computation reads are left out. A record is what the change sets (as the text of each value) and removes at the top level of the file, and the loss of the sequence `s33` of
Tests/References/tiny-llama/expected.json, or null where transformers refuses the model.
"""

import json
import sys
import tempfile
from pathlib import Path

import transformers_reference as reference
from bases import REFERENCES, make_folder
from changes import copy_of
from config_changes import CONFIG, config_changes
from json_changes import same
from observations import Refusal

KINDS = {"removed", "null", "legal value", "wrong type", "out of range", "rope", "disagreement"}


def difference(old: dict, new: dict) -> dict:
    return {
        "set": {k: json.dumps(v, allow_nan=False) for k, v in new.items() if k not in old or not same(old[k], v)}, "removed": [k for k in old if k not in new]}


def main():
    reference.prepare()
    tokens = json.loads((REFERENCES / "tiny-llama/expected.json").read_text())["sequences"]["s33"]
    records = []
    with tempfile.TemporaryDirectory() as folder:
        base = make_folder(Path(folder) / "base")
        old = json.loads((base / CONFIG).read_text())
        for change in config_changes(base):
            if change.kind not in KINDS or change.unread:
                continue
            copy = copy_of(base, Path(folder) / "changed")
            change.apply(copy)
            try:
                record = difference(old, json.loads((copy / CONFIG).read_text()))
            except ValueError:
                # Not a number of JSON's.
                continue
            loss = reference.attempt(lambda: reference.loss(reference.load_model(copy), [tokens]))
            records.append({"change": change.what, **record, "loss": None if isinstance(loss, Refusal) else loss})
    lines = ",\n".join(json.dumps(record) for record in records)
    Path(sys.argv[1]).write_text(f"[\n{lines}\n]\n")
    print(f"{len(records)} changes, {sum(r['loss'] is None for r in records)} of them refused by transformers")


if __name__ == "__main__":
    main()
