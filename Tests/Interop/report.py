"""Counts verdicts by file and kind, and writes them as Markdown with every silent and nameless change."""

from dataclasses import dataclass
from pathlib import Path

from changes import Change
from verdict import Verdict

COLUMNS = ("equal", "refused", "silent", "nameless")


@dataclass(frozen=True)
class Entry:
    file: str
    kind: str
    what: str
    verdict: Verdict

    def counts_as(self, column: str) -> bool:
        return self.verdict.nameless if column == "nameless" else self.verdict.name == column

    @property
    def line(self) -> str:
        return f"- {self.file}: {self.what}: {self.verdict.detail}".replace("\n", " ")


class Report:
    def __init__(self, entries: list[Entry] = ()):
        self.entries = list(entries)

    @classmethod
    def of(cls, parts: list["Report"]) -> "Report":
        """The parts of several jobs, in the order of files."""
        entries = [entry for part in parts for entry in part.entries]
        order = {name: place for place, name in enumerate(dict.fromkeys(e.file for e in entries))}
        return cls(sorted(entries, key=lambda e: order[e.file]))

    def add(self, change: Change, verdict: Verdict) -> None:
        self.entries.append(Entry(change.file, change.kind, change.what, verdict))
        if verdict.name == "silent":
            print(f"SILENT {change.file}: {change.what}\n       {verdict.detail}", flush=True)

    def count(self, column: str) -> int:
        return sum(entry.counts_as(column) for entry in self.entries)

    def table(self, *keys: str) -> str:
        """Counts by these fields of an entry."""
        titles = [*keys, "changes", *COLUMNS]
        rows = [titles, ["---"] * len(titles)]
        groups = {}
        for entry in self.entries:
            groups.setdefault(tuple(getattr(entry, key) for key in keys), []).append(entry)
        groups[("all", *[""] * (len(keys) - 1))] = self.entries
        for name, entries in groups.items():
            rows.append([*name, str(len(entries)), *(str(sum(e.counts_as(column) for e in entries)) for column in COLUMNS)])
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def write(self, folder: Path) -> None:
        parts = ["# One change at a time", self.table("file"), self.table("file", "kind")]
        for column in ("silent", "nameless", "refused"):
            lines = [entry.line for entry in self.entries if entry.counts_as(column)]
            parts += [f"## {column.capitalize()}: {len(lines)}", "\n".join(lines)]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.md").write_text("\n\n".join(parts) + "\n")
        print(f"{self.table('file')}\ndetails: {folder / 'report.md'}")
