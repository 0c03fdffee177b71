"""scipy's paired bootstrap of the difference of two mean losses, each row with its own number of tokens."""

import reference_files as files
import numpy as np
from scipy.stats import bootstrap

SEED = 95


def main():
    random = np.random.default_rng(SEED)
    tokens = random.integers(5, 60, 40)
    loss = tokens * random.gamma(4, 0.5, 40)
    other = loss + tokens * random.normal(0.05, 0.2, 40)

    def difference(a, b, n, axis=-1):
        return (a - b).sum(axis) / n.sum(axis)

    result = bootstrap(
        (loss, other, tokens), difference, paired=True, n_resamples=100_000, method="percentile", rng=random, batch=1000)
    folder = files.ROOT / "bootstrap"
    folder.mkdir(exist_ok=True)
    files.write_json(folder / "expected.json", {
        "rows": [[float(a), float(b), int(n)] for a, b, n in zip(loss, other, tokens)],
        "difference": float(difference(loss, other, tokens)),
        "low": float(result.confidence_interval.low), "high": float(result.confidence_interval.high)})
    files.record("make_bootstrap.py", {"numpy": SEED}, ["bootstrap"])


if __name__ == "__main__":
    main()
