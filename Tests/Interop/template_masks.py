"""Holds the tokens and the mask that Skillet makes of conversations with a model's own template against transformers: the ids of
`apply_chat_template`, and where the template marks what a model writes, its assistant mask (what TRL's `assistant_only_loss` learns).

usage: template_masks.py SKILLET MODEL_FOLDER [FOLDER_OR_FILE…]

MODEL_FOLDER has a small model with a fast tokenizer; templates are put beside a copy of it, one after the other: those of
Goldens/own_templates.json with and without their marks, whose masks are to be the same, and those of the places, or of llama.cpp's source archive.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import transformers

from template_conversations import CONVERSATIONS, TOOLS, WITH_TOOLS
import transformers.utils.chat_template_utils as reference
from templates import FixedTime, archive, templates

DATE = "2026-02-03 14:05:06"
OWN = Path(__file__).parent.parent / "TokenizersTests/Goldens/own_templates.json"


def sources(places):
    own = json.loads(OWN.read_text())["templates"]
    yield from own.items()
    for name, source in own.items():
        yield name + " (unmarked)", source.replace("{% generation %}", "").replace("{% endgeneration %}", "")
    yield from templates(places)


def conversations():
    for group, tools in ((CONVERSATIONS, None), (WITH_TOOLS, TOOLS)):
        for name, messages in group.items():
            if any(m["role"] == "assistant" for m in messages):
                last = max(i for i, m in enumerate(messages) if m["role"] == "assistant")
                yield name, messages[: last + 1], tools


def skillet(binary, model, source, rows, folder):
    """What `inspect data` says of each row, by its number; none for rows that are skipped. And why those are."""
    (model / "chat_template.jinja").write_text(source)
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps({"messages": m, **({"tools": t} if t else {})}) + "\n" for _, m, t in rows))
    recipe = f'load "{model}"\ndataset "{data}", max_length: 100000, date: "{DATE}"\n'
    looks = "".join(f"inspect data, row: {n + 1}\n" for n in range(len(rows)))
    lines = subprocess.run([binary, "run", "-", "--json"], input=recipe + looks, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    events = [json.loads(line) for line in lines]
    values = [e["value"] for e in events if e.get("verb") == "inspect"]
    reasons = [e["text"] for e in events if "skipped: " in e.get("text", "")] + [e["message"] for e in events if e["event"] == "diagnostic"]
    return {v["line"] - 1: v for v in values}, reasons


# The prompt of this template begins the reply with what this conversation's replies begin with: that is read, not learnt.
READ_IN_PROMPT = {("opened_thought (unmarked)", "thought")}


def plain(messages):
    """Parts of text as one text: what templates get that cannot take parts."""
    return [m | {"content": "".join(p["text"] for p in m["content"])} if isinstance(m.get("content"), list) else m for m in messages]


def expected(tokenizer, source, messages, tools, given):
    """What transformers makes of the conversation, or, where that is not what was given, of its parts as one text."""
    wanted = encoded(tokenizer, source, messages, tools)
    if wanted and given and wanted[0][: len(given["ids"])] == given["ids"]:
        return wanted
    return wanted if plain(messages) == messages else encoded(tokenizer, source, plain(messages), tools)


def encoded(tokenizer, source, messages, tools):
    marks = "{% generation %}" in source
    try:
        out = tokenizer.apply_chat_template(
            messages, tools=tools, chat_template=source, tokenize=True, return_dict=True, return_assistant_tokens_mask=marks)
    except Exception:  # whatever the template raises
        return None
    return out["input_ids"], out.get("assistant_masks")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("skillet")
    parser.add_argument("model")
    parser.add_argument("places", nargs="*")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    reference.datetime = FixedTime
    total, rows = Counter(), list(conversations())
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        shutil.copytree(options.model, model)
        settings = json.loads((model / "config.json").read_text())
        (model / "config.json").write_text(json.dumps(settings | {"max_position_embeddings": 100000}))
        tokenizer = transformers.AutoTokenizer.from_pretrained(model)
        print("| template | ids equal | mask equal | no marks | skipped | DIFFERENT | why skipped |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
        masks = {}
        for name, source in sources(options.places or [archive(Path(folder) / "archive")]):
            found, reasons = skillet(options.skillet, model, source, rows, Path(folder))
            counts = Counter()
            for number, (what, messages, tools) in enumerate(rows):
                given = found.get(number)
                wanted = expected(tokenizer, source, messages, tools, given)
                if given is None:
                    counts["skipped"] += 1
                    continue
                # what follows the last token that is learnt is left out
                length = len(given["ids"])
                marked = masks.get((name.removesuffix(" (unmarked)"), what)) if name.endswith("(unmarked)") else wanted and wanted[1]
                if wanted and wanted[1]:
                    masks[name, what] = wanted[1]
                same = wanted and wanted[0][:length] == given["ids"]
                flags = [int(flag) for flag in given["trained"]]
                if (name, what) in READ_IN_PROMPT:
                    marked = None
                if not same or (marked and (marked[:length] != flags or any(marked[length:]))):
                    counts["DIFFERENT"] += 1
                    if options.verbose:
                        print(f"--- {name}: {what}\nwanted {wanted}\ngiven  {given}", file=sys.stderr)
                else:
                    counts["ids equal"] += 1
                    counts["mask equal" if marked else "no marks"] += 1
            total += counts
            kinds = ["ids equal", "mask equal", "no marks", "skipped", "DIFFERENT"]
            print(f"| {name} | " + " | ".join(str(counts[k]) for k in kinds) + " | " + "; ".join(r[-160:] for r in reasons[:2]) + " |", flush=True)
    print("\n" + ", ".join(f"{kind} {count}" for kind, count in total.items()))
    sys.exit(1 if total["DIFFERENT"] else 0)


if __name__ == "__main__":
    main()
