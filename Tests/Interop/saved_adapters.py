"""Adapters that Skillet trains and saves, as PEFT reads them: the loss on the rows is the one that Skillet had."""

import shutil
from pathlib import Path

import transformers_reference
from changes import Change
from observations import Observations, Refusal
from verdict import judge

OPTIONS = [
    "rank: 8", "rank: 1, alpha: 1", "rank: 4, alpha: 32, rslora: true", "rank: 4, targets: [q_proj, v_proj]", "rank: 3, alpha: 7.5",
    "rank: 4, targets: [q_proj, lm_head]", "rank: 3, targets: [embed_tokens], dropout: 0.2",
    "rank: 2, targets: [down_proj, embed_tokens, lm_head], layers: [1]", "rank: 2, targets: [lm_head], dora: true",
    "rank: 2, layers: [0, 2]", "rank: 2, layers: [1], targets: [down_proj]", "rank: 4, dropout: 0.2", "rank: 16, alpha: 0",
    'rank: 4, modules_to_save: ["lm_head", "norm"]', 'rank: 3, targets: [q_proj], modules_to_save: ["embed_tokens", "mlp"]',
    "rank: 4, trainable_token_indices: [5, 9, 30]", "rank: 2, trainable_token_indices: {embed_tokens: [5], lm_head: [7, 5]}"]


def saved_by_skillet(skillet, base: Path, report, chosen) -> None:
    target = skillet.folder / "saved"
    for options in OPTIONS:
        change = Change("saved by Skillet", f"lora {options}", "option", lambda folder: None)
        if not chosen(change):
            continue
        shutil.rmtree(target, ignore_errors=True)
        found, refusal, _ = skillet.values([
            f'load "{base / "model"}", precision: f32', 'dataset "rows.jsonl", template: none', f"lora {options}",
            "train steps: 3, lr: 1e-2, batch: 2", f'save "{target}"', "eval on: train"])
        ours = refusal or Observations(loss=found[5]["loss"])
        theirs = Refusal("nothing was saved") if refusal else transformers_reference.observe(base / "model", target, False, False)
        if isinstance(theirs, Observations):
            theirs.ids = None
        report.add(change, judge(change, ours, theirs, Observations()))
