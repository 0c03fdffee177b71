"""Sound bytes with a few changes: bits, lengths, stretches, values of JSON, headers of tensors."""

import copy
import json
import struct

HUGE = [
    0, 1, -1, 2, 3, 255, 2**16, 2**24, 2**31 - 1, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1,
    -(2**31), -(2**63), 1e300, 1e-300, 0.5,
]
VALUES = HUGE + [
    None, True, False, "", "x", "\x1b]52;c;eA==\x07", "9" * 400, [], {}, [1], ["x"], {"a": 1}, [[[[]]]],
    "true", "1e999", "a" * 10_000,
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
