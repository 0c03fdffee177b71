"""What is asked of a reference and of Skillet alike."""

from dataclasses import dataclass

ROWS = [
    "The quick brown fox jumps over the lazy dog, and the dog does not mind at all.",
    "def total(values): return sum(value for value in values if value > 12345)",
    "It was the table's price: naïve café, 1,250.75 — in the morning!\n\nThe children walked to the school near the river.",
]
TEXTS = [
    *ROWS, "", " ", "  leading and  double  spaces ", "12345 and 6.7", "naïve café — 日本語 🙂", "e\u0301 \u00e9 \u212b \ufb01",
    "line one\nline two\n\n\tindented\r\n", "<|im_start|>user\nHi<|im_end|>\n", "a<|endoftext|>b", "x <|im_end|> y", "THE TABLE",
    "don't we'll I'M", "...!?", "the the the",
]
CONVERSATIONS = [
    [{"role": "user", "content": "Hi there"}, {"role": "assistant", "content": "Good day."}],
    [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Day."}],
    [{"role": "user", "content": " one "}, {"role": "assistant", "content": " two\n"},
     {"role": "user", "content": "three"}, {"role": "assistant", "content": "four"}],
]
PROMPT = "The quick brown fox"
REPLY_LENGTH = 16


@dataclass(frozen=True)
class Refusal:
    """Why something was not done."""

    reason: str


@dataclass(frozen=True)
class Failure:
    """A crash or a run without an end, which is never right."""

    reason: str


@dataclass
class Observations:
    """Each is a value, a refusal, or None where it was not asked for.

    `loss` is the mean negative log-likelihood of the tokens of ROWS after the first, the end token after each row
    included; `ids` those of TEXTS without what a post-processor adds; `chat` the text of each of CONVERSATIONS;
    `reply` the number of tokens and the text of the greedy continuation of PROMPT.
    """

    loss: float | Refusal | None = None
    ids: list[list[int]] | Refusal | None = None
    chat: list[str] | Refusal | None = None
    reply: tuple[int, str] | Refusal | None = None
