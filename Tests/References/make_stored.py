"""Writes stored/: a small Llama in folders that keep its weights in FP8, F64, bitsandbytes' 4 and 8 bits and a pickle, each with
the logits of a sequence for the weights that the files mean.

    python3 Tests/References/make_stored.py
"""

import shutil
import sys

import reference_files as files
import torch

sys.path.insert(0, str(files.ROOT.parent / "Interop"))
import stored  # noqa: E402

SEED = 61
TOKENS = [1, 40, 300, 7, 7, 150, 33, 260, 12, 91]


def main():
    target = files.ROOT / "stored"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    cases = {
        "e4m3-rows": (lambda m: stored.fp8(m, "channel"), stored.compressed("channel")),
        "e5m2-whole": (lambda m: stored.fp8(m, "tensor", torch.float8_e5m2), stored.compressed("tensor")),
        "e4m3-blocks": (lambda m: stored.fp8(m, "block"),
                        {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [48, 80]}),
        "nf4-nested": (lambda m: stored.four_bits(m, "nf4", True), stored.bitsandbytes(4)),
        "fp4": (lambda m: stored.four_bits(m, "fp4", False), stored.bitsandbytes(4, "fp4")),
        "nf4-across-rows": (lambda m: stored.four_bits(m, "nf4", False, 256), stored.bitsandbytes(4)),
        "int8": (stored.eight_bits, stored.bitsandbytes(8)),
        "f64": (lambda m: {n: t.double() for n, t in stored.plain(m).items()}, None),
        "pickle": (lambda m: None, None),
    }
    expected = {}
    for name, (quantize, quantization) in cases.items():
        made = stored.model(SEED, hidden=64, layers=1, ties=True)
        made.model.embed_tokens.weight.data = made.model.embed_tokens.weight.data.bfloat16().float()
        tensors = quantize(made)
        if tensors:
            tensors = {n: t for n, t in tensors.items() if n != "lm_head.weight"}
            if name != "f64":
                tensors["model.embed_tokens.weight"] = tensors["model.embed_tokens.weight"].bfloat16()
        stored.write(target / name, made, tensors, quantization)
        if tensors is None:
            torch.save({n: t for n, t in made.state_dict().items() if n != "lm_head.weight"},
                       target / name / "pytorch_model.bin")
        for file in ("tokenizer.json", "tokenizer_config.json"):
            (target / name / file).unlink()
        with torch.no_grad():
            expected[name] = made(torch.tensor([TOKENS])).logits[0, -1].tolist()
    files.write_json(target / "expected.json", {"tokens": TOKENS, "logits": expected})
    files.record("make_stored.py", {"torch": SEED}, ["stored"])


if __name__ == "__main__":
    main()
