"""Changes that any key of any JSON file can suffer: removed, null, another type, out of range, twice."""

import dataclasses
import json
from pathlib import Path
from typing import Iterable, Iterator

from changes import Change, edit_json, get_at, label, remove_at, set_at, short, write_text


def same(left, right) -> bool:
    return type(left) is type(right) and left == right


def wrong_types(value) -> list:
    """Every kind of JSON value that is not the given one's, and the value itself spelt as text or in a list.

    JSON has one type of numbers: 1 for 1.0 is the same number, though transformers wants it with a point.
    """
    spelt = value if isinstance(value, str) else json.dumps(value)
    others = [True, False, 0, 1, 1.5, spelt, "true", "", [], [value], {}, {"value": value}]
    if isinstance(value, float):
        others = [other for other in others if type(other) is not int]
    return [other for other in others if type(other) is not type(value) or isinstance(value, (list, dict))]


def out_of_range(value) -> list:
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return [0, -1, -value, value + 1, value - 1, value * 2, float(value), 2**31, 2**53 + 1, 2**63, 2**64 + value]
    if isinstance(value, float):
        return [0.0, -value, value * 2, value / 2, 1e-30, 1e30, float("nan"), float("inf")]
    return []


def names_of(path, value=None) -> tuple[str, ...]:
    keys = [step for step in path if isinstance(step, str)]
    return tuple(keys[-1:]) + ((value,) if isinstance(value, str) and len(value) > 2 else ())


def changes_of_key(file: str, base, path: tuple, legal: Iterable = (), unread: bool = False) -> Iterator[Change]:
    """All changes of one key. `legal` are values that the format allows beside the base's own."""
    present = True
    try:
        value = get_at(base, path)
    except (KeyError, IndexError, TypeError):
        present, value = False, None
    name = label(path)

    def setting(kind, new):
        return Change(
            file, f"{name}: {short(new)}", kind,
            lambda folder: edit_json(folder / file, lambda root: set_at(root, path, new)), names_of(path, new), unread=unread)

    if present:
        yield Change(
            file, f"{name} removed", "removed",
            lambda folder: edit_json(folder / file, lambda root: remove_at(root, path)), names_of(path),
            unread=unread or not value)
    # Where the value says nothing, null and no key say the same, though a reader may insist on them.
    if value is not None or not present:
        yield dataclasses.replace(setting("null", None), unread=unread or not value)
    legal = list(legal)
    if isinstance(value, bool):
        legal.append(not value)
    for new in legal:
        if not same(new, value):
            yield setting("legal value", new)
    model = value if value is not None else next((v for v in legal if v is not None), None)
    # A few are enough where nothing depends on the key, or the base does not have it.
    kinds, step = wrong_types(model), 4 if unread else 1 if present else 3
    for new in kinds[::step]:
        if not any(same(new, other) for other in [value, *legal]):
            yield setting("wrong type", new)
    for new in out_of_range(model)[::step]:
        if not any(same(new, other) for other in [value, *legal]):
            yield setting("out of range", new)


def duplicate(file: str, key: str, value, first: bool, names=()) -> Change:
    """The same key twice on the top level of a file: JSON does not say which one holds."""
    def apply(folder: Path):
        text = (folder / file).read_text().strip()
        pair = f"{json.dumps(key)}: {json.dumps(value)}"
        write_text(folder / file, "{" + pair + "," + text[1:] if first else text[:-1] + "," + pair + "}")
    return Change(file, f"{key} twice, {'first' if first else 'last'} {short(value)}", "duplicate", apply, (key, *names))


def damaged(file: str) -> Iterator[Change]:
    """The file as a whole: empty, something else, other encodings."""
    def change(what, edit, names=("JSON", file), unread=False):
        return Change(
            file, what, "whole file", lambda folder: write_text(folder / file, edit((folder / file).read_bytes())), names,
            unread=unread)

    yield Change(file, "no such file", "whole file", lambda folder: (folder / file).unlink(), (file,))
    yield change("empty", lambda data: b"")
    yield change("null", lambda data: b"null")
    yield change("a list around it", lambda data: b"[" + data + b"]")
    yield change("a string", lambda data: json.dumps(data.decode()).encode())
    yield change("cut in half", lambda data: data[:len(data) // 2])
    yield change("text after it", lambda data: data + b"\nend")
    yield change("twice", lambda data: data + data)
    yield change("byte order mark", lambda data: b"\xef\xbb\xbf" + data, unread=True)
    yield change("UTF-16", lambda data: data.decode().encode("utf-16"))
    yield change("a comment", lambda data: b"// comment\n" + data)
    yield change("a comma at the end", lambda data: data.rstrip()[:-1] + b",}")
    yield change("single quotes", lambda data: data.replace(b'"', b"'"))
    yield change("CR LF", lambda data: json.dumps(json.loads(data), indent=1).replace("\n", "\r\n").encode())
