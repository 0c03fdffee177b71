"""Hostile files for the built command: no signal, under 3 s of the processor and 300 MB each.

    python3 Tests/Fuzzing/fuzz.py BINARY [--count 20000] [--seed 1] [--kinds gguf,data]

Files are sound ones with a few changes: bytes, lengths, JSON values, tensors' headers, lines of recipes.
The same seed gives the same files. What ends in another way than with 0, 1, 64, 65 or 66, or takes too long
or too much memory, is kept in the folder that is named, and the script ends with 1. Nothing but Python's
standard library is used.
"""

import argparse
import collections
import concurrent.futures
import copy
import hashlib
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
TINY = TESTS / "References/tiny-llama"
ADAPTER = TESTS / "References/lora/adapter_final"
GOOD_ENDS = {0, 1, 64, 65, 66}
SECONDS = 3.0
# of the clock: a run that waits for good is stopped; one that others keep waiting is not
PATIENCE = 120
MEGABYTES = 300

HEADER = 'recipe "test", language: 1\n'
ROWS = "".join(
    json.dumps({"prompt": a, "completion": b}) + "\n"
    for a, b in [("one", "uno"), ("two", "dos"), ("three", "tres"), ("four", "cuatro")]
)
WORK = (
    'dataset "rows.jsonl"\nsplit valid: 1\nlora rank: 1, targets: [q_proj]\ntrain steps: 1\neval\n'
    'generate "a", max_tokens: 2\n'
)

HUGE = [
    0, 1, -1, 2, 3, 255, 2**16, 2**24, 2**31 - 1, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1,
    -(2**31), -(2**63), 1e300, 1e-300, 0.5,
]
VALUES = HUGE + [
    None, True, False, "", "x", "\x1b]52;c;eA==\x07", "9" * 400, [], {}, [1], ["x"], {"a": 1}, [[[[]]]],
    "true", "1e999", "a" * 10_000,
]
PIECES = [
    "let a = ", "for r in [1, 2] {", "}", "{", "(", ")", "[", "]", '"', '"""', "\n", "include ", "1e308", "9" * 30,
    "param p: int = 3", "-", "not ", "load ", "eval", "lora rank: ", "train steps: ", "9223372036854775807", "10%",
    "4MB", "3m", "a + a", "range(1, 99999)", "best(", "assert ", "expect ", " within ", "{a}", "\x1b[2J", "\u202e",
    "\\u{10FFFF}", "# ", "## ", "a.b.c", "a[0]", "..", "1..9", "sqrt(-1)", "log(0)", "round(1, 99)", "exp(9999)",
]


