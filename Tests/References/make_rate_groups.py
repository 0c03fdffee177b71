"""Ten steps from the adapter of make_table_curve.py with learning rates for some modules, in parameter groups of torch's
AdamW: losses, norms, and the adapter at the end."""

import re

import make_layer_rates as layer_rates
import make_lora_curve as curve

# Ends of paths of modules, or of what contains them, as PEFT's rank_pattern has them; the first that fits counts.
RATES = [("lm_head", 3e-3), (r"layers.[12].mlp", 2e-4), ("layers.2", 0.0), ("embed_tokens", 5e-3)]


def rate(name):
    """That of a parameter by its name."""
    fits = (rate for end, rate in RATES if re.fullmatch(rf"(?:.*\.)?(?:{end})(?:\..*)?", name))
    return next(fits, curve.OPTIMIZER["lr"])


def groups(weights):
    """One for each rate, that of everything else first: it is the one that is recorded."""
    found = {curve.OPTIMIZER["lr"]: []}
    for name, weight in weights.items():
        found.setdefault(rate(name), []).append(weight)
    assert len(found) == len(RATES) + 1 and all(found.values())
    return [{"params": weights, "lr": lr} for lr, weights in found.items()]


if __name__ == "__main__":
    layer_rates.record("rate_groups", groups, {"rates": [{"end": end, "rate": rate} for end, rate in RATES]})
