"""Five updates by torch, transformers and bitsandbytes, for optimizers.json.

    TORCHDYNAMO_DISABLE=1 python3 make_optimizers.py

One module with rank 64 between 64 inputs and 96 outputs: A `[rank, inputs]` of 4096 numbers and B
`[outputs, rank]` of 6144, which stand in the adapter as A and then Bᵀ `[rank, outputs]`. Numbers and
gradients are made of whole numbers, so that every language makes the same; of the results each 97th is
recorded.
"""

import bitsandbytes.functional as blocks
import reference_files as files
import torch
from bitsandbytes.backends.triton.kernels_optim import optimizer_update_8bit_blockwise_pytorch as update_8bit
from transformers.optimization import Adafactor

RANK, INPUTS, OUTPUTS = 64, 64, 96
STEPS, STRIDE, RATE = 5, 97, 0.01
COUNT = RANK * (INPUTS + OUTPUTS)


def numbers(seed, scale):
    index = torch.arange(COUNT, dtype=torch.int64)
    whole = (index * 7919 + seed * 104729) % 2001 - 1000
    # some rows are a thousand times smaller than others
    small = torch.where((index // 64) % 3 == 0, 1.0, 0.001)
    return (whole.double() * scale * small).float()


def matrices(flat):
    """A, and B as torch has it."""
    a = flat[: RANK * INPUTS].reshape(RANK, INPUTS).clone()
    b = flat[RANK * INPUTS :].reshape(RANK, OUTPUTS).T.contiguous().clone()
    return [a, b]


def flat(matrices):
    return torch.cat([matrices[0].flatten(), matrices[1].T.flatten()])


def run(make):
    parameters = [torch.nn.Parameter(m) for m in matrices(numbers(0, 1e-3))]
    optimizer = make(parameters)
    results = []
    for step in range(1, STEPS + 1):
        for parameter, gradient in zip(parameters, matrices(numbers(step, 1e-4))):
            parameter.grad = gradient
        optimizer.step()
        results.append(flat([p.detach() for p in parameters])[::STRIDE].tolist())
    return results


class Lion:
    """The algorithm of arXiv 2302.06675 (its table 1), in float64."""

    def __init__(self, parameters, decay):
        self.parameters, self.decay = parameters, decay
        self.moments = [torch.zeros_like(p, dtype=torch.float64) for p in parameters]

    def step(self):
        for parameter, moment in zip(self.parameters, self.moments):
            gradient = parameter.grad.double()
            direction = torch.sign(0.9 * moment + 0.1 * gradient)
            value = parameter.data.double() * (1 - RATE * self.decay) - RATE * direction
            parameter.data.copy_(value.float())
            moment.mul_(0.99).add_(0.01 * gradient)


class Adam8bit:
    """bitsandbytes' blockwise update, in its own PyTorch implementation."""

    def __init__(self, parameters, decay):
        self.parameters, self.decay, self.steps = parameters, decay, 0
        self.maps = [blocks.create_dynamic_map(signed) for signed in (True, False)]
        # A and Bᵀ, each with blocks of its own
        self.states = [
            [(torch.zeros(p.numel(), dtype=torch.uint8), torch.zeros(-(-p.numel() // 256))) for _ in range(2)]
            for p in parameters
        ]

    def step(self):
        self.steps += 1
        for index, (parameter, state) in enumerate(zip(self.parameters, self.states)):
            turn = (lambda m: m.T.contiguous()) if index else (lambda m: m)
            value = turn(parameter.data).flatten().clone()
            (first, absmax1), (second, absmax2) = state
            update_8bit(
                value, turn(parameter.grad).flatten(), first, second, 0.9, 0.999, 0.0, 0.0, 1e-8, self.steps, RATE,
                self.maps[0], self.maps[1], absmax1, absmax2, self.decay, 1.0, False, optimizer_name="adam",
            )
            shape = (RANK, OUTPUTS) if index else (RANK, INPUTS)
            parameter.data.copy_(turn(value.reshape(shape)))


def adafactor(parameters, decay):
    return Adafactor(parameters, lr=RATE, scale_parameter=False, relative_step=False, weight_decay=decay)


OPTIMIZERS = {
    "adamw": lambda p, decay: torch.optim.AdamW(p, lr=RATE, weight_decay=decay),
    "adamw8bit": Adam8bit,
    "lion": Lion,
    "adafactor": adafactor,
    "sgd": lambda p, decay: torch.optim.SGD(p, lr=RATE, momentum=0.9, weight_decay=decay),
}

cases = [
    {"optimizer": name, "weight_decay": decay, "steps": run(lambda p: make(p, decay))}
    for name, make in OPTIMIZERS.items()
    for decay in (0.0, 0.1)
]
record = {
    "rank": RANK, "inputs": INPUTS, "outputs": OUTPUTS, "rate": RATE, "stride": STRIDE, "momentum": 0.9,
    "cases": cases,
}
(files.ROOT / "optimizers").mkdir(exist_ok=True)
files.write_json(files.ROOT / "optimizers/updates.json", record)
files.record("make_optimizers.py", {}, ["optimizers"])
