"""What the built Skillet says of a model: loss of rows, ids of texts, renderings of conversations, a greedy reply."""

import json
import subprocess
from pathlib import Path

from observations import CONVERSATIONS, PROMPT, REPLY_LENGTH, ROWS, TEXTS, Failure, Observations, Refusal

HEADER = 'recipe "interop", language: 1\n'


def quoted(text: str) -> str:
    """A string literal of the recipe language."""
    escapes = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "{": "{{", "}": "}}"}
    return '"' + "".join(escapes.get(character, character) for character in text) + '"'


class Skillet:
    """Runs recipes of one binary in one folder, which is where the rows are written."""

    def __init__(self, binary: Path, folder: Path):
        self.binary, self.folder = binary, folder
        rows = "".join(json.dumps({"text": text}) + "\n" for text in ROWS)
        (folder / "rows.jsonl").write_text(rows)
        for index, turns in enumerate(CONVERSATIONS):
            (folder / f"chat{index}.jsonl").write_text(json.dumps({"messages": turns}) + "\n")

    def run(self, lines: list[str]) -> tuple[list[dict], Refusal | Failure | None, int]:
        """The events, and the refusal with its line. A signal or a run without an end is neither."""
        try:
            process = subprocess.run(
                [self.binary, "run", "-", "--json"], input=HEADER + "\n".join(lines) + "\n", capture_output=True, text=True,
                errors="replace", cwd=self.folder, timeout=60)
        except subprocess.TimeoutExpired:
            return [], Failure("no end in 60 s"), 0
        if process.returncode not in (0, 1, 65, 66):
            return [], Failure(f"exit {process.returncode}: {process.stderr[-300:]}"), 0
        events = [json.loads(line) for line in process.stdout.splitlines()]
        errors = [e for e in events if e["event"] == "diagnostic" and e["severity"] == "error"]
        if not process.returncode:
            return events, None, -1
        return events, Refusal(" ".join(f"{e['message']} {e['help'] or ''}" for e in errors)), errors[0]["line"] - 2

    def values(self, lines: list[str]) -> tuple[dict[int, dict], Refusal | Failure | None, int]:
        """The values by line, and the refusal with its line."""
        events, refusal, line = self.run(lines)
        return {event["line"] - 2: event["value"] for event in events if event["event"] == "value"}, refusal, line

    def observe(self, model: str, adapter: str | None, chat: bool, reply: bool) -> Observations | Refusal | Failure:
        """Asks everything in one run; what is refused there is left out of the next."""
        extra = f", adapter: {quoted(adapter)}" if adapter else ""
        load = f"load {quoted(model)}{extra}, precision: f32"
        parts = {
            "ids": [f"tokenize {quoted(text)}" for text in TEXTS],
            "loss": ['dataset "rows.jsonl", template: none', "eval on: train"]}
        if chat:
            parts["chat"] = [
                line for index in range(len(CONVERSATIONS))
                for line in (f'dataset "chat{index}.jsonl", mask: all', "inspect data, row: 1")]
        if reply:
            parts["reply"] = [f"generate {quoted(PROMPT)}, max_tokens: {REPLY_LENGTH}, chat: none"]
        result = Observations()
        while True:
            owners = [None] + [key for key, lines in parts.items() for _ in lines]
            found, refusal, line = self.values([load] + [line for lines in parts.values() for line in lines])
            if refusal and line <= 0:
                return refusal
            if refusal is None:
                break
            setattr(result, owners[line], refusal)
            del parts[owners[line]]
        for key in parts:
            setattr(result, key, ANSWERS[key]([found[i] for i, owner in enumerate(owners) if owner == key]))
        return result


def answered_loss(values: list[dict]) -> float | Refusal:
    """Rows that were cut, or read in pieces, are told before the loss: no silence, but no loss of these rows either."""
    rows = values[0]
    if rows["truncated"] or rows["rows"] != len(ROWS):
        return Refusal("rows are cut to the context (max_position_embeddings, context_length)")
    return values[1]["loss"]


ANSWERS = {
    "ids": lambda values: [value["ids"] for value in values],
    "loss": answered_loss,
    "chat": lambda values: [value["read"] + value["learnt"] for value in values[1::2]],
    "reply": lambda values: (values[0]["tokens"], values[0]["text"]),
}
