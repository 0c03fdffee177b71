"""The kinds of hostile files. Each function fills a folder, and gives the arguments and the standard input of a run."""

import bz2
import copy
import gzip
import hashlib
import io
import json
import lzma
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import zipfile

from changes import VALUES, change_json, flip, json_bytes, safetensors

TESTS = pathlib.Path(__file__).resolve().parent.parent
TINY = TESTS / "References/tiny-llama"
ADAPTER = TESTS / "References/lora/adapter_final"

HEADER = 'recipe "test", language: 1\n'
ROWS = "".join(
    json.dumps({"prompt": a, "completion": b}) + "\n"
    for a, b in [("one", "uno"), ("two", "dos"), ("three", "tres"), ("four", "cuatro")]
)
WORK = (
    'dataset "rows.jsonl"\nsplit valid: 1\nlora rank: 1, targets: [q_proj]\ntrain steps: 1\neval\n'
    'generate "a", max_tokens: 2\n'
)
PIECES = [
    "let a = ", "for r in [1, 2] {", "}", "{", "(", ")", "[", "]", '"', '"""', "\n", "include ", "1e308", "9" * 30,
    "param p: int = 3", "-", "not ", "load ", "eval", "lora rank: ", "train steps: ", "9223372036854775807", "10%",
    "4MB", "3m", "a + a", "range(1, 99999)", "best(", "assert ", "expect ", " within ", "{a}", "\x1b[2J", "\u202e",
    "\\u{10FFFF}", "# ", "## ", "a.b.c", "a[0]", "..", "1..9", "sqrt(-1)", "log(0)", "round(1, 99)", "exp(9999)",
]


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


def family(folder, rng):
    """A small model of any architecture, as a folder or as GGUF."""
    source = rng.choice(FAMILIES)
    work = WORK.replace("[q_proj]", "all_linear")
    if (source / "f32.gguf").exists() and rng.random() < 0.5:
        data = (source / "f32.gguf").read_bytes()
        size = rng.choice([200, 2_000, 12_000, len(data)])
        (folder / "m.gguf").write_bytes(flip(data[:size], rng) + data[size:])
        return run(folder, 'load "m.gguf"\n' + work)
    shutil.copytree(source / "hf", folder / "m")
    name = rng.choice(sorted(path.name for path in (source / "hf").iterdir()))
    path = folder / "m" / name
    path.write_bytes(safetensors(path, rng) if name.endswith("safetensors") else json_bytes(path, rng))
    return run(folder, 'load "m"\n' + work)


def stored(folder, rng):
    """Weights in fewer or more bits, and pickles."""
    shutil.copytree(TINY / "hf", folder / "m", ignore=shutil.ignore_patterns("*.safetensors"))
    source = rng.choice(STORED)
    for path in source.iterdir():
        shutil.copyfile(path, folder / "m" / path.name)
    name = rng.choice(["config.json", "weights", "weights"])
    path = next(folder.glob("m/*model.*")) if name == "weights" else folder / "m" / name
    if path.suffix == ".bin":
        path.write_bytes(zipped(path, rng) if rng.random() < 0.7 else flip(path.read_bytes(), rng))
    else:
        path.write_bytes(safetensors(path, rng) if path.suffix == ".safetensors" else json_bytes(path, rng))
    return run(folder, 'load "m"\n' + WORK)


