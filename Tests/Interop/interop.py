"""Changes each key and tensor of the files that describe a model, one at a time, and holds what Skillet makes of it
against transformers, PEFT and llama.cpp: equal within 1e-5, or refused by name. Anything else is silent, and wrong.

usage: interop.py SKILLET [--out FOLDER] [--part folder|gguf|adapter] [--only WORD] [--jobs N] [--llama-python PYTHON]
"""

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
from pathlib import Path

import transformers_reference
from adapter_changes import adapter_changes, saved_by_peft
from bases import REFERENCES, make_adapter, make_folder
from changes import Change, copy_of
from config_changes import config_changes, generation_changes
from gguf_changes import FILE, gguf_changes
from llama_cpp_reference import LlamaCpp
from observations import Observations, Refusal
from report import Report
from saved_adapters import saved_by_skillet
from skillet import Skillet
from template_changes import template_changes
from tensor_changes import tensor_changes
from tokenizer_changes import token_settings_changes, tokenizer_changes
from verdict import judge


class Trial:
    """One base folder, which is copied and changed again and again.

    `model` and `adapter` are paths within the folder; `reference` answers for the two, or refuses.
    """

    def __init__(self, skillet: Skillet, base: Path, report: Report, reference, model=".", adapter=None):
        self.skillet, self.base, self.report, self.reference = skillet, base, report, reference
        self.model, self.adapter = model, adapter
        self.unchanged = self.ask(base, True, True)
        if isinstance(self.unchanged, Refusal):
            raise SystemExit(f"the unchanged model is refused: {self.unchanged.reason}")

    def ask(self, folder: Path, chat: bool, reply: bool):
        adapter = str(folder / self.adapter) if self.adapter else None
        return self.skillet.observe(str(folder / self.model), adapter, chat, reply)

    def run(self, change: Change, chat: bool, reply: bool) -> None:
        """The reference is not asked about what Skillet refuses as a whole."""
        copy = copy_of(self.base, self.skillet.folder / "changed")
        change.apply(copy)
        ours, theirs = self.ask(copy, chat, reply), None
        if isinstance(ours, Observations):
            if change.for_reference:
                change.for_reference(copy)
            adapter = copy / self.adapter if self.adapter else None
            theirs = self.reference(copy / self.model, adapter, chat, reply)
        self.report.add(change, judge(change, ours, theirs, self.unchanged))

    def run_all(self, changes, chosen, chat: bool = False, reply=lambda change: False) -> None:
        self.run(Change("(unchanged)", self.base.name, "unchanged", lambda folder: None), chat, True)
        for change in changes:
            if chosen(change):
                self.run(change, chat, reply(change))


class Choice:
    """Says of one change after the other whether a job takes it: every `jobs`th of those with the wanted word."""

    def __init__(self, word: str, job: int, jobs: int):
        self.word, self.job, self.jobs, self.count = word, job, jobs, 0

    def __call__(self, change: Change) -> bool:
        if self.word not in f"{change.file} {change.kind} {change.what}":
            return False
        self.count += 1
        return self.count % self.jobs == self.job


def may_change_replies(change: Change) -> bool:
    """A reply takes most of the time; what changes losses alike needs none."""
    return "token" in change.what or change.kind in ("unchanged", "legal value", "rope", "duplicate")


def folders(skillet: Skillet, work: Path, report: Report, given, chosen) -> None:
    base = make_folder(work / "model")
    trial = Trial(skillet, base, report, transformers_reference.observe)
    trial.run_all(config_changes(base), chosen, reply=may_change_replies)
    trial.run_all(generation_changes(base), chosen, reply=lambda change: True)
    trial.run_all(tensor_changes(base), chosen)
    trial.run_all(tokenizer_changes(base), chosen, reply=lambda change: True)
    trial.run_all(token_settings_changes(base), chosen, chat=True, reply=lambda change: True)
    trial.run_all(template_changes(base), chosen, chat=True)


def gguf_files(skillet: Skillet, work: Path, report: Report, given, chosen) -> None:
    base = work / "gguf"
    base.mkdir()
    shutil.copy(REFERENCES / "tiny-llama/f32.gguf", base / FILE)
    peer = LlamaCpp(given.llama_python)
    trial = Trial(skillet, base, report, lambda model, *_: peer.observe(model), FILE)
    trial.run_all(gguf_changes(base), chosen, reply=may_change_replies)


def adapters(skillet: Skillet, work: Path, report: Report, given, chosen) -> None:
    base = work / "pair"
    make_folder(base / "model")
    make_adapter(base / "model", base / "adapter")
    trial = Trial(skillet, base, report, transformers_reference.observe, "model", "adapter")
    trial.run_all(adapter_changes(base), chosen)
    trial.run_all(saved_by_peft(base), chosen)
    saved_by_skillet(skillet, base, report, chosen)


PARTS = {"folder": folders, "gguf": gguf_files, "adapter": adapters}


def work_of(job: int, given) -> Report:
    """One job's share of all changes, in a folder of its own."""
    transformers_reference.prepare()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        skillet = Skillet(given.skillet.resolve(), work)
        for name, part in PARTS.items():
            if given.part in (None, name):
                part(skillet, work, report, given, Choice(given.only, job, given.jobs))
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("skillet", type=Path)
    parser.add_argument("--out", type=Path, default=Path(".build/interop"))
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--only", default="", help="changes that have this in their file, kind or name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--llama-python", default=sys.executable, help="a Python that has llama_cpp")
    given = parser.parse_args()
    with multiprocessing.get_context("fork").Pool(given.jobs) as pool:
        report = Report.of(pool.starmap(work_of, [(job, given) for job in range(given.jobs)]))
    report.write(given.out)
    sys.exit(1 if report.count("silent") else 0)


if __name__ == "__main__":
    main()
