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
import multiprocessing
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from kinds import KINDS, STATE, environment

GOOD_ENDS = {0, 1, 64, 65, 66}
SECONDS = 3.0
# of the clock: a run that waits for good is stopped; one that others keep waiting is not
PATIENCE = 120
MEGABYTES = 300


def make(kind, number, seed):
    """Makes one file, in a process of its own: the peak of a child begins at the largest size that its parent had."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="skillet-fuzz-"))
    return folder, *KINDS[kind](folder, random.Random(f"{seed}-{kind}-{number}"))


def case(binary, makers, kind, number, seed):
    """Runs one file; gives what was wrong, or None, with seconds and megabytes."""
    folder, arguments, text = makers.apply(make, (kind, number, seed))
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
    with (
        multiprocessing.Pool(options.jobs) as makers,
        concurrent.futures.ThreadPoolExecutor(options.jobs) as pool,
    ):
        works = {
            pool.submit(case, binary, makers, kinds[n % len(kinds)], n, options.seed): (kinds[n % len(kinds)], n)
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
