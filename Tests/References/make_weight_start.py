"""Ten steps of LoRA from starts that stand on the weights (PiSSA, OLoRA) with PEFT and torch's AdamW on the tiny model:
losses, norms, and what each layer's weights changed by in the end, with the base that PEFT changed at the start."""

import shutil
import warnings

import make_lora_curve as curve
import reference_files as files
import tiny_adapter
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file

OPTIONS = dict(r=4, lora_alpha=6, target_modules=r".*\.(q_proj|v_proj|o_proj|down_proj)", rank_pattern={"o_proj": 6})


def make(start):
    config = LoraConfig(task_type="CAUSAL_LM", init_lora_weights=start, **OPTIONS)
    return get_peft_model(tiny_adapter.base_model(), config).eval()


def layers(model):
    for name, module in model.named_modules():
        if hasattr(module, "lora_A"):
            yield name, module


def changes(model):
    """Of each layer, named as B is in an adapter, what its weights as a whole are beyond those of the base."""
    base = dict(tiny_adapter.base_model().named_modules())
    result = {}
    for name, layer in layers(model):
        path = name.removeprefix("base_model.model.")
        product = layer.lora_B["default"].weight @ layer.lora_A["default"].weight * layer.scaling["default"]
        whole = layer.base_layer.weight + product - base[path].weight
        result[f"{name}.lora_B.weight"] = whole.detach().float().contiguous()
    return result


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "weight_starts"
    shutil.rmtree(folder, ignore_errors=True)
    for start in ["pissa", "olora"]:
        place = folder / start
        place.mkdir(parents=True)
        model = make(start)
        worst = max(change.abs().max().item() for change in changes(model).values())
        assert worst < 1e-5, worst
        batches = curve.make_batches()
        whole = curve.run(model, batches, [(0, 1, 2)])
        save_file(changes(whole[2]), place / "changes.safetensors")
        (place / "changes.safetensors").chmod(0o644)
        tiny_adapter.save(whole[2], place / "adapter")
        files.write_json(place / "curve.json", {
            "steps": whole[0], "batches": batches, "optimizer": curve.OPTIMIZER, "clip": curve.CLIP})
    files.record("make_weight_start.py", {}, ["weight_starts"])


if __name__ == "__main__":
    main()