def zipped(path, rng):
    """One member of an archive changed, with sums that are right again."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        aim = rng.choice([name for name in names if name.endswith("data.pkl")] * 3 + names)
        for name in names:
            data = old.read(name)
            new.writestr(name, flip(data, rng) if name == aim else data)
    return out.getvalue()


def table(folder, rng):
    """Parquet and Arrow, as several writers make them."""
    source = rng.choice(TABLES)
    data = source.read_bytes()
    place = rng.choice([0, len(data) // 2, max(0, len(data) - 600)])
    (folder / source.name).write_bytes(data[:place] + flip(data[place:], rng))
    form = rng.choice(["", ", template: chatml", ', columns: {text: "text"}'])
    return run(folder, f'load "{TINY / "q8_0.gguf"}"\ndataset "{source.name}"{form}\ninspect data, row: 1\n')


def packed(folder, rng):
    """Rows within what compresses them, and within folders and lists of files."""
    rows = rng.choice([ROWS * rng.choice([1, 50]), "prompt,completion\n" + "a,b\n" * 9, "[" * 9_000, " " * 50_000_000]).encode()
    name, pack = rng.choice(PACKED)
    data = pack(rows)
    (folder / name).write_bytes(flip(data, rng) if rng.random() < 0.8 else data)
    written = rng.choice([f'"{name}"', f'["{name}", "rows.jsonl"]', '"."', f'[{{path: "{name}", weight: 2}}, "rows.jsonl"]'])
    return run(folder, f'load "{TINY / "q8_0.gguf"}"\ndataset {written}\ninspect data, row: 1\n')


def zip_of(rows):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.jsonl", rows)
    return out.getvalue()


def store(folder, rng):
    """Models in the folders of other programs: manifests, revisions and links that say something else."""
    blob = TINY / "q8_0.gguf"
    digest = "sha256:" + hashlib.sha256(blob.read_bytes()).hexdigest()
    manifest = {
        "schemaVersion": 2,
        "layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": digest, "size": blob.stat().st_size}],
    }
    models = folder / ".ollama/models"
    (models / "manifests/registry.ollama.ai/library/tiny").mkdir(parents=True)
    (models / "blobs").mkdir()
    (models / "blobs" / digest.replace(":", "-")).symlink_to(blob)
    path = models / "manifests/registry.ollama.ai/library/tiny/latest"
    path.write_text(json.dumps(manifest))
    path.write_bytes(json_bytes(path, rng))
    hub = folder / ".cache/huggingface/hub/models--a--b"
    (hub / "refs").mkdir(parents=True)
    shutil.copytree(TINY / "hf", hub / "snapshots/abc")
    (hub / "refs/main").write_bytes(flip(b"abc", rng) if rng.random() < 0.5 else b"abc")
    changed = hub / "snapshots/abc" / rng.choice(["config.json", "tokenizer.json"])
    changed.write_bytes(json_bytes(changed, rng))
    (folder / ".lmstudio/models/a/b").mkdir(parents=True)
    (folder / ".lmstudio/models/a/b/x.gguf").write_bytes(flip(blob.read_bytes()[:9_000], rng) + blob.read_bytes()[9_000:])
    name = rng.choice(["ollama:tiny", "ollama:tiny:latest", "ollama:../../x", "lmstudio:a/b", "lmstudio:a/b/x.gguf",
                       "lmstudio:../b", "hf:a/b", "a/b", "hf:a/b@abc", "hf:a/b:Q4_0", "hf:../b", "hf:a/b@../../x"])
    return run(folder, f'load "{name}"\n' + WORK)


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


def environment(folder):
    kept = {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    return kept | {"HOME": str(folder), "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no", "SKILLET_THREADS": "1"}


class STATE:
    """A folder with a stopped training, made once by the command itself."""

    folder = None
    start = f'seed 1\nload "{TINY / "q8_0.gguf"}"\ndataset "rows.jsonl"\nsplit valid: 1\nlora rank: 1, targets: [q_proj]\n'

    @classmethod
    def make(cls, binary):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="skillet-fuzz-state-"))
        arguments, _ = run(cls.folder, cls.start + 'train steps: 2, eval_every: 1, keep: best, to: "out"\n')
        subprocess.run([binary] + arguments, cwd=cls.folder, env=environment(cls.folder), check=True, capture_output=True)


KINDS = {
    "recipe": recipe, "gguf": gguf, "hf": hugging_face, "template": template, "adapter": adapter, "data": data,
    "state": state, "history": history, "include": include, "family": family, "stored": stored, "table": table,
    "packed": packed, "store": store,
}
FAMILIES = [path.parent for path in sorted(TESTS.glob("References/families/*/hf"))]
STORED = sorted(path for path in (TESTS / "References/stored").iterdir() if path.is_dir())
TABLES = sorted(TESTS.glob("TablesTests/Files/*.parquet")) + sorted(TESTS.glob("TablesTests/Files/*.arrow"))
PACKED = [
    ("a.jsonl.gz", gzip.compress), ("a.jsonl.bz2", bz2.compress), ("a.jsonl.xz", lzma.compress), ("a.zip", zip_of),
    ("a.jsonl", bytes), ("a.csv", bytes), ("a.json", bytes),
]
RECIPES = sorted((TESTS.parent / "recipes").glob("*.recipe"))
