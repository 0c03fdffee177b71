"""Writes a GGUF file again in another type with llama.cpp's quantizer: a line `SOURCE TARGET TYPE` each; answers 0 or its error.

TYPE is the end of a name LLAMA_FTYPE_MOSTLY_…
"""

import ctypes
import os
import sys

import llama_cpp


def quantize(source: str, target: str, kind: str) -> int:
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{kind}")
    parameters.nthread = 1
    return llama_cpp.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(parameters))


def main():
    callback = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(callback, None)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        print(quantize(*line.split()), file=answers, flush=True)


if __name__ == "__main__":
    main()
