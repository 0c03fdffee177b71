"""Records what llama.cpp's quantizer, of the package llama-cpp-python, writes without a matrix of importance.

`blocks.safetensors` has rows of many kinds as `x`, and what `ggml_quantize_chunk` makes of them in each type that it takes.
`file_types.json` has the type of each matrix of files that `llama_model_quantize` writes of two models of sixteen layers: the
first layer of a tiny one, repeated. Layers of which all have one type are there once.
"""

import ctypes
import sys
import tempfile
from pathlib import Path

import reference_files as files
import gguf
import llama_cpp
import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Kind
from safetensors.numpy import save_file

sys.path.append(str(Path(__file__).parent.parent / "Interop"))
from gguf_copy import Copy, guess
from quantizer_worker import quantize

SEED = 20261127
TARGET = files.ROOT / "encoded_blocks"
COLUMNS, LAYERS = 512, 16
KINDS = [
    Kind.Q4_0, Kind.Q4_1, Kind.Q5_0, Kind.Q5_1, Kind.Q8_0, Kind.Q2_K, Kind.Q3_K, Kind.Q4_K, Kind.Q5_K, Kind.Q6_K, Kind.IQ3_S, Kind.IQ4_NL, Kind.IQ4_XS,
    Kind.TQ1_0, Kind.TQ2_0, Kind.MXFP4, Kind.NVFP4, Kind.Q1_0,
]
FILE_TYPES = [
    "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M",
    "Q6_K", "IQ3_S", "IQ3_M", "IQ4_NL", "IQ4_XS", "TQ1_0", "TQ2_0",
]
MODELS = ["tiny-llama", "families/falcon"]


def rows(random) -> np.ndarray:
    def normal(scale=1.0):
        return random.standard_normal(COLUMNS) * scale

    def parts(values, size):
        return np.repeat(values[: COLUMNS // size], size)

    sparse, gaps = normal(), normal()
    sparse[random.random(COLUMNS) < 0.9] = 0
    gaps[parts(random.random(COLUMNS) < 0.5, 16)] = 0
    cases = [
        normal(), normal(0.05), normal(0.05), random.standard_t(3, COLUMNS) * 0.02, random.uniform(-1, 1, COLUMNS), abs(normal()), -abs(normal()),
        normal().astype(np.float16), random.integers(-8, 8, COLUMNS), random.integers(-1, 2, COLUMNS) * 0.37, sparse, gaps,
        np.zeros(COLUMNS), np.full(COLUMNS, 0.3), parts(normal(), 256), parts(normal(), 16), normal() * parts(10.0 ** random.uniform(-20, 4, 32), 16),
        normal() * 10.0 ** random.uniform(-12, 4, COLUMNS), normal(1e4), normal(1e-4), normal(1e-8), normal(1e-15), normal(1e-38), normal(1e-43),
    ]
    return np.ascontiguousarray(np.stack(cases).astype(np.float32))


def record_blocks(random) -> None:
    ggml = ctypes.CDLL(str(next(Path(llama_cpp.__file__).parent.glob("lib/libggml-base.so"))))
    ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
    ggml.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3 + [ctypes.c_void_p]
    x = rows(random)
    tensors = {"x": x}
    for kind in KINDS:
        elements, size = GGML_QUANT_SIZES[kind]
        blocks = np.zeros((len(x), COLUMNS // elements * size), np.uint8)
        written = ggml.ggml_quantize_chunk(int(kind), x.ctypes.data, blocks.ctypes.data, 0, len(x), COLUMNS, None)
        assert written == blocks.nbytes, kind
        tensors[kind.name.lower()] = blocks
    save_file(tensors, TARGET / "blocks.safetensors")


def deepened(source: Path, target: Path) -> None:
    """The model with its first layer LAYERS times."""
    copy = Copy.read(source)
    key = copy.metadata["general.architecture"].value + ".block_count"
    copy = copy.with_entry(key, guess(LAYERS))
    layers = {name: tensor for name, tensor in copy.tensors.items() if name.startswith("blk.")}
    for name in layers:
        copy = copy.with_tensor(name, None)
    for layer in range(LAYERS):
        for name, (data, kind) in layers.items():
            if name.startswith("blk.0."):
                copy = copy.with_tensor(f"blk.{layer}." + name.removeprefix("blk.0."), data, kind)
    copy.write(target)


def matrix_types(path: Path) -> dict:
    found = {}
    for tensor in gguf.GGUFReader(path).tensors:
        if len(tensor.shape) == 2:
            name = tensor.name.removesuffix(".weight").split(".")
            found.setdefault(name[-1], []).append(tensor.tensor_type.name.lower())
    return {name: types[0] if len(set(types)) == 1 else types for name, types in sorted(found.items())}


def record_file_types() -> None:
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "deep.gguf"), Path(folder, "quantized.gguf")
        for model in MODELS:
            deepened(files.ROOT / model / "f32.gguf", source)
            result[model] = {}
            for kind in FILE_TYPES:
                assert quantize(str(source), str(target), kind) == 0, (model, kind)
                result[model][kind.lower()] = matrix_types(target)
    files.write_json(TARGET / "file_types.json", {"layers": LAYERS, "models": result})


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    record_blocks(np.random.default_rng(SEED))
    record_file_types()
    files.record("make_encoded_blocks.py", {"numpy": SEED}, ["encoded_blocks"])


main()