def flip(data, rng, most=8):
    """A few bytes, lengths and stretches changed."""
    data = bytearray(data)
    for _ in range(rng.randint(1, most)):
        if not data:
            return bytes(data)
        place = rng.randrange(len(data))
        kind = rng.randrange(6)
        if kind == 0:
            data[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[place] = rng.randrange(256)
        elif kind == 2:
            del data[place : place + rng.randint(1, 40)]
        elif kind == 3:
            data[place:place] = data[place : place + rng.randint(1, 40)]
        elif kind == 4:
            number = int(rng.choice(HUGE)) if rng.random() < 0.9 else rng.getrandbits(64)
            data[place : place + 8] = struct.pack("<Q", number & (2**64 - 1)) if abs(number) < 2**64 else b"\xff" * 8
        else:
            del data[place:]
    return bytes(data)


def change_json(value, rng, depth=0):
    """One value somewhere replaced, removed or doubled."""
    if isinstance(value, dict) and value and (depth == 0 or rng.random() < 0.8):
        key = rng.choice(list(value))
        roll = rng.random()
        if roll < 0.1:
            del value[key]
        elif roll < 0.2:
            value[rng.choice(["x", key + "s", "\u202e"])] = copy.deepcopy(rng.choice(VALUES))
        else:
            value[key] = change_json(value[key], rng, depth + 1)
        return value
    if isinstance(value, list) and value and rng.random() < 0.8:
        place = rng.randrange(len(value))
        if rng.random() < 0.2:
            value.insert(place, copy.deepcopy(value[rng.randrange(len(value))]))
        else:
            value[place] = change_json(value[place], rng, depth + 1)
        return value
    return copy.deepcopy(rng.choice(VALUES))


def json_bytes(path, rng):
    if rng.random() < 0.4:
        return flip(path.read_bytes(), rng)
    value = json.loads(path.read_text())
    for _ in range(rng.randint(1, 3)):
        value = change_json(value, rng)
    return json.dumps(value).encode()


def safetensors(path, rng):
    """The header changed as JSON or as bytes, or the numbers."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    if rng.random() < 0.5:
        return flip(data[: 8 + size], rng) + data[8 + size :]
    header = change_json(json.loads(data[8 : 8 + size]), rng)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + size :]


# Each of these fills a folder and gives the arguments and the standard input of a run.


def gguf(folder, rng):
    data = rng.choice([TINY / "q8_0.gguf", TINY / "q4_1.gguf", TINY / "f32.gguf"]).read_bytes()
    if rng.random() < 0.8:
        data = flip(data[:12_000], rng) + data[12_000:]
    else:
        data = flip(data, rng)
    (folder / "m.gguf").write_bytes(data)
    return run(folder, 'load "m.gguf"\n' + WORK)


def hugging_face(folder, rng):
    shutil.copytree(TINY / "hf", folder / "m")
    name = rng.choice(["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"])
    change = safetensors if name.endswith("safetensors") else json_bytes
    (folder / "m" / name).write_bytes(change(TINY / "hf" / name, rng))
    return run(folder, 'load "m"\n' + WORK)


def template(folder, rng):
    shutil.copytree(TINY / "hf", folder / "m")
    path = folder / "m/tokenizer_config.json"
    config = json.loads(path.read_text())
    text = (
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' "
        "+ '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    )
    text = flip(text.encode(), rng).decode("utf-8", "replace")
    text = rng.choice([text, text * 50, "{%" * 20_000, "{{" + "(" * 50_000, "a" * 5_000_000, text])
    if rng.random() < 0.5:
        config["chat_template"] = rng.choice([text, [{"name": "default", "template": text}], {"a": text}])
        path.write_text(json.dumps(config))
    else:
        (folder / "m/chat_template.jinja").write_text(text)
    return run(folder, 'load "m"\n' + WORK)


def adapter(folder, rng):
    shutil.copytree(ADAPTER, folder / "a")
    if rng.random() < 0.6:
        name = "adapter_config.json"
        (folder / "a" / name).write_bytes(json_bytes(ADAPTER / name, rng))
    else:
        name = "adapter_model.safetensors"
        (folder / "a" / name).write_bytes(safetensors(ADAPTER / name, rng))
    return run(folder, f'load "{TINY / "hf"}", adapter: "a"\n' + WORK.replace("lora rank: 1, targets: [q_proj]\n", ""))


def data(folder, rng):
    rows = rng.choice(
        [
            ROWS,
            '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n' * 4,
            '{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}\n' * 4,
            '{"instruction": "a", "input": "b", "output": "c"}\n' * 4,
            '[{"text": "a"}, {"text": "b"}, {"text": "c"}, {"text": "d"}]\n',
            '{"prompt": "a", "chosen": "b", "rejected": "c"}\n' * 4,
        ]
    ).encode()
    roll = rng.random()
    if roll < 0.4:
        rows = flip(rows, rng)
    elif roll < 0.8:
        lines = [json.loads(line) for line in rows.decode().splitlines()]
        lines[rng.randrange(len(lines))] = change_json(lines[rng.randrange(len(lines))], rng)
        rows = "".join(json.dumps(line) + "\n" for line in lines).encode()
    else:
        rows = rng.choice([b"[" * 200_000, b"{\"a\":" * 100_000, b"\n" * 200_000, b'"' + b"a" * 500_000, b"\xff\xfe" * 99])
    return run(folder, f'load "{TINY / "q8_0.gguf"}"\n' + WORK, rows)


def state(folder, rng):
    """A training that was stopped: its notes changed and signed again, or its bytes."""
    shutil.copytree(STATE.folder, folder, dirs_exist_ok=True)
    path = folder / "out/training_state.safetensors"
    whole = path.read_bytes()
    size = struct.unpack("<Q", whole[:8])[0]
    if rng.random() < 0.3:
        path.write_bytes(flip(whole, rng))
    else:
        header = json.loads(whole[8 : 8 + size])
        notes = header["__metadata__"]
        key = rng.choice(list(notes))
        notes[key] = str(rng.choice([copy.copy(rng.choice(VALUES)), notes[key] + "0", "-" + notes[key], "train steps: 9", "eval"]))
        notes.pop("sha256", None)
        digest = hashlib.sha256()
        for name in sorted(name for name in header if name != "__metadata__"):
            start, end = header[name]["data_offsets"]
            digest.update(name.encode() + whole[8 + size + start : 8 + size + end])
        for name in sorted(notes):
            digest.update(f"{name}={notes[name]};".encode())
        notes["sha256"] = digest.hexdigest()
        text = json.dumps(header, ensure_ascii=False).encode()
        text += b" " * (-len(text) % 8)
        path.write_bytes(struct.pack("<Q", len(text)) + text + whole[8 + size :])
    return run(folder, STATE.start + 'train steps: 3, resume: "out"\neval\n', None)


def history(folder, rng):
    home = folder / ".skillet"
    home.mkdir()
    cell = {"cell": 1, "folder": "/", "ok": True, "session": "s", "text": "let a = 1", "time": 1.5}
    entry = {"time": 1, "recipe": "a", "params": {"a": 1}, "ended": "good", "loss": 1.5, "seconds": 1, "seed": 1}
    for name, value in [("history.jsonl", cell), ("runs.jsonl", entry)]:
        lines = [json.dumps(change_json(dict(value), rng)) + "\n" for _ in range(rng.randint(1, 20))]
        text = "".join(lines).encode()
        (home / name).write_bytes(flip(text, rng) if rng.random() < 0.5 else text)
    return [], ":history ~1\n:runs\n:runs 3\n:rerun ~1\n:save a ~1\n:export a.md ~1\n"


def recipe(folder, rng):
    """Random language, which runs without a model."""
    roll = rng.random()
    if roll < 0.5:
        source = rng.choice(RECIPES).read_bytes()
        text = flip(source, rng).decode("utf-8", "replace")
        (folder / "test.recipe").write_text(text)
        return ["check", "test.recipe"], ""
    if roll < 0.8:
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 40)))
    else:
        text = growing(rng)
    return run(folder, text + "\n", None)


def growing(rng):
    """Lines that double something, and nestings without end."""
    first = rng.choice(['"xx"', "[1, 2]", '{x: "y"}', '"{{}}"', "3", "1s", "2MB", "10%"])
    step = rng.choice(["a{0} + a{0}", '"{{a{0}}}{{a{0}}}"', "[a{0}, a{0}]", "{{x: a{0}, y: a{0}}}", "a{0} * a{0}"])
    lines = [f"let a0 = {first}"] + [f"let a{i + 1} = " + step.format(i) for i in range(rng.randint(5, 60))]
    lines.append(rng.choice(["show a5", f"a{len(lines) - 1}", f"len(a{len(lines) - 1})", f"assert a{len(lines) - 1} == 1"]))
    deep = rng.choice(["(", "[", "-", "not ", "{x: ", "range(1, ", "a.", "x["]) * rng.randint(1, 60_000)
    loop = "for " + ", ".join(f"v{i} in range(1, 99)" for i in range(rng.randint(1, 9))) + " { show 1 }"
    wide = "let r = {" + ", ".join(f"f{i}: {i}" for i in range(rng.randint(1, 20_000))) + "}\nshow r.f0"
    long = "show " + rng.choice(['"' + "a" * 900_000 + '"', "1" * 100_000, "a" * 100_000 + " b", "\u202e" * 100_000])
    return rng.choice(["\n".join(lines), "let d = " + deep, loop, wide, long])


def include(folder, rng):
    target = rng.choice(
        ["/etc/passwd", "/dev/zero", "/dev/stdin", "fifo.recipe", "more.recipe", "loop.recipe", ".", "", "big.recipe", "\x1b[2J"]
    )
    os.mkfifo(folder / "fifo.recipe")
    (folder / "loop.recipe").symlink_to("loop.recipe")
    (folder / "more.recipe").write_bytes(flip(b"param steps: int = 7\nlet half = steps / 2\n", rng))
    if target == "big.recipe":
        (folder / target).write_bytes(b"let a = 1\n" * 500_000)
    text = f'include "{target}"\nshow 1\n'
    if rng.random() < 0.3:
        path = rng.choice(["fifo.recipe", "/dev/zero", "fifo.recipe"])
        text = f"{rng.choice(['load', 'dataset', 'perplexity'])} \"{path}\"\n"
    return run(folder, text, None)


def run(folder, text, rows=ROWS.encode()):
    (folder / "test.recipe").write_text(HEADER + text)
    if rows is not None:
        (folder / "rows.jsonl").write_bytes(rows)
    return ["run", "test.recipe"], ""


KINDS = {
    "recipe": recipe, "gguf": gguf, "hf": hugging_face, "template": template, "adapter": adapter, "data": data,
    "state": state, "history": history, "include": include,
}
RECIPES = sorted((TESTS.parent / "recipes").glob("*.recipe"))


class STATE:
    """A folder with a stopped training, made once by the command itself."""

    folder = None
    start = f'seed 1\nload "{TINY / "q8_0.gguf"}"\ndataset "rows.jsonl"\nsplit valid: 1\nlora rank: 1, targets: [q_proj]\n'

    @classmethod
    def make(cls, binary):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="skillet-fuzz-state-"))
        arguments, _ = run(cls.folder, cls.start + 'train steps: 2, eval_every: 1, keep: best, to: "out"\n')
        subprocess.run([binary] + arguments, cwd=cls.folder, env=environment(cls.folder), check=True, capture_output=True)


def environment(folder):
    kept = {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    return kept | {"HOME": str(folder), "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no", "SKILLET_THREADS": "1"}


def case(binary, kind, number, seed):
    """Runs one file; gives what was wrong, or None, with seconds and megabytes."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="skillet-fuzz-"))
    arguments, text = KINDS[kind](folder, random.Random(f"{seed}-{kind}-{number}"))
    with open(folder / ".output", "wb") as output, open(folder / ".errors", "wb") as errors:
        start = time.monotonic()
        process = subprocess.Popen(
            [binary] + arguments, cwd=folder, env=environment(folder), stdin=subprocess.PIPE, stdout=output, stderr=errors
        )
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        try:
            process.stdin.write(text.encode())
            process.stdin.close()
        except BrokenPipeError:
            pass
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    megabytes = usage.ru_maxrss / 1024
    shown = (folder / ".output").read_bytes() + (folder / ".errors").read_bytes()
    problems = []
    if process.returncode not in GOOD_ENDS:
        problems.append(f"ended with {process.returncode}")
    if cpu > SECONDS or seconds > PATIENCE:
        problems.append(f"took {cpu:.1f} s of {seconds:.1f} s")
    if megabytes > MEGABYTES:
        problems.append(f"took {megabytes:.0f} MB")
    if b"\x1b" in shown or b"\xe2\x80\xae" in shown or b"\x07" in shown:
        problems.append("wrote an escape sequence")
    if problems:
        return folder, "; ".join(problems), cpu, megabytes
    shutil.rmtree(folder)
    return None, None, cpu, megabytes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    binary = str(pathlib.Path(options.binary).resolve())
    STATE.make(binary)
    kinds = options.kinds.split(",")
    counts, slowest, largest, failures = collections.Counter(), 0.0, 0.0, 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        works = {
            pool.submit(case, binary, kinds[n % len(kinds)], n, options.seed): (kinds[n % len(kinds)], n)
            for n in range(options.count)
        }
        for work in concurrent.futures.as_completed(works):
            kind, number = works[work]
            folder, problem, seconds, megabytes = work.result()
            counts[kind] += 1
            slowest, largest = max(slowest, seconds), max(largest, megabytes)
            if problem:
                failures += 1
                print(f"{kind} {number}: {problem}: {folder}", flush=True)
    shutil.rmtree(STATE.folder)
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"{options.count} files ({told}): {failures} failures, slowest {slowest:.2f} s, largest {largest:.0f} MB")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
