"""Holds the rows that Skillet reads of tables, also packed, against Python's csv.

usage: tables.py SKILLET MODEL_FOLDER
"""

import csv
import gzip
import io
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

PARTS = ["a", "b", " ", '"', ",", "\n", "\r\n", "\t", "é", "😀", ";", '""', "x y"]
FORMS = [
    ("rows.csv", dict(lineterminator="\r\n")), ("rows.csv", dict(lineterminator="\n", quoting=csv.QUOTE_ALL)),
    ("rows.tsv", dict(delimiter="\t", lineterminator="\n")), ("rows.csv.gz", dict(lineterminator="\n")),
]


def random_rows(count):
    source, rows = random.Random(5), []
    while len(rows) < count:
        row = ["".join(source.choice(PARTS) for _ in range(source.randint(1, 12))) for _ in range(2)]
        if all(text.strip() for text in row):
            rows.append(row)
    return rows


def main():
    binary, model = sys.argv[1:]
    rows, differing = random_rows(150), 0
    for name, options in FORMS:
        text = io.StringIO(newline="")
        csv.writer(text, **options).writerows([["prompt", "completion"], *rows])
        data = text.getvalue()
        wanted = list(csv.reader(io.StringIO(data, newline=""), delimiter=options.get("delimiter", ",")))[1:]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            file.write_bytes(gzip.compress(data.encode()) if name.endswith(".gz") else data.encode())
            looks = "".join(f"inspect data, row: {n + 1}\n" for n in range(len(rows)))
            recipe = f'load "{model}"\ndataset "{file}", template: none, special: false, max_length: 250\n{looks}'
            output = subprocess.run([binary, "run", "-", "--json"], input=recipe, stdout=subprocess.PIPE, text=True).stdout
        events = [json.loads(line) for line in output.splitlines()]
        given = [event["value"] for event in events if event.get("verb") == "inspect"]
        same = sum(v["read"] == p and v["learnt"].startswith(c) for (p, c), v in zip(wanted, given)) if len(given) == len(rows) else 0
        print(f"{name} {options}: {same} of {len(wanted)} rows equal")
        differing += len(wanted) - same
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
