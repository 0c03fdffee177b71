"""What mlx-lm makes of a model's folder with an adapter's, in a process of its own.

usage: mlx_reference.py MODEL ADAPTER IDS, a JSON list of rows of token ids on standard input; prints the mean loss.
"""

import json
import sys
from pathlib import Path

import mlx.core as mx
from mlx_lm.tuner.utils import load_adapters
from mlx_lm.utils import load_model


def main() -> None:
    mx.set_default_device(mx.cpu)
    model, _ = load_model(Path(sys.argv[1]))
    model.set_dtype(mx.float32)
    model = load_adapters(model, sys.argv[2])
    model.eval()
    total, count = 0.0, 0
    for ids in json.load(sys.stdin):
        logits = model(mx.array([ids]))[0, :-1].astype(mx.float32)
        scores = logits - mx.logsumexp(logits, axis=-1, keepdims=True)
        total -= mx.take_along_axis(scores, mx.array(ids[1:])[:, None], axis=-1).sum().item()
        count += len(ids) - 1
    print(json.dumps({"loss": total / count}))


if __name__ == "__main__":
    main()
