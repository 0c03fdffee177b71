"""One change of one file: what it is called, how it is made, and what a refusal of it has to name."""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable


@dataclass(frozen=True)
class Change:
    """A change of a copied base.

    `apply` is given the copy. A refusal is clear when it says one of `names`. `must_refuse` marks what no
    reader may pass over even though the reference does (a tensor that is not used, for example).
    `unread` marks a key that no computation reads: what the reference refuses there (by its type checks)
    may also leave everything as it was. `for_reference` changes a copy for the reference once more, where
    it would compute the same weights less exactly.
    """

    file: str
    what: str
    kind: str
    apply: Callable[[Path], None] = field(repr=False)
    names: tuple[str, ...] = ()
    must_refuse: bool = False
    unread: bool = False
    for_reference: Callable[[Path], None] | None = field(default=None, repr=False)


def copy_of(base: Path, target: Path) -> Path:
    """A copy whose files are hard links; a change replaces the files that it touches."""
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(base, target, copy_function=os.link)
    return target


def write_text(path: Path, text: str | bytes) -> None:
    """Replaces the file; the base that shares its bytes stays as it is."""
    path.unlink(missing_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def write_json(path: Path, value) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False))


def edit_json(path: Path, edit: Callable) -> None:
    """Replaces a file of JSON with what `edit` leaves of its value, or returns."""
    value = json.loads(path.read_text()) if path.exists() else {}
    changed = edit(value)
    write_json(path, value if changed is None else changed)


def set_at(root, path, value) -> None:
    for step in path[:-1]:
        root = root[step]
    root[path[-1]] = value


def remove_at(root, path) -> None:
    for step in path[:-1]:
        root = root[step]
    del root[path[-1]]


def get_at(root, path):
    for step in path:
        root = root[step]
    return root


def label(path) -> str:
    """`rope_parameters.factor`, `added_tokens[2].special`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def short(value) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
