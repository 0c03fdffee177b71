"""Weights as folders keep them: pickles, shards, F64, FP8 and bitsandbytes' 4 and 8 bits, beside transformers.

    python3 Tests/Interop/stored.py SKILLET [SEED]

makes a tiny Llama for each, with the tokenizer of Tests/References/tiny-llama, and compares the loss of a text in f32 with what
torch gives for the weights that the files mean.
"""

import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

REFERENCES = pathlib.Path(__file__).parents[1] / "References"
TOKENIZER = REFERENCES / "tiny-llama/hf"
TEXT = "The quick brown fox jumps over the lazy dog. " * 12
CONTEXT = 64


def model(seed, hidden=128, layers=2, ties=False):
    torch.manual_seed(seed)
    size = len(AutoTokenizer.from_pretrained(TOKENIZER))
    config = LlamaConfig(
        hidden_size=hidden, intermediate_size=192, num_hidden_layers=layers, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=size, max_position_embeddings=256, tie_word_embeddings=ties, bos_token_id=1, eos_token_id=2)
    made = LlamaForCausalLM(config)
    made.tie_weights()
    for parameter in made.parameters():
        if parameter.dim() == 2:
            torch.nn.init.normal_(parameter, std=0.08)
    return made.eval()


def linears(made):
    return {n: m for n, m in made.named_modules() if isinstance(m, torch.nn.Linear) and "lm_head" not in n}


def write(folder, made, tensors, quantization=None, shards=0):
    """The folder of a model with these tensors in place of its own."""
    shutil.copytree(TOKENIZER, folder)
    (folder / "model.safetensors").unlink()
    config = json.loads(made.config.to_json_string(use_diff=False))
    config["dtype"] = "float32"
    if quantization:
        config["quantization_config"] = quantization
    (folder / "config.json").write_text(json.dumps(config) + "\n")
    if tensors:
        save_file({n: t.contiguous() for n, t in tensors.items()}, folder / "model.safetensors", {"format": "pt"})


def plain(made):
    return {n: t.detach().clone() for n, t in made.state_dict().items()}


def fp8(made, strategy, kind=torch.float8_e4m3fn):
    """Tensors in FP8, and the model with the weights that they mean."""
    tensors = plain(made)
    for name, linear in linears(made).items():
        weight = linear.weight.detach()
        rows, columns = weight.shape
        limit = torch.finfo(kind).max
        if strategy == "block":
            size = (48, 80)
            grid = torch.zeros(math.ceil(rows / size[0]), math.ceil(columns / size[1]))
            scale = torch.zeros_like(weight)
            for i in range(grid.shape[0]):
                for j in range(grid.shape[1]):
                    part = slice(i * size[0], (i + 1) * size[0]), slice(j * size[1], (j + 1) * size[1])
                    grid[i, j] = weight[part].abs().max() / limit
                    scale[part] = grid[i, j]
            stored, ending = grid, "_scale_inv"
        elif strategy == "channel":
            stored = weight.abs().amax(1, keepdim=True) / limit
            scale, ending = stored, "_scale"
        else:
            stored = weight.abs().max() / limit
            scale, ending = stored, "_scale"
        codes = (weight / scale).to(kind)
        tensors[name + ".weight"] = codes
        tensors[name + ".weight" + ending] = stored
        linear.weight.data = codes.float() * scale
    return tensors


def compressed(strategy):
    return {"quant_method": "compressed-tensors", "format": "float-quantized", "quantization_status": "compressed",
            "ignore": ["lm_head"], "config_groups": {"group_0": {
                "targets": ["Linear"], "input_activations": None, "output_activations": None,
                "weights": {"num_bits": 8, "type": "float", "strategy": strategy, "symmetric": True, "dynamic": False,
                            "group_size": None, "block_structure": None, "observer": "minmax"}}}}


def four_bits(made, kind, nested, block=64):
    import bitsandbytes.functional as F
    tensors = plain(made)
    for name, linear in linears(made).items():
        codes, state = F.quantize_4bit(
            linear.weight.detach(), blocksize=block, quant_type=kind, compress_statistics=nested)
        tensors[name + ".weight"] = codes
        for key, value in state.as_dict(packed=True).items():
            tensors[f"{name}.weight.{key}"] = value
        linear.weight.data = meant(codes, state)
        if linear.weight.shape[1] % block == 0:
            assert torch.equal(linear.weight.data, F.dequantize_4bit(codes, state).float()), name
    return tensors


def meant(codes, state):
    """The weights by bitsandbytes' definition: blocks of the matrix laid out row after row. Its code for AVX-512 (0.50.2) takes
    other factors where a row is no whole number of blocks, which its own quantizer does not."""
    import bitsandbytes.functional as F
    absmax = F.dequantize_blockwise(state.absmax, state.state2) + state.offset if state.nested else state.absmax
    packed = codes.flatten()
    index = torch.stack([packed >> 4, packed & 15], 1).flatten().long()
    factors = absmax.float().repeat_interleave(state.blocksize)[:index.numel()]
    return (state.code.float()[index] * factors).reshape(state.shape)


