"""Checks the expense rows, or answers to them.

usage: check.py                     every row of train.jsonl keeps the rules of README.md
       check.py ANSWERS.jsonl       how many answers ({"prompt", "text"} a line) are right
"""
import json
import pathlib
import re
import sys

CURRENCIES = {
    "EUR": ["€", "eur", "euro", "euros"],
    "USD": ["$", "usd", "dollar", "dollars"],
    "GBP": ["£", "gbp", "pound", "pounds"],
    "CHF": ["chf", "franc", "francs"],
}
CATEGORIES = ["travel", "meals", "lodging", "fuel", "office", "software", "phone", "training"]


def faults(note, completion):
    """What is wrong with the JSON for a note."""
    answer = json.loads(completion)
    if list(answer) != ["amount", "currency", "category", "payee"]:
        return ["the keys are not amount, currency, category, payee in this order"]
    found = []
    words = set(re.findall(r"[^\W\d_]+|[€$£]", note.lower()))
    stated = [code for code, names in CURRENCIES.items() if words.intersection(names)]
    if stated != [answer["currency"]]:
        found.append(f"the note says {stated}")
    numbers = [float(n.replace(",", ".")) for n in re.findall(r"\d+(?:[.,]\d+)?", note)]
    if answer["amount"] not in numbers:
        found.append("the amount is not in the note")
    if not re.search(r'"amount":\d+\.\d\d,', completion):
        found.append("the amount has not two decimals")
    if answer["category"] not in CATEGORIES:
        found.append("there is no such category")
    if answer["payee"] is not None and answer["payee"] not in note:
        found.append("the payee is not in the note")
    return found


def is_right(text, completion):
    try:
        return json.loads(text) == json.loads(completion)
    except ValueError:
        return False


lines = pathlib.Path(__file__).with_name("train.jsonl").read_text().splitlines()
rows = {row["prompt"]: row["completion"] for row in map(json.loads, lines)}
if len(sys.argv) > 1:
    answers = [json.loads(line) for line in open(sys.argv[1])]
    right = sum(is_right(a["text"], rows[a["prompt"]]) for a in answers)
    print(f"{right} of {len(answers)} answers are right")
    sys.exit(right != len(answers))
bad = [(note, fault) for note, text in rows.items() for fault in faults(note, text)]
if len(rows) != len(lines):
    bad.append(("train.jsonl", "a note stands twice"))
for note, fault in bad:
    print(f"{note}: {fault}")
print(f"{len(lines)} rows, {len(bad)} faults")
sys.exit(bool(bad))
