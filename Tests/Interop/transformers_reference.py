"""What transformers makes of a Hugging Face folder, and PEFT of an adapter on it."""

import json
import logging
import math
import resource
import signal
import warnings
from pathlib import Path

import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from observations import CONVERSATIONS, PROMPT, REPLY_LENGTH, ROWS, TEXTS, Observations, Refusal

# Sizes beyond these would be built before they are found not to fit the weights.
SIZES = {
    "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size",
    "num_labels"}
LARGEST = 100_000
MEMORY = 2 << 30
SECONDS = 10


def prepare() -> None:
    """No talk, one thread, and no more memory or time than a tiny model can need: a size that a change
    names is the reference's to refuse, not the machine's."""
    transformers.logging.set_verbosity(logging.CRITICAL)
    transformers.logging.disable_progress_bar()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    resource.setrlimit(resource.RLIMIT_AS, (mapped() + MEMORY,) * 2)
    signal.signal(signal.SIGALRM, lambda *_: overdue())


def mapped() -> int:
    """Bytes of address space that the libraries take."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def overdue():
    raise TimeoutError("not done in time")


def attempt(work):
    """The result, or the exception as a refusal: whatever a library raises on a file is its refusal."""
    signal.alarm(SECONDS)
    try:
        return work()
    except Exception as error:
        return Refusal(f"{type(error).__name__}: {str(error).strip()}")
    finally:
        signal.alarm(0)


def refuse_sizes(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    for key in SIZES:
        value = config.get(key) if isinstance(config, dict) else None
        if isinstance(value, (int, float)) and abs(value) > LARGEST:
            raise ValueError(f"{key} is {value}: not tried")


def load_model(folder: Path):
    """The model in f32. Weights that are missing or of another shape would start at random: refused."""
    refuse_sizes(folder)
    model, information = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    for key in ("missing_keys", "mismatched_keys", "error_msgs"):
        if information[key]:
            raise ValueError(f"{key}: {list(information[key])[:3]}")
    return model.eval()


def end_token(tokenizer, model) -> int:
    """The tokenizer's, else the first of the configuration's."""
    if tokenizer.eos_token_id is not None:
        return tokenizer.eos_token_id
    ends = model.config.eos_token_id
    return ends[0] if isinstance(ends, list) else int(ends)


@torch.no_grad()
def loss(model, sequences: list[list[int]]) -> float:
    """Mean over all predicted tokens of all rows."""
    total, count = 0.0, 0
    for ids in sequences:
        if max(ids) >= model.get_input_embeddings().weight.shape[0] or min(ids) < 0:
            raise ValueError("a token has no row in the embedding")
        logits = model(torch.tensor([ids])).logits[0, :-1].double()
        total -= torch.log_softmax(logits, -1).gather(1, torch.tensor(ids[1:])[:, None]).sum().item()
        count += len(ids) - 1
    if not math.isfinite(total):
        raise ValueError("the loss is not a number")
    return total / count


def row_ids(tokenizer, model) -> list[list[int]]:
    end = end_token(tokenizer, model)
    rows = [tokenizer(text)["input_ids"] for text in ROWS]
    return [ids if ids and ids[-1] == end else ids + [end] for ids in rows]


def end_tokens(model) -> list[int]:
    named = (model.config.eos_token_id, model.generation_config.eos_token_id)
    lists = [ends if isinstance(ends, list) else [] if ends is None else [ends] for ends in named]
    return sorted(set(sum(lists, [])))


@torch.no_grad()
def reply(tokenizer, model) -> tuple[int, str]:
    """Greedy; what `generate` has an argument for is given, the rest is the model's own configuration.

    Every end token of both configurations ends a reply, as in Skillet: where generation_config.json lacks one
    that config.json names, transformers would go on. It is no part of the text, be it a special token or not.
    """
    ids = tokenizer(PROMPT)["input_ids"]
    if ids and ids[-1] == tokenizer.eos_token_id:
        ids = ids[:-1]
    output = model.generate(
        torch.tensor([ids]), do_sample=False, max_new_tokens=REPLY_LENGTH, repetition_penalty=1.0, tokenizer=tokenizer,
        eos_token_id=end_tokens(model))
    new = output[0, len(ids):].tolist()
    said = new[:-1] if new and new[-1] in end_tokens(model) else new
    return len(said), tokenizer.decode(said, skip_special_tokens=True)


def observe_tokens(tokenizer) -> list[list[int]]:
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
    if ids != [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]:
        raise ValueError("the ids are another each time")
    return ids


def observe(folder: Path, adapter: Path | None, chat: bool, wants_reply: bool) -> Observations | Refusal:
    model, tokenizer = attempt(lambda: load_model(folder)), attempt(lambda: AutoTokenizer.from_pretrained(folder))
    if isinstance(model, Refusal):
        return model
    if adapter:
        model = attempt(lambda: adapted(model, adapter))
        if isinstance(model, Refusal):
            return model
    if isinstance(tokenizer, Refusal):
        return tokenizer
    result = Observations(
        ids=attempt(lambda: observe_tokens(tokenizer)), loss=attempt(lambda: loss(model, row_ids(tokenizer, model))))
    if chat:
        result.chat = attempt(lambda: [tokenizer.apply_chat_template(turns, tokenize=False) for turns in CONVERSATIONS])
    if wants_reply:
        result.reply = attempt(lambda: reply(tokenizer, model))
    return result


def adapted(model, adapter: Path):
    """PEFT's model. Weights that the file lacks are only warned of there: refused here."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        result = PeftModel.from_pretrained(model, adapter)
    for warning in heard:
        if "missing adapter keys" in str(warning.message):
            raise ValueError(str(warning.message)[:300])
    return result.eval()
