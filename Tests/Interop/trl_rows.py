"""Holds the token ids and the mask that Skillet makes of rows against TRL: what `SFTTrainer` prepares of them, and the labels that
its collator makes, row by row, in each form of rows that it reads.

usage: trl_rows.py SKILLET MODEL_FOLDER [--rows COUNT]

MODEL_FOLDER has a small model with a fast tokenizer; a chat template that marks replies is put beside a copy of it.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import datasets
import pyarrow
import transformers
from trl import SFTConfig, SFTTrainer

TEMPLATE = (
    "{% if tools %}<tools>{{ tools | tojson }}</tools>\n{% endif %}{% for m in messages %}<{{ m.role }}>\n"
    "{% if m.role == 'assistant' %}{% generation %}{{ m.content or '' }}{% for c in m.tool_calls or [] %}"
    "<call>{{ c.function.name }} {{ c.function.arguments | tojson }}</call>{% endfor %}{{ eos_token }}{% endgeneration %}\n"
    "{% else %}{{ m.content }}{{ eos_token }}\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>\n{% endif %}")
WORDS = ["the", " taxi", " costs", " 17.50", "\n", " €", " naïve", " 日本", " ok", ".", ", ", "  ", " Q:", " 😀", " it's", "\t"]
TOOLS = [{"type": "function", "function": {
    "name": "price", "description": "what a thing costs",
    "parameters": {"type": "object", "properties": {"thing": {"type": "string"}}, "required": ["thing"]}}}]

# name, arguments of `dataset`, arguments of SFTConfig
FORMS = [
    ("text", "template: none", {}),
    ("prompt, completion", "template: none", {}),
    ("prompt, completion, all learnt", "template: none, mask: all", {"completion_only_loss": False}),
    ("prompt, completion of turns", "", {}),
    ("messages, all learnt", "mask: all", {}),
    ("messages, replies learnt", "", {"assistant_only_loss": True}),
    ("messages with tools and calls", "", {"assistant_only_loss": True}),
]


def text(source):
    """Words that neither begin nor end with white space."""
    return "a" + "".join(source.choice(WORDS) for _ in range(source.randint(1, 14))) + "z"


def turns(source, count, system=True):
    start = [{"role": "system", "content": text(source)}] if system and source.random() < 0.5 else []
    return start + [
        {"role": role, "content": text(source)} for _ in range(count) for role in ("user", "assistant")]


def row(form, source):
    if form == "text":
        return {"text": text(source)}
    if form == "prompt, completion of turns":
        *prompt, reply = turns(source, source.randint(1, 3))
        return {"prompt": prompt, "completion": [reply]}
    if form.startswith("prompt"):
        return {"prompt": text(source), "completion": source.choice([" ", "\n", ""]) + text(source)}
    if "tools" in form:
        call = {"type": "function", "function": {"name": "price", "arguments": {"thing": text(source)}}}
        return {"tools": TOOLS, "messages": [
            {"role": "user", "content": text(source)},
            {"role": "assistant", "content": text(source), "tool_calls": [call]},
            {"role": "tool", "content": text(source)}, {"role": "assistant", "content": text(source)}]}
    return {"messages": turns(source, source.randint(1, 3))}


def by_skillet(binary, model, rows, arguments, folder):
    """Ids and flags of each row."""
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = f'load "{model}"\ndataset "{data}", max_length: 4000{", " if arguments else ""}{arguments}\n'
    recipe += "".join(f"inspect data, row: {number + 1}\n" for number in range(len(rows)))
    lines = subprocess.run([binary, "run", "-", "--json"], input=recipe, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    events = [json.loads(line) for line in lines]
    for event in events:
        if event["event"] == "diagnostic" and event["severity"] == "error":
            print(event["message"], event["help"])
    return {e["value"]["line"] - 1: (e["value"]["ids"], e["value"]["trained"]) for e in events if e.get("verb") == "inspect"}


def by_trl(model, tokenizer, rows, arguments, folder):
    """Ids and flags of each row: what is prepared, and where its labels count."""
    config = SFTConfig(
        output_dir=str(folder / "trl"), max_length=None, report_to="none", use_cpu=True, bf16=False, disable_tqdm=True,
        per_device_train_batch_size=1, **arguments)
    table = datasets.table.InMemoryTable(pyarrow.Table.from_pylist(rows))
    trainer = SFTTrainer(
        model=str(model), args=config, train_dataset=datasets.Dataset(table, fingerprint="rows"), processing_class=tokenizer)
    for row in trainer.train_dataset:
        batch = trainer.data_collator([row])
        flags = [label != -100 for label in batch["labels"][0].tolist()]
        yield batch["input_ids"][0].tolist(), [False] + flags[1:]


def is_merged(tokenizer, row):
    """Whether a token reaches over the end of the prompt, which TRL warns of: its mask begins a token off there, and Skillet, as in
    generation, has no such token."""
    if not isinstance(row.get("prompt"), str):
        return False
    prompt, whole = (tokenizer(part)["input_ids"] for part in (row["prompt"], row["prompt"] + row["completion"]))
    return whole[: len(prompt)] != prompt


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("skillet")
    parser.add_argument("model")
    parser.add_argument("--rows", type=int, default=100)
    options = parser.parse_args()
    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    differing = 0
    print("| rows | compared | ids and mask equal | a token reaches over the prompt's end | DIFFERENT |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        model = folder / "model"
        shutil.copytree(options.model, model)
        (model / "chat_template.jinja").write_text(TEMPLATE)
        settings = json.loads((model / "config.json").read_text())
        (model / "config.json").write_text(json.dumps(settings | {"max_position_embeddings": 4096}))
        tokenizer = transformers.AutoTokenizer.from_pretrained(model)
        for form, arguments, config in FORMS:
            source = random.Random(form)
            rows = [row(form, source) for _ in range(options.rows)]
            ours = by_skillet(options.skillet, model, rows, arguments, folder)
            same = merged = different = 0
            for number, (ids, flags) in enumerate(by_trl(model, tokenizer, rows, config, folder)):
                given, trained = ours.get(number, ([], []))
                # What follows the last token that is learnt is left out.
                length = len(given)
                if given and given == ids[:length] and trained == flags[:length] and not any(flags[length:]):
                    same += 1
                elif is_merged(tokenizer, rows[number]):
                    merged += 1
                else:
                    different += 1
                    if different <= 2:
                        print(json.dumps(rows[number]), *((given, trained), (ids, flags)), sep="\n")
            print(f"| {form} | {len(rows)} | {same} | {merged} | {different} |", flush=True)
            differing += different
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
