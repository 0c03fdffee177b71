"""Writes pickled/: the same tensors as torch.save writes them today and wrote them before PyTorch 1.6, and their values.

    python3 Tests/References/make_pickled.py
"""

import collections

import reference_files as files
import torch

FOLDER = files.ROOT / "pickled"
SEED = 5


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(SEED)
    table = torch.randn(6, 4)
    tensors = collections.OrderedDict(
        table=table, tied=table, rows=table[2:4], parameter=torch.nn.Parameter(torch.randn(3)),
        half=torch.randn(2, 3).half(), brain=torch.randn(5).bfloat16(), double=torch.randn(2).double(),
        whole=torch.tensor([-(2**40), 7]), bytes=torch.tensor([0, 255], dtype=torch.uint8), one=torch.tensor(0.5),
        empty=torch.zeros(0, 3))
    tensors._metadata = {"": {"version": 1}}
    torch.save(tensors, FOLDER / "archive.bin")
    torch.save(tensors, FOLDER / "sequence.bin", _use_new_zipfile_serialization=False)
    torch.save({"turned": table.t()}, FOLDER / "turned.bin")
    torch.save({"model": tensors, "step": 3}, FOLDER / "nested.bin")
    values = {n: {"shape": list(t.shape), "type": str(t.dtype).removeprefix("torch."), "values": t.double().flatten().tolist()}
              for n, t in tensors.items()}
    files.write_json(FOLDER / "values.json", values)

    class Program:
        def __reduce__(self):
            import os
            return os.system, ("touch harmed",)

    torch.save({"weight": Program()}, FOLDER / "program.bin")
    files.record("make_pickled.py", {"torch": SEED}, ["pickled"])


if __name__ == "__main__":
    main()
