"""Ten steps of LoRA from EVA's start with PEFT and torch's AdamW on the tiny model: the ranks and A that PEFT finds in two
batches, first gradients, losses, norms. Its incremental decomposition is made exact; as PEFT has it, it is an estimate."""

import shutil
import warnings

import make_lora_curve as curve
import reference_files as files
import tiny_adapter
import torch
from peft import EvaConfig, LoraConfig, get_peft_model, initialize_lora_eva_weights
from peft.tuners.lora import eva
from safetensors.torch import save_file

OPTIONS = dict(r=4, lora_alpha=6, target_modules=r".*\.(q_proj|k_proj|o_proj|down_proj)", rank_pattern={"o_proj": 6})
FORMS = {"spread": 2.0, "planned": 1.0}


class ExactComponents(eva.IncrementalPCA):
    def __init__(self, lowrank, lowrank_seed, **options):
        super().__init__(**options)


def loader(batches):
    for batch in batches:
        width = max(len(row) for row in batch["ids"])
        pad = lambda row, value: row + [value] * (width - len(row))
        yield {
            "input_ids": torch.tensor([pad(row, 2) for row in batch["ids"]]),
            "attention_mask": torch.tensor([pad([1] * len(row), 0) for row in batch["ids"]]),
            "labels": torch.tensor([
                pad([token if flag else -100 for token, flag in zip(row, flags)], -100)
                for row, flags in zip(batch["ids"], batch["train"])])}


def make(rho, batches, exact=True):
    config = LoraConfig(task_type="CAUSAL_LM", init_lora_weights="eva", eva_config=EvaConfig(rho=rho), **OPTIONS)
    model = get_peft_model(tiny_adapter.base_model(), config).eval()
    estimate = eva.IncrementalPCA
    eva.IncrementalPCA = ExactComponents if exact else estimate
    initialize_lora_eva_weights(model, list(loader(batches)), show_progress_bar=False)
    eva.IncrementalPCA = estimate
    return model


def starts(model):
    return {name: weight.detach().clone() for name, weight in tiny_adapter.trainable(model).items() if "lora_A" in name}


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "eva"
    shutil.rmtree(folder, ignore_errors=True)
    batches = curve.make_batches()
    for form, rho in FORMS.items():
        place = folder / form
        place.mkdir(parents=True)
        model = make(rho, batches)
        (found, estimate) = (starts(model), starts(make(rho, batches, exact=False)))
        ranks = {name: len(a) for name, a in found.items()}
        worst = max(
            (found[name] - a).abs().max().item() for name, a in estimate.items() if a.shape == found[name].shape)
        save_file(found, place / "start.safetensors")
        (place / "start.safetensors").chmod(0o644)
        whole = curve.run(model, batches, [(0, 1, 2)])
        # B is zero at the start, and so is the gradient of A
        save_file({name: gradient for name, gradient in whole[1].items() if "lora_B" in name}, place / "gradients_step0.safetensors")
        (place / "gradients_step0.safetensors").chmod(0o644)
        tiny_adapter.save(whole[2], place / "adapter")
        files.write_json(place / "curve.json", {
            "steps": whole[0], "batches": batches, "optimizer": curve.OPTIMIZER, "clip": curve.CLIP, "ranks": ranks,
            "estimate": {"worst": worst, "other_ranks": sum(
                len(a) != ranks.get(name) for name, a in estimate.items())}})
    files.record("make_eva_start.py", {}, ["eva"])


if __name__ == "__main__":
    main()
