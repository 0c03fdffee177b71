"""llama.cpp on a GGUF file: prompt processing and decoding, tokens a second (medians).

Prints {"prompt_rate": …, "rate": …, "peak_mb": …}.
"""
import argparse
import statistics
import time

arguments = argparse.ArgumentParser()
arguments.add_argument("gguf")
arguments.add_argument("--prompt", type=int, default=512)
arguments.add_argument("--tokens", type=int, default=64)
arguments.add_argument("--rounds", type=int, default=3)
arguments.add_argument("--threads", type=int, default=2)
options = arguments.parse_args()

from llama_cpp import Llama

from measured import report

model = Llama(
    model_path=options.gguf, n_ctx=1024, n_threads=options.threads, n_threads_batch=options.threads,
    n_batch=512, verbose=False)
prompt = [(index * 7919) % 40000 + 100 for index in range(options.prompt)]


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def decode():
    for token in prompt[:options.tokens]:
        model.eval([token])


prompts, replies = [], []
for round in range(options.rounds + 1):
    model.reset()
    prompts.append(seconds(lambda: model.eval(prompt)))
    model.reset()
    replies.append(seconds(decode))
report(
    prompt_rate=options.prompt / statistics.median(prompts[1:]),
    rate=options.tokens / statistics.median(replies[1:]))
