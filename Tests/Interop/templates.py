"""Renders chat templates with transformers and with Skillet's engine, on conversations with and without system, several turns,
blanks, reasoning, tools and tool calls, and compares both byte for byte, spans of `generation` too.

usage: templates.py PROBE [FOLDER_OR_FILE…] [--only WORD] [--verbose]

Without a folder: the templates of llama.cpp's source archive (`models/templates`, and those in its tests), which comes with its
Python package.
"""

import argparse
import datetime
import functools
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path

import jinja2
import transformers.utils.chat_template_utils as reference

from template_conversations import requests

TODAY = datetime.datetime(2026, 2, 3, 14, 5, 6)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return TODAY


def archive(folder):
    """The source archive of llama.cpp's Python package, unpacked."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "llama-cpp-python", "-d",
         str(folder), "llama-cpp-python==0.3.36"], check=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as packed:
        wanted = [m for m in packed.getmembers() if "/models/templates/" in m.name or "/tests/test-chat" in m.name]
        packed.extractall(folder, members=wanted, filter="data")
    return folder


def templates(places):
    """Name and text of every template under these places, each text once."""
    seen = set()
    for place in places:
        place = Path(place)
        files = sorted(place.rglob("*.jinja")) + sorted(place.rglob("test-chat-template.cpp")) if place.is_dir() else [place]
        for file in files:
            text = file.read_text()
            found = [(file.name, text)]
            if file.suffix == ".cpp":
                literals = re.findall(r'/\* \.name= \*/ "([^"]*)",\s*/\* \.template_str= \*/ (R"\((.*?)\)"|"(?:[^"\\]|\\.)*")', text, re.S)
                found = [(name, raw or json.loads(quoted)) for name, quoted, raw in literals]
            for name, source in found:
                if source not in seen:
                    seen.add(source)
                    yield name, source


def expected(source, messages, tools, opens):
    """What transformers writes, with the spans of replies in bytes; or the error that it ends with."""
    try:
        messages = reference._normalize_chat_messages(messages)
        marks = "generation" in source and "endgeneration" in source
        (text,), spans = reference.render_jinja_template(
            [messages], tools=tools, chat_template=source, add_generation_prompt=opens, return_assistant_tokens_mask=marks, **TOKENS)
        sizes = [[len(text[:place].encode()) for place in span] for span in (spans[0] if spans else [])]
        return {"text": text, "generation": sizes}
    except (jinja2.TemplateError, TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def request(source, messages, tools, opens):
    messages = reference._alias_reasoning_fields(reference._normalize_chat_messages(messages))
    variables = {"messages": messages, "tools": tools, "documents": None, "add_generation_prompt": opens, **TOKENS}
    return {"template": source, "variables": variables, "date": TODAY.isoformat(" ")}


def verdict(wanted, given):
    if "error" in given:
        if "is not supported" in given["error"]:
            return "both refuse" if "error" in wanted else "unsupported"
        return "both refuse" if "error" in wanted else "refused"
    if "error" in wanted:
        return "only we write"
    return "equal" if given == wanted else "DIFFERENT"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("places", nargs="*")
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    reference.datetime = FixedTime
    reference._compile_jinja_template = functools.cache(reference._compile_jinja_template)
    with tempfile.TemporaryDirectory() as folder:
        places = options.places or [archive(Path(folder))]
        all_templates = [(n, s) for n, s in templates(places) if options.only in n]
    bad = compare(options, all_templates)
    sys.exit(1 if bad else 0)


def compare(options, all_templates):
    trials = [(name, what, wanted, request(source, messages, tools, opens))
              for name, source in all_templates
              for what, messages, tools, opens in requests()
              for wanted in [expected(source, messages, tools, opens)]]
    lines = "".join(json.dumps(trial[3]) + "\n" for trial in trials)
    output = subprocess.run([options.probe], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout
    answers = [json.loads(line) for line in output.split("\n") if line]
    assert len(answers) == len(trials), (len(answers), len(trials))
    counts, reasons = {}, {}
    for (name, what, wanted, _), given in zip(trials, answers):
        kind = verdict(wanted, given)
        counts.setdefault(name, Counter())[kind] += 1
        if kind in ("refused", "unsupported"):
            reasons.setdefault(name, Counter())[given["error"]] += 1
        if options.verbose and kind not in ("equal", "both refuse"):
            print(f"--- {name}: {what}: {kind}\nwanted {wanted}\ngiven  {given}", file=sys.stderr)
    kinds = ["equal", "both refuse", "refused", "unsupported", "only we write", "DIFFERENT"]
    print("| template | " + " | ".join(kinds) + " | reasons |")
    print("| --- |" + " ---: |" * len(kinds) + " --- |")
    for name, found in counts.items():
        why = "; ".join(reasons.get(name, {}))
        print(f"| {name} | " + " | ".join(str(found[kind]) for kind in kinds) + f" | {why} |")
    total = sum(counts.values(), Counter())
    whole = sum(all(k in ("equal", "both refuse") for k in found) for found in counts.values())
    print(f"\n{whole} of {len(counts)} templates are equal in all renderings: " + ", ".join(f"{kind} {total[kind]}" for kind in kinds))
    return total["DIFFERENT"] + total["only we write"] + total["refused"] + total["unsupported"]


if __name__ == "__main__":
    main()
