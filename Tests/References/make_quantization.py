"""Records what bitsandbytes (NF4, FP4, LLM.int8) and gguf (Q8_0, Q4_0, Q4_1) make of two matrices."""

import shutil

import reference_files as files
import bitsandbytes.functional as bnb
import gguf
import numpy as np
import torch
from bitsandbytes.backends.default.ops import _get_4bit_quantize_bounds
from safetensors.numpy import save_file

SEED = 4040
BLOCK = 64
KEPT_ROWS = {"normal": 2, "outliers": 5}


def matrices():
    generator = torch.Generator().manual_seed(SEED)
    normal = torch.randn(96, 256, generator=generator) * 0.05
    outliers = torch.randn(16, 256, generator=generator) * 0.05
    for row, column, value in [(0, 3, 4.0), (1, 200, -7.5), (7, 64, 2.25), (7, 65, -2.25), (15, 255, 1e-3)]:
        outliers[row, column] = value
    outliers[4, 64:128] = 0
    outliers[9] *= 1e-6
    return {"normal": normal, "outliers": outliers}


def root_mean_square(difference):
    return float(np.sqrt(np.mean(np.square(difference, dtype=np.float64))))


def keep(tensors, report, name, original, codes, restored):
    """Records codes, the first rows after reconstruction and the error over the whole matrix."""
    for key, value in codes.items():
        tensors[f"{name}.{key}"] = np.ascontiguousarray(value)
    restored = np.asarray(restored, dtype=np.float32)
    tensors[f"{name}.dequantized"] = restored[:KEPT_ROWS[name.split(".")[0]]].copy()
    difference = restored - original
    report[name] = {
        "rows": original.shape[0],
        "rms_error": root_mean_square(difference), "max_error": float(np.abs(difference).max())}


def four_bit(tensors, report, name, matrix, kind):
    packed, state = bnb.quantize_4bit(matrix, blocksize=BLOCK, quant_type=kind)
    keep(tensors, report, f"{name}.{kind}", matrix.numpy(),
         {"codes": packed.flatten().numpy(), "absmax": state.absmax.numpy()},
         bnb.dequantize_4bit(packed, state))


def double_quantized(tensors, report, name, matrix):
    """The 4-bit codes are those of the plain scheme; only the factors differ."""
    packed, state = bnb.quantize_4bit(matrix, blocksize=BLOCK, quant_type="nf4", compress_statistics=True)
    plain, _ = bnb.quantize_4bit(matrix, blocksize=BLOCK, quant_type="nf4")
    assert torch.equal(packed, plain)
    factors = bnb.dequantize_blockwise(state.absmax, state.state2) + state.offset
    keep(tensors, report, f"{name}.nf4_double", matrix.numpy(), {
        "absmax_codes": state.absmax.numpy(), "nested_absmax": state.state2.absmax.numpy(),
        "offset": state.offset.reshape(1).numpy(), "absmax": factors.numpy(),
    }, bnb.dequantize_4bit(packed, state))
    assert state.state2.blocksize == 256
    tensors["dynamic_map"] = state.state2.code.numpy()


def int8(tensors, report, name, matrix):
    codes, absmax, _ = bnb.int8_vectorwise_quant(matrix)
    factors = 127.0 / absmax
    assert torch.equal(codes, torch.round(matrix * factors[:, None]).to(torch.int8))
    keep(tensors, report, f"{name}.int8", matrix.numpy(),
         {"codes": codes.numpy(), "absmax": absmax.numpy(), "factors": factors.numpy()},
         codes.numpy() / factors.numpy()[:, None])


def int4(tensors, report, name, matrix):
    blocks = matrix.numpy().reshape(-1, BLOCK)
    absmax = np.abs(blocks).max(axis=1)
    safe = np.where(absmax == 0, np.float32(1), absmax)[:, None]
    codes = np.round(blocks * (np.float32(7) / safe)).astype(np.int8)
    restored = codes.astype(np.float32) * (absmax[:, None] / np.float32(7))
    keep(tensors, report, f"{name}.int4", matrix.numpy(),
         {"codes": codes.reshape(matrix.shape), "absmax": absmax}, restored.reshape(matrix.shape))


def ggml(tensors, report, name, matrix, kind):
    blocks = gguf.quants.quantize(matrix.numpy(), kind)
    keep(tensors, report, f"{name}.{kind.name.lower()}", matrix.numpy(),
         {"bytes": blocks}, gguf.quants.dequantize(blocks, kind))


def tables():
    """Code values, and how a scaled value x / absmax finds its code: the count of midpoints below it."""
    result = {}
    for kind in ("nf4", "fp4"):
        midpoints, order = _get_4bit_quantize_bounds(kind, torch.device("cpu"))
        result[kind] = {
            "values": bnb.get_4bit_type(kind, device="cpu").tolist(),
            "midpoints": midpoints.tolist(), "code_after_sorting": order.tolist()}
    return result


def main():
    torch.set_num_threads(1)
    folder = files.ROOT / "quantization"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tensors, report = {}, {}
    kinds = gguf.GGMLQuantizationType
    for name, matrix in matrices().items():
        tensors[name] = matrix.numpy()
        four_bit(tensors, report, name, matrix, "nf4")
        double_quantized(tensors, report, name, matrix)
        int8(tensors, report, name, matrix)
        some = matrix[:16]
        four_bit(tensors, report, name, some, "fp4")
        int4(tensors, report, name, some)
        for kind in (kinds.Q8_0, kinds.Q4_0, kinds.Q4_1):
            ggml(tensors, report, name, some, kind)
    save_file(tensors, folder / "codes.safetensors")
    files.write_json(folder / "expected.json", {
        "block": BLOCK, "nested_block": 256, "dequantized_rows": KEPT_ROWS,
        "tables": tables(), "errors": report})
    files.record("make_quantization.py", {"torch": SEED}, ["quantization"])


if __name__ == "__main__":
    main()
