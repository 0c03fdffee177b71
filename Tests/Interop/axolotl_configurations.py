"""Has Axolotl itself read the configurations that `export "run.yaml"` writes: every key must be one that it has, keep its value
in what it validates, and give PEFT the configuration of the adapter that `save` writes; learning rates of modules must be
those of its parameter groups. What it cannot be told must be refused by name.

usage: axolotl_configurations.py SKILLET [--out FOLDER] [--only WORD]

Needs the packages of axolotl.txt, without what they depend on; says so and ends well where they are not installed.
"""

import argparse
import importlib.util
import json
import re
import sys
import tempfile
import types
from pathlib import Path

import torch
import yaml
from peft import PeftConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from observations import Refusal
from skillet import Skillet



def module_alone(name: str):
    """A module without the packages around it, which import all of the trainer."""
    package, _, rest = name.partition(".")
    [root] = importlib.util.find_spec(package).submodule_search_locations
    spec = importlib.util.spec_from_file_location(rest, Path(root, *rest.split(".")).with_suffix(".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


try:
    from axolotl.loaders.adapter import _build_peft_lora_config
    from axolotl.prompt_strategies import input_output
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault
    from axolotl.utils.schemas.config import AxolotlInputConfig
    from axolotl.utils.schemas.datasets import SFTDataset

    OptimizerMixin = module_alone("axolotl.core.trainers.mixins.optimizer").OptimizerMixin
except ModuleNotFoundError as error:
    print(f"axolotl is not installed, so its configurations are not read: {error}")
    sys.exit(0)

REFERENCES = Path(__file__).parent.parent / "References"
PAIRS = [("one", "two"), ("three", "four"), ("five", "six"), ("seven and", "eight, the nine"), ("the fox", "jumps over"), ("a dog", "does")]
TRAIN = "train steps: 2"
LORA = "lora rank: 2, targets: [q_proj, down_proj]"
# name, model, lines before the export, and for a refusal a part of its reason
CASES = [
    ("LoRA", "tiny-llama", ["lora rank: 2, dropout: 0.1", f"{TRAIN}, weight_decay: 0.1, clip: 0, lr: 1e-5"]),
    ("nf4", "tiny-llama", ["quantize nf4", LORA, TRAIN]),
    ("nf4, single", "tiny-llama", ["quantize nf4, double: false", LORA, TRAIN]),
    ("fp4", "tiny-llama", ["quantize fp4", LORA, TRAIN]),
    ("int8", "tiny-llama", ["quantize int8", LORA, TRAIN]),
    ("DoRA", "tiny-llama", [f"{LORA}, dora: true", TRAIN]),
    ("rsLoRA, layers", "tiny-llama", [f"{LORA}, rslora: true, layers: [1]", TRAIN]),
    ("patterns", "tiny-llama", [f"{LORA}, overrides: {{q_proj: {{rank: 4, alpha: 4}}}}", TRAIN]),
    ("expression", "tiny-llama", [r'lora rank: 2, modules: ".*layers\\.0\\.self_attn\\.(q|v)_proj"', TRAIN]),
    ("modules_to_save", "tiny-llama", [f'{LORA}, modules_to_save: ["lm_head", "norm"]', TRAIN]),
    ("tied", "tiny-llama-tied", [f'{LORA}, modules_to_save: ["embed_tokens"], ensure_weight_tying: true', TRAIN]),
    ("tokens", "tiny-llama", [f"{LORA}, trainable_token_indices: [5, 7]", TRAIN]),
    ("tables", "tiny-llama", ["lora rank: 2, targets: [q_proj, embed_tokens, lm_head]", TRAIN]),
    ("no packing, checkpoints", "tiny-llama", [LORA, f"{TRAIN}, pack: false, shuffle: false, checkpointing: true"]),
    ("best", "tiny-llama", [LORA, "train steps: 4, eval_every: 2, keep: best"]),
    ("patience", "tiny-llama", [LORA, "train steps: 4, eval_every: 2, patience: 3"]),
    *((f"schedule {name}", "tiny-llama", [LORA, f"{TRAIN}, schedule: {name}, warmup: {steps}"])
      for name in ("cosine", "linear", "constant") for steps in (0, 1)),
    *((f"optimizer {name}", "tiny-llama", [LORA, f"{TRAIN}, optimizer: {name}"]) for name in ("adamw", "adamw8bit", "lion", "adafactor", "sgd")),
    ("rates", "tiny-llama", ["lora rank: 2", f'{TRAIN}, lr_groups: {{"layers.1.mlp": 1e-6, q_proj: 1e-3, "layers.0": 0}}']),
    ("rates of tables", "tiny-llama", [
        "lora rank: 2, targets: [q_proj, embed_tokens, lm_head]", f'{TRAIN}, lr_groups: {{"lm_head|embed_tokens": 1e-5, q_proj: 1e-3}}']),
    ("rates of one table", "tiny-llama", [
        "lora rank: 2, targets: [q_proj, embed_tokens, lm_head]", f"{TRAIN}, lr_groups: {{lm_head: 1e-5}}"], "one rate for the embedding"),
    ("biases", "families/qwen2", ["lora rank: 2, biases: all", TRAIN], "the adapter's bias"),
    ("wsd", "tiny-llama", [LORA, f"{TRAIN}, schedule: wsd"], "schedule: wsd"),
    ("GGUF", "tiny-llama/f32.gguf", [LORA, TRAIN], "GGUF"),
]
# Of what a GPU of today can do.
CAPABILITIES = {"bf16": True, "fp8": False, "n_gpu": 1, "n_node": 1, "compute_capability": "sm_90"}
KEYS_OF_PEFT = [
    "r", "lora_alpha", "lora_dropout", "target_modules", "layers_to_transform", "use_rslora", "use_dora", "rank_pattern", "alpha_pattern",
    "modules_to_save", "trainable_token_indices", "bias", "ensure_weight_tying"]


def unknown_keys(data: dict) -> list[str]:
    names = [key for key in data if key not in AxolotlInputConfig.model_fields]
    sources = data["datasets"] + data.get("test_datasets", [])
    return names + [key for source in sources for key in source if key not in SFTDataset.model_fields]


def changed_keys(data: dict, config) -> list[str]:
    """Keys whose value Axolotl does not keep; what `auto` becomes is its own."""
    def is_kept(key, value):
        found = config.get(key)
        if key in ("datasets", "test_datasets"):
            return all(one.items() <= dict(other).items() for one, other in zip(value, found, strict=True))
        return value == "auto" or json.loads(json.dumps(found)) == value
    return [f"{key}: {value} is {config.get(key)}" for key, value in data.items() if not is_kept(key, value)]


def peft_keys(config: PeftConfig) -> dict:
    values = {key: getattr(config, key) or None for key in KEYS_OF_PEFT}
    return {key: sorted(value) if isinstance(value, (set, list)) else value for key, value in values.items()}


class Optimizer(OptimizerMixin):
    """Of Axolotl's trainer what makes the groups."""

    def __init__(self, config):
        names = "lr_groups", "embedding_lr", "embedding_lr_scale", "weight_decay"
        self.args = types.SimpleNamespace(**{name: config.get(name) for name in names})


def wrong_rates(model, config, groups: list[tuple[str, float]]) -> list[str]:
    """Parameters whose rate in Axolotl's groups is not that of the first name that fits."""
    made = Optimizer(config).create_optimizer_grouped_parameters(model, {"lr": config.learning_rate})
    rates = {id(weight): group["lr"] for group in made for weight in group["params"]}
    wrong = []
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            fits = (rate for end, rate in groups if re.fullmatch(rf"(?:.*\.)?(?:{end})(?:\..*)?", name))
            wanted = next(fits, config.learning_rate)
            if rates[id(weight)] != wanted:
                wrong.append(f"{name} learns at {rates[id(weight)]}, not {wanted}")
    return wrong


def wrong_rows(folder: Path, data: dict, config, tokenizer) -> list[str]:
    """Rows that Axolotl's strategy makes no loss of, or other tokens than their texts together."""
    strategy = input_output.load(tokenizer, config)
    wrong = []
    for line in (folder / data["datasets"][0]["path"]).read_text().splitlines():
        row = json.loads(line)
        found = strategy.tokenize_prompt(row)
        whole = tokenizer("".join(part["text"] for part in row["segments"]), add_special_tokens=False)["input_ids"]
        if found["input_ids"] != whole or all(label == -100 for label in found["labels"]):
            wrong.append(f"row {line[:60]}")
    return wrong


def groups_of(lines: list[str]) -> list[tuple[str, float]]:
    """The names and rates of `lr_groups` in a recipe."""
    text = re.search(r"lr_groups: \{(.*)\}", lines[-1])
    return [(name.strip().strip('"'), float(rate)) for name, rate in (pair.rsplit(":", 1) for pair in text[1].split(","))] if text else []


def read(folder: Path, base: Path, lines: list[str]) -> list[str]:
    """What is wrong with a configuration."""
    data = yaml.safe_load((folder / "run.yaml").read_text())
    if unknown := unknown_keys(data):
        return [f"no key of Axolotl: {', '.join(unknown)}"]
    try:
        config = validate_config(DictDefault(data), CAPABILITIES, {"torch_version": torch.__version__.split("+")[0]})
    except ValueError as error:
        return [f"refused: {str(error)[:300]}"]
    wrong = changed_keys(data, config)
    if scheme := re.match(r"quantize (nf4|fp4)(, double: false)?$", lines[0]):
        bits = BitsAndBytesConfig(load_in_4bit=config.load_in_4bit, **config.bnb_config_kwargs)
        if (bits.bnb_4bit_quant_type, bits.bnb_4bit_use_double_quant) != (scheme[1], not scheme[2]):
            wrong.append(f"{lines[0]} is {bits}")
    model = AutoModelForCausalLM.from_pretrained(base)
    made, saved = _build_peft_lora_config(model, config), PeftConfig.from_pretrained(folder)
    made, saved = peft_keys(made), peft_keys(saved)
    wrong += [f"{key} of PEFT is {made[key]}, not {saved[key]}" for key in made if made[key] != saved[key]]
    wrong += wrong_rates(get_peft_model(model, _build_peft_lora_config(model, config)), config, groups_of(lines))
    return wrong + wrong_rows(folder, data, config, AutoTokenizer.from_pretrained(base))


def judged(skillet: Skillet, case) -> list[str]:
    name, model, lines, *reason = case
    folder = skillet.folder / re.sub(r"\W+", "-", name)
    base = REFERENCES / model
    base = base if base.suffix else base / "hf"
    rows = "\n".join(json.dumps({"prompt": prompt, "completion": completion}) for prompt, completion in PAIRS)
    (skillet.folder / "pairs.jsonl").write_text(rows + "\n")
    _, refusal, line = skillet.run([
        f'load "{base}"', 'dataset "pairs.jsonl"', "split valid: 2, seed: 5", *lines, f'save "{folder}"', f'export "{folder}/run.yaml"'])
    if reason:
        is_refused = isinstance(refusal, Refusal) and reason[0] in refusal.reason and line == len(lines) + 4
        return [] if is_refused else [f"not refused for {reason[0]}: {refusal}"]
    return [f"skillet refuses: {refusal}"] if refusal else read(folder, base, lines)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("skillet", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    folder = options.out or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    skillet = Skillet(options.skillet.resolve(), folder.resolve())
    chosen = [case for case in CASES if options.only in case[0]]
    wrong = 0
    for case in chosen:
        found = judged(skillet, case)
        wrong += bool(found)
        for text in found:
            print(f"{case[0]}: WRONG {text}", flush=True)
    print(f"{len(chosen) - wrong} of {len(chosen)} configurations are read by Axolotl as they are meant, or refused by name")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