def eight_bits(made):
    tensors = plain(made)
    for name, linear in linears(made).items():
        weight = linear.weight.detach()
        absmax = weight.abs().amax(1)
        codes = torch.round(weight * (127 / absmax[:, None])).to(torch.int8)
        tensors[name + ".weight"] = codes
        tensors[name + ".SCB"] = absmax
        tensors[name + ".weight_format"] = torch.tensor(0, dtype=torch.uint8)
        linear.weight.data = codes.float() * absmax[:, None] / 127
    return tensors


def bitsandbytes(bits, kind="nf4"):
    return {"quant_method": "bitsandbytes", "load_in_4bit": bits == 4, "load_in_8bit": bits == 8, "_load_in_4bit": bits == 4,
            "_load_in_8bit": bits == 8, "bnb_4bit_quant_type": kind, "bnb_4bit_use_double_quant": True,
            "bnb_4bit_compute_dtype": "float32", "bnb_4bit_quant_storage": "uint8", "llm_int8_threshold": 6.0,
            "llm_int8_skip_modules": None, "llm_int8_has_fp16_weight": False, "llm_int8_enable_fp32_cpu_offload": False}


def expected(made):
    """The loss by the convention of `perplexity`: the second half of each window is scored."""
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    ids = tokenizer(TEXT)["input_ids"]
    losses = []
    for start in range(0, len(ids) - CONTEXT + 1, CONTEXT):
        window = ids[start:start + CONTEXT]
        if window[0] != tokenizer.bos_token_id and tokenizer.bos_token_id is not None and ids[0] == tokenizer.bos_token_id:
            window = [tokenizer.bos_token_id] + window[1:]
        with torch.no_grad():
            scores = made(torch.tensor([window])).logits[0].log_softmax(-1)
        half = CONTEXT // 2
        losses += [-scores[i, ids[start + i + 1]].item() for i in range(half, CONTEXT - 1)]
    return sum(losses) / len(losses)


def measured(skillet, folder):
    with tempfile.TemporaryDirectory() as place:
        (pathlib.Path(place) / "text.txt").write_text(TEXT)
        recipe = f'recipe "t", language: 1\nload "{folder}", precision: f32\nlet p = perplexity "text.txt", context: {CONTEXT}\n'
        result = subprocess.run([skillet, "run", "-", "--json"], input=recipe, capture_output=True, text=True, cwd=place)
    for line in result.stdout.splitlines():
        event = json.loads(line)
        value = event.get("value")
        if isinstance(value, dict) and "perplexity" in value:
            return math.log(value["perplexity"])
    raise SystemExit(result.stdout + result.stderr)


def main():
    skillet, seed = str(pathlib.Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 7
    place = pathlib.Path(tempfile.mkdtemp())
    worst = 0.0

    def case(name, quantize, quantization=None, finish=None, hidden=128):
        nonlocal worst
        made = model(seed, hidden)
        folder = place / name.replace(" ", "-").replace("/", "-")
        write(folder, made, quantize(made), quantization)
        if finish:
            finish(folder, made)
        want, got = expected(made), measured(skillet, folder)
        difference = abs(got - want) / abs(want)
        worst = max(worst, difference)
        print(f"{name:44} {want:.7f} {got:.7f} {difference:.1e}", flush=True)

    try:
        case("safetensors in F32", plain)
        case("safetensors in F64", lambda m: {n: t.double() for n, t in plain(m).items()})
        case("pytorch_model.bin", lambda m: None, finish=lambda f, m: torch.save(m.state_dict(), f / "pytorch_model.bin"))
        case("pytorch_model.bin before PyTorch 1.6", lambda m: None, finish=lambda f, m: torch.save(
            m.state_dict(), f / "pytorch_model.bin", _use_new_zipfile_serialization=False))

        def shards(folder, made):
            names = list(made.state_dict())
            places = {n: f"pytorch_model-{1 + (i >= len(names) // 2):05}-of-00002.bin" for i, n in enumerate(names)}
            for file in set(places.values()):
                torch.save({n: made.state_dict()[n] for n in names if places[n] == file}, folder / file)
            (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))

        case("pytorch_model.bin in two shards", lambda m: None, finish=shards)
        for kind, name in ((torch.float8_e4m3fn, "E4M3"), (torch.float8_e5m2, "E5M2")):
            case(f"{name}, a factor for all", lambda m: fp8(m, "tensor", kind), compressed("tensor"))
            case(f"{name}, a factor a row", lambda m: fp8(m, "channel", kind), compressed("channel"))
        case("E4M3, blocks of 48 x 80", lambda m: fp8(m, "block"),
             {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [48, 80]})
        for kind in ("nf4", "fp4"):
            for nested in (False, True):
                case(f"bitsandbytes {kind}{' twice' if nested else ''}", lambda m: four_bits(m, kind, nested), bitsandbytes(4, kind))
        case("bitsandbytes nf4, blocks across rows", lambda m: four_bits(m, "nf4", True), bitsandbytes(4), hidden=144)
        case("bitsandbytes int8", eight_bits, bitsandbytes(8))
    finally:
        shutil.rmtree(place)
    if worst > 1e-5:
        raise SystemExit(f"the losses differ by up to {worst:.1e}")


if __name__ == "__main__":
    main()
