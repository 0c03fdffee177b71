"""Answers what llama.cpp makes of GGUF files: on standard input a line for each, a path and, after a tab, that of an adapter, if
there is one; a line of JSON for each.

llama.cpp ends its process on some malformed files, so it has one of its own.
"""

import json
import os
import sys
from pathlib import Path

import llama_cpp
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from observations import PROMPT, REPLY_LENGTH, ROWS, TEXTS  # noqa: E402

CONTEXT = 256


def silent(level, text, data):
    pass


def load(path: str, adapter: str | None) -> llama_cpp.Llama:
    """In f32 throughout: keys and values too."""
    return llama_cpp.Llama(
        path, n_ctx=CONTEXT, n_threads=1, n_threads_batch=1, logits_all=True, type_k=0, type_v=0, flash_attn=False, verbose=False,
        use_mmap=False, chat_format="chatml", lora_path=adapter)


def logits(model, ids: list[int]) -> np.ndarray:
    model.reset()
    model.eval(ids)
    return model.scores[:len(ids)].astype(np.float64)


def loss(model) -> float:
    total, count = 0.0, 0
    for text in ROWS:
        ids = model.tokenize(text.encode(), add_bos=True, special=True)
        if ids[-1] != model.token_eos():
            ids = ids + [model.token_eos()]
        rows = logits(model, ids)[:-1]
        peak = rows.max(-1, keepdims=True)
        rows = rows - peak - np.log(np.exp(rows - peak).sum(-1, keepdims=True))
        total -= rows[np.arange(len(rows)), ids[1:]].sum()
        count += len(rows)
    return total / count


def reply(model) -> list:
    """Greedy, until any token that llama.cpp takes for an end, which is no part of the reply."""
    vocabulary = llama_cpp.llama_model_get_vocab(model.model)
    ids = model.tokenize(PROMPT.encode(), add_bos=True, special=True)
    if ids and ids[-1] == model.token_eos():
        ids.pop()
    start = len(ids)
    while len(ids) - start < REPLY_LENGTH:
        following = int(logits(model, ids)[-1].argmax())
        if llama_cpp.llama_vocab_is_eog(vocabulary, following):
            break
        ids.append(following)
    new = ids[start:]
    return [len(new), model.detokenize(new).decode(errors="replace")]


def attempt(work):
    try:
        value = work()
        return {"value": value}
    except Exception as error:
        return {"refusal": f"{type(error).__name__}: {error}"}


def answer(line: str) -> dict:
    path, _, adapter = line.partition("\t")
    model = load(path, adapter or None)
    result = {
        "ids": attempt(lambda: [model.tokenize(text.encode(), add_bos=False, special=True) for text in TEXTS]),
        "loss": attempt(lambda: float(loss(model))), "reply": attempt(lambda: reply(model))}
    model.close()
    return result


def main():
    callback = llama_cpp.llama_log_callback(silent)
    llama_cpp.llama_log_set(callback, None)
    # Answers alone go out: what llama.cpp itself prints goes nowhere.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        try:
            found = answer(line.strip())
        except Exception as error:
            found = {"refusal": f"{type(error).__name__}: {error}"}
        print(json.dumps(found), file=answers, flush=True)


if __name__ == "__main__":
    main()
