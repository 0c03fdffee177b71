"""Writes python.safetensors and python.gguf with the formats' own Python libraries, and listing.json
with what is in them, for our readers to read.

usage: make_golden.py
needs: pip install numpy safetensors gguf
"""

import json
import os

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, quants
from safetensors.numpy import save

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    generator = np.random.default_rng(7)
    tensors = {
        "model.layers.0.self_attn.q_proj.lora_A.weight": generator.standard_normal((2, 5)).astype(np.float32),
        "b.half": generator.standard_normal((3,)).astype(np.float16),
        "a.flags": np.array([True, False, True]),
        "c.bytes": np.arange(7, dtype=np.uint8),
        "d.wide": np.array([[-(2**40), 2**40]], dtype=np.int64),
        "e.empty": np.zeros((0, 4), dtype=np.float32),
        "f.scalar": np.array(1.5, dtype=np.float64),
        "g.\u00e9\u65e5\"quoted\"": np.array([1.0], dtype=np.float32),
    }
    with open(os.path.join(HERE, "python.safetensors"), "wb") as file:
        file.write(save(tensors, metadata={"format": "pt"}))

    path = os.path.join(HERE, "python.gguf")
    writer = GGUFWriter(path, "llama")
    writer.add_uint8("t.uint8", 200)
    writer.add_int8("t.int8", -100)
    writer.add_uint16("t.uint16", 60000)
    writer.add_int16("t.int16", -30000)
    writer.add_uint32("t.uint32", 4000000000)
    writer.add_int32("t.int32", -2000000000)
    writer.add_uint64("t.uint64", 2**63 + 5)
    writer.add_int64("t.int64", -(2**62))
    writer.add_float32("t.float32", 0.1)
    writer.add_float64("t.float64", 0.1)
    writer.add_bool("t.bool", True)
    writer.add_string("t.string", "caf\u00e9 \U0001f642")
    writer.add_array("t.strings", ["a", "", "\u0120the"])
    writer.add_array("t.integers", [1, -2, 3])
    writer.add_array("t.floats", [0.5, -1.25])
    weights = generator.standard_normal((4, 64)).astype(np.float32)
    for kind in (GGMLQuantizationType.Q8_0, GGMLQuantizationType.Q4_0, GGMLQuantizationType.Q4_1):
        packed = quants.quantize(weights, kind)
        writer.add_tensor(f"w.{kind.name.lower()}", packed, raw_dtype=kind)
    writer.add_tensor("w.f32", weights)
    writer.add_tensor("w.f16", weights.astype(np.float16))
    writer.add_tensor("norm", weights[0])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    listing = {
        name: {"shape": list(t.shape), "dtype": str(t.dtype), "hex": t.tobytes().hex()} for name, t in tensors.items()
    }
    gguf = {
        f"w.{kind.name.lower()}": quants.quantize(weights, kind).tobytes().hex()
        for kind in (GGMLQuantizationType.Q8_0, GGMLQuantizationType.Q4_0, GGMLQuantizationType.Q4_1)
    }
    gguf["w.f32"] = weights.tobytes().hex()
    gguf["w.f16"] = weights.astype(np.float16).tobytes().hex()
    gguf["norm"] = weights[0].tobytes().hex()
    with open(os.path.join(HERE, "listing.json"), "w") as file:
        json.dump({"safetensors": listing, "gguf": gguf}, file, indent=1)
        file.write("\n")


main()
