#!/usr/bin/env python3
"""Kills `skillet` between every two calls of a save, fills the disk and lets calls fail; then looks at what is left.

saving.py SKILLET FAULTS MODEL: the program, libSystemCallFaults.so and a small model. After each fault the folder is
the old adapter whole or the new one whole, whatever else is left stops nobody, and the next save leaves nothing but
the adapter and the user's own files. A training that is found half done is resumed, and ends with the files of the
one that nothing stopped. Ends with 1 if anything else was seen.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

SKILLET, FAULTS, MODEL = (os.path.abspath(path) for path in sys.argv[1:4])
OWN = {"adapter_config.json", "adapter_model.safetensors", "skillet.json", "training_state.safetensors"}
JOURNAL = ".skillet-commit"
ENOSPC, EIO = 28, 5

DATA = f'''recipe "faults", language: 1
seed 1
load "{MODEL}"
dataset """
{{"prompt": "one", "completion": "uno"}}
{{"prompt": "two", "completion": "dos"}}
{{"prompt": "three", "completion": "tres"}}
"""
'''
OLD = DATA + "lora rank: 4, targets: [q_proj]\n"
NEW = DATA + "lora rank: 2, targets: [q_proj, v_proj]\n"
SAVE = {"save": NEW + 'save "out"\n', "train": NEW + 'train steps: 2, save_every: 1, to: "out"\n'}
RESUME = NEW + 'train steps: 2, save_every: 1, to: "out", resume: "out"\n'
CONTAINER = ["unshare", "--pid", "--fork"]


def run(folder, recipe, faults=None, stdout=subprocess.DEVNULL, within=()):
    with open(os.path.join(folder, "run.recipe"), "w") as file:
        file.write(recipe)
    environment = {"PATH": "/usr/bin:/bin", "HOME": os.path.join(TOP, "home"), "SKILLET_THREADS": "1",
                   "SWIFT_BACKTRACE": "enable=no"}
    environment.update({k: v for k, v in os.environ.items() if k.startswith("OPENBLAS_")})
    if faults is not None:
        environment.update({"LD_PRELOAD": FAULTS, "FAULT_FOLDER": folder})
        environment.update({key: str(value) for key, value in faults.items()})
    return subprocess.run([*within, SKILLET, "run", "run.recipe"], cwd=folder, env=environment, stdout=stdout,
                          stderr=subprocess.PIPE, timeout=120)


def files(folder):
    """What Skillet reads: the journal's files before the folder's."""
    found = {}
    for top in (folder, os.path.join(folder, JOURNAL)):
        for name in os.listdir(top) if os.path.isdir(top) else []:
            path = os.path.join(top, name)
            if name.endswith(".gone") and top != folder:
                found.pop(name[:-5], None)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    found[name] = file.read()
    return found


def own(folder):
    return {name: data for name, data in files(folder).items() if name in OWN}


class Scenario:
    """A folder before a save, and the save."""

    def __init__(self, name, verb, old=True, others=(), always=None):
        self.name, self.verb, self.old, self.others = name, verb, old, others
        self.always = always or {}

    def prepare(self, top):
        folder = os.path.join(top, "out")
        os.makedirs(top)
        if self.old:
            shutil.copytree(OLDS, folder)
        for other in self.others:
            path = os.path.join(folder, other)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write("mine\n")
        return folder

    def whole(self):
        """The states of the folder that are whole."""
        states = NEWS[self.verb]
        return ([own(OLDS)] if self.old else [{}]) + states

    def faulty(self, faults):
        """Runs the save with a fault; gives what is wrong afterwards."""
        top = os.path.join(TOP, next(NUMBERS))
        folder = self.prepare(top)
        try:
            outcome = run(top, SAVE[self.verb], {**self.always, **faults})
            return self.look(top, folder, outcome, faults)
        finally:
            shutil.rmtree(top, ignore_errors=True)

    def look(self, top, folder, outcome, faults):
        wrong = []
        state = own(folder) if os.path.isdir(folder) else {}
        if state not in self.whole():
            wrong.append(f"mixed or unreadable: {sorted(state)}")
        was_killed = outcome.returncode == -9
        if not was_killed and "FAULT_ERROR" not in faults and "FAULT_ROOM" not in faults:
            wrong.append(f"not killed: {outcome.returncode}")
        if not was_killed and outcome.returncode not in (0, 1):
            wrong.append(f"ended with {outcome.returncode}: {outcome.stderr.decode()[-300:]}")
        if not was_killed and outcome.returncode == 0 and state != NEWS[self.verb][-1]:
            wrong.append("ended with 0 and has not saved")
        if not was_killed and faults.get("FAULT_CALL") not in ("unlink", "rmdir"):
            # a journal that was begun counts, and is carried out next time
            wrong += [line for line in self.leftovers(top) if JOURNAL not in line]
        if state:
            loading = run(top, f'recipe "l", language: 1\nload "{MODEL}", adapter: "out"\n')
            if loading.returncode != 0:
                wrong.append("cannot be loaded: " + loading.stderr.decode()[-300:])
        if self.verb == "train" and state == NEWS["train"][0]:
            wrong += self.resumed(top)
        again = run(top, SAVE[self.verb])
        if again.returncode != 0:
            wrong.append("the next save fails: " + again.stderr.decode()[-300:])
        elif own(folder) != NEWS[self.verb][-1]:
            wrong.append("the next save is not whole")
        return wrong + self.leftovers(top) + self.lost(folder)

    def resumed(self, top):
        """Goes on with a copy of what was found; gives what is wrong with where it ends."""
        RESUMED.append(self.name)
        other = top + ".resumed"
        shutil.copytree(top, other)
        try:
            outcome = run(other, RESUME)
            if outcome.returncode != 0:
                return ["cannot be resumed: " + outcome.stderr.decode()[-300:]]
            same = own(os.path.join(other, "out")) == NEWS["train"][-1]
            return ([] if same else ["resumed, it ends with other bytes"]) + self.leftovers(other)
        finally:
            shutil.rmtree(other, ignore_errors=True)

    def leftovers(self, top):
        return [f"left: {os.path.join(path, name)[len(top):]}" for path, folders, names in os.walk(top)
                for name in folders + names if name.startswith(".skillet-")]

    def lost(self, folder):
        return [f"lost: {other}" for other in self.others
                if not os.path.isfile(os.path.join(folder, other))]


SCENARIOS = [
    Scenario("fresh folder", "save", old=False),
    Scenario("older adapter", "save"),
    Scenario("older adapter and a file of the user", "save", others=["README.md"]),
    Scenario("older adapter and a folder of the user", "save", others=["notes/a.txt"]),
    Scenario("no exchange of names", "save", always={"FAULT_PLAIN": 1}),
    Scenario("no exchange of names, a file of the user", "save", others=["README.md"],
             always={"FAULT_PLAIN": 1}),
    Scenario("older adapter and both", "save", others=["README.md", "notes/a.txt"]),
    Scenario("training that saves on its way, fresh", "train", old=False),
    Scenario("training that saves on its way", "train"),
]


def numbers():
    number = 0
    while True:
        number += 1
        yield f"case{number}"


def count(scenario, **faults):
    top = os.path.join(TOP, next(NUMBERS))
    scenario.prepare(top)
    told = top + ".count"
    outcome = run(top, SAVE[scenario.verb], {**scenario.always, **faults, "FAULT_COUNT": told})
    assert outcome.returncode == 0, outcome.stderr.decode()
    with open(told) as file:
        return int(file.read())


def cases():
    for scenario in SCENARIOS:
        for at in range(1, count(scenario) + 1):
            yield scenario, "killed", {"FAULT_AT": at}
        for call in ("open", "write", "fsync", "mkdir", "rename", "link", "renameat2", "unlink", "rmdir"):
            for at in range(1, count(scenario, FAULT_CALL=call) + 1):
                yield scenario, f"{call} fails", {
                    "FAULT_CALL": call, "FAULT_AT": at,
                    "FAULT_ERROR": EIO if call in ("fsync", "unlink", "rmdir") else ENOSPC}
        size = sum(len(data) for data in NEWS[scenario.verb][-1].values())
        for room in [0, 1, 7, 100, 1000] + [size * part // 24 for part in range(1, 25)] + [size - 1]:
            yield scenario, "full disk", {"FAULT_ROOM": room}


def writers(rounds, faults=None, within=()):
    """Four processes save at once, under one process number: the folder is one of them whole."""
    wrong = []
    for _ in range(rounds):
        top = os.path.join(TOP, next(NUMBERS))
        scenario = SCENARIOS[1]
        folder = scenario.prepare(top)
        with ThreadPoolExecutor(4) as pool:
            recipes = [SAVE["save"], OLD + 'save "out"\n'] * 2
            tops = []
            for index, recipe in enumerate(recipes):
                place = os.path.join(top, f"w{index}")
                os.makedirs(place)
                tops.append((place, recipe.replace('"out"', '"../out"')))
            ended = list(pool.map(lambda job: run(*job, faults, within=within).returncode, tops))
        if ended != [0] * len(ended):
            wrong.append(f"writers ended with {ended}")
        if own(folder) not in (own(OLDS), NEWS["save"][-1]):
            wrong.append("the writers left a mixture")
        wrong += scenario.leftovers(top)
        shutil.rmtree(top, ignore_errors=True)
    return wrong


def main():
    bad = []
    totals = {}

    def one(case):
        scenario, kind, faults = case
        return scenario.name, kind, faults, scenario.faulty(faults)

    with ThreadPoolExecutor(2) as pool:
        for name, kind, faults, wrong in pool.map(one, list(cases())):
            totals[kind] = totals.get(kind, 0) + 1
            bad += [f"{name}, {kind} {faults}: {line}" for line in wrong]
    rounds = 25
    bad += writers(rounds, {"FAULT_PID": 7})
    has_containers = subprocess.run([*CONTAINER, "true"], stderr=subprocess.DEVNULL).returncode == 0
    if has_containers:
        bad += writers(rounds, within=CONTAINER)
    for kind, number in sorted(totals.items()):
        print(f"{number:5} {kind}")
    print(f"{len(RESUMED):5} trainings found half done and resumed")
    print(f"{rounds:5} rounds of four writers with one process number")
    print(f"{rounds if has_containers else 0:5} rounds of four writers, each the first process of a container")
    for line in bad:
        print("WRONG", line)
    print("nothing mixed, unreadable or left" if not bad else f"{len(bad)} faults found")
    return 1 if bad else 0


NUMBERS = numbers()
RESUMED = []
with tempfile.TemporaryDirectory() as TOP:
    for which, recipe in (("old", OLD + 'save "out"\n'), *SAVE.items()):
        os.makedirs(os.path.join(TOP, which))
        done = run(os.path.join(TOP, which), recipe)
        assert done.returncode == 0, done.stderr.decode()
    OLDS = os.path.join(TOP, "old", "out")
    NEWS = {"save": [own(os.path.join(TOP, "save", "out"))]}
    # a training writes after its first step and at its end
    os.makedirs(os.path.join(TOP, "half"))
    full = own(os.path.join(TOP, "train", "out"))
    half = run(os.path.join(TOP, "half"), SAVE["train"],
               {"FAULT_CALL": "mkdir", "FAULT_AT": 4, "FAULT_EVERY": 1, "FAULT_ERROR": ENOSPC})
    assert half.returncode == 1, half.stderr.decode()
    NEWS["train"] = [own(os.path.join(TOP, "half", "out")), full]
    sys.exit(main())
