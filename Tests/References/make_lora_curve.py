"""Ten steps of LoRA training with PEFT and torch's AdamW on the tiny model: losses, norms, gradients."""

import copy
import re
import shutil
import warnings

import reference_files as files
import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import get_linear_schedule_with_warmup

import tiny_adapter

SEED = 77
STEPS = 10
WARMUP = 2
OPTIMIZER = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}
CLIP = 1.0
LENGTHS = [(9, 24, 14), (17, 6, 21)]


def make_batches():
    """Two batches of three rows; the first tokens of each row are a prompt, and one row has a gap."""
    generator = torch.Generator().manual_seed(SEED)
    batches = []
    for lengths in LENGTHS:
        rows = [torch.randint(3, 320, (n,), generator=generator).tolist() for n in lengths]
        flags = [[int(i >= n // 3 and not (n > 20 and i in (12, 13))) for i in range(n)] for n in lengths]
        batches.append({"ids": rows, "train": flags})
    return batches


def loss_sum(model, rows, flags):
    """The sum of token losses: the token at place i counts if its flag is 1 and i > 0."""
    width = max(len(row) for row in rows)
    pad = lambda row, value: row + [value] * (width - len(row))
    ids = torch.tensor([pad(row, 2) for row in rows])
    mask = torch.tensor([pad([1] * len(row), 0) for row in rows])
    labels = torch.tensor([
        pad([t if f else -100 for t, f in zip(row, flag)], -100) for row, flag in zip(rows, flags)])
    output = model(input_ids=ids, attention_mask=mask).logits
    return torch.nn.functional.cross_entropy(
        output[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100, reduction="sum")


def groups_by_decay(weights):
    """What is trained as transformers' Trainer groups it: norms and biases have no weight decay."""
    plain = [name for name in weights if name.endswith("bias") or re.search(r"norm|\.ln_", name)]
    return [
        {"params": [weight for name, weight in weights.items() if name not in plain]},
        {"params": [weights[name] for name in plain], "weight_decay": 0.0}]


def train(model, batches, parts, groups=dict.values):
    """`parts` lists which rows of a batch go into each micro-batch, `groups` gives the optimizer its parameters."""
    weights = tiny_adapter.trainable(model)
    optimizer = torch.optim.AdamW(groups(weights), **OPTIMIZER)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    steps, gradients = [], None
    for step in range(STEPS):
        batch = batches[step % len(batches)]
        trained = sum(sum(flag[1:]) for flag in batch["train"])
        total = 0.0
        for part in parts:
            loss = loss_sum(model, [batch["ids"][i] for i in part], [batch["train"][i] for i in part]) / trained
            loss.backward()
            total += loss.item()
        if step == 0:
            gradients = {name: weight.grad.clone() for name, weight in weights.items()}
        norm = torch.nn.utils.clip_grad_norm_(weights.values(), CLIP).item()
        steps.append({
            "batch": step % len(batches), "lr": schedule.get_last_lr()[0], "trained_tokens": trained,
            "loss": total, "gradient_norm": norm})
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return steps, gradients


def furthest(left, right, key):
    return max(abs(a[key] - b[key]) / abs(b[key]) for a, b in zip(left, right))


def compare(first, second, limit):
    """Asserts that two runs are one: losses, norms, gradients of step 0 and final weights."""
    (steps, gradients, model), (other_steps, other_gradients, other) = first, second
    gaps = {key: furthest(steps, other_steps, key) for key in ("loss", "gradient_norm")}
    gaps["gradients"] = max(
        ((gradients[k] - g).norm() / g.norm()).item() for k, g in other_gradients.items())
    mine = tiny_adapter.trainable(model)
    gaps["weights"] = max(
        ((mine[k] - w).norm() / w.norm()).item() for k, w in tiny_adapter.trainable(other).items())
    assert all(gap < limit for gap in gaps.values()), gaps
    return gaps


def run(start, batches, parts, dtype=torch.float32, groups=dict.values):
    model = copy.deepcopy(start).to(dtype)
    return (*train(model, batches, parts, groups), model)


def write(place, batches, whole, exact):
    """What `run` gave in f32, with its distance from the same in float64."""
    save_file(whole[1], place / "gradients_step0.safetensors")
    files.write_json(place / "curve.json", {
        "steps": whole[0], "batches": batches, "optimizer": OPTIMIZER, "clip": CLIP,
        "furthest_from_float64": compare(whole, exact, 1e-3)})


def main():
    warnings.filterwarnings("ignore", module="peft|transformers")
    torch.set_num_threads(1)
    folder = files.ROOT / "lora"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    start = tiny_adapter.make(SEED, r=4, lora_alpha=8, target_modules=tiny_adapter.ALL_LINEAR)
    tiny_adapter.save(start, folder / "adapter_initial")
    batches, sequences = make_batches(), tiny_adapter.sequences()
    whole = run(start, batches, [(0, 1, 2)])
    in_parts = run(start, batches, [(0, 1), (2,)])
    exact = run(start, batches, [(0, 1, 2)], torch.float64)
    accumulated = compare(in_parts, whole, 1e-4)
    error = compare(whole, exact, 1e-3)
    tiny_adapter.save(whole[2], folder / "adapter_final")
    save_file(whole[1], folder / "gradients_step0.safetensors")
    rank_stable = tiny_adapter.make(
        SEED, r=4, lora_alpha=8, target_modules=tiny_adapter.ALL_LINEAR, use_rslora=True)
    rank_stable.load_state_dict(start.state_dict())
    logits = {}
    short = {"s7": sequences["s7"]}
    for name, model in (("initial", start), ("final", whole[2]), ("rslora", rank_stable)):
        rows = tiny_adapter.logits(model, short)["s7.logits"]
        logits[f"{name}.s7.last_logits"] = rows[-3:].clone()
    again = PeftModel.from_pretrained(tiny_adapter.base_model(), folder / "adapter_final")
    reread = tiny_adapter.logits(again, short)["s7.logits"][-3:]
    assert torch.equal(reread, logits["final.s7.last_logits"])
    save_file(logits, folder / "logits.safetensors")
    files.write_json(folder / "curve.json", {
        "optimizer": OPTIMIZER, "schedule": {"name": "linear", "warmup": WARMUP, "steps": STEPS},
        "clip": CLIP, "batches": batches, "steps": whole[0], "steps_in_float64": exact[0],
        "micro_batches": [[0, 1], [2]], "difference_with_micro_batches": accumulated,
        "difference_from_float64": error})
    files.record("make_lora_curve.py", {"torch": SEED}, ["lora"])


if __name__ == "__main__":
    main()
