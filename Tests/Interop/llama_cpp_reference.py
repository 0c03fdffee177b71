"""llama.cpp as a reference, in a process of its own that is started again when a file ends it."""

import json
import math
import select
import subprocess
from pathlib import Path

from observations import Observations, Refusal

SECONDS = 20


class LlamaCpp:
    def __init__(self, python: str):
        self.python, self.process = python, None

    def ask(self, path: Path, adapter: Path | None) -> dict:
        """The worker's answer; its end, or its silence, is a refusal."""
        if self.process is None or self.process.poll() is not None:
            worker = Path(__file__).parent / "llama_cpp_worker.py"
            self.process = subprocess.Popen(
                [self.python, worker], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            self.process.stdin.write(f"{path}\t{adapter}\n" if adapter else f"{path}\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
            return json.loads(self.process.stdout.readline() if ready else "")
        except (BrokenPipeError, ValueError):
            self.process.kill()
            self.process.wait()
            return {"refusal": "llama.cpp ended or did not answer"}

    def observe(self, path: Path, adapter: Path | None = None) -> Observations | Refusal:
        answer = self.ask(path, adapter)
        if "refusal" in answer:
            return Refusal(answer["refusal"])
        result = Observations()
        for key, value in answer.items():
            setattr(result, key, Refusal(value["refusal"]) if "refusal" in value else value["value"])
        if isinstance(result.loss, float) and not math.isfinite(result.loss):
            result.loss = Refusal("the loss is not a number")
        return result
