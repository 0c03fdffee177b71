"""Holds Skillet's answers against the reference's."""

import math
import re
from dataclasses import dataclass

from changes import Change
from observations import Failure, Observations, Refusal

TOLERANCE = 1e-5


@dataclass(frozen=True)
class Verdict:
    """`equal`, `refused` or `silent`; a refusal may be `nameless`. `detail` says what differs."""

    name: str
    detail: str = ""
    nameless: bool = False


def agrees(key: str, left, right) -> bool:
    """Losses to 1e-5; replies up to how broken characters are shown; renderings up to line ends behind them."""
    if key == "loss":
        return math.isfinite(right) and abs(left - right) <= TOLERANCE * max(abs(right), 1e-3)
    if key == "reply":
        return left[0] == right[0] and all_one(left[1]) == all_one(right[1])
    if key == "chat":
        return [text.rstrip("\n") for text in left] == [text.rstrip("\n") for text in right]
    return left == right


def all_one(text: str) -> str:
    return re.sub("\ufffd+", "\ufffd", text)


def shown(value) -> str:
    return f"refused ({value.reason[:160]})" if isinstance(value, Refusal) else repr(value)[:200]


def silence(key: str, ours, theirs, unchanged, change: Change) -> str | None:
    """What is wrong with an answer that was given, or None."""
    if isinstance(theirs, Refusal):
        if change.unread and agrees(key, ours, unchanged):
            return None
        return f"{key}: {shown(ours)} where the reference is {shown(theirs)}"
    if agrees(key, ours, theirs):
        return None
    pairs = zip(ours, theirs) if isinstance(ours, list) else [(ours, theirs)]
    first = next(((a, b) for a, b in pairs if a != b), (ours, theirs))
    return f"{key}: {shown(first[0])} for {shown(first[1])}"


def judge(change: Change, ours, theirs, unchanged: Observations) -> Verdict:
    """`theirs` may refuse as a whole, as `ours` may; `unchanged` is what Skillet says of the base."""
    if isinstance(ours, Failure):
        return Verdict("silent", ours.reason)
    if isinstance(ours, Refusal):
        return refused(change, [ours])
    if change.must_refuse:
        return Verdict("silent", "accepted, though nothing may pass over it")
    faults, refusals = [], []
    for key in ("loss", "ids", "chat", "reply"):
        mine = getattr(ours, key)
        right = theirs if isinstance(theirs, Refusal) else getattr(theirs, key)
        if mine is None or right is None:
            continue
        if isinstance(mine, Refusal):
            refusals.append(mine)
        elif fault := silence(key, mine, right, getattr(unchanged, key), change):
            faults.append(fault)
    if faults:
        return Verdict("silent", faults[0] if isinstance(theirs, Refusal) else "; ".join(faults))
    return refused(change, refusals) if refusals else Verdict("equal")


def refused(change: Change, refusals: list[Refusal]) -> Verdict:
    words = " ".join(refusal.reason for refusal in refusals)
    named = any(name.lower() in words.lower() for name in change.names)
    return Verdict("refused", words, nameless=bool(change.names) and not named)
