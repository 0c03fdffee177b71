"""Changes of tokenizer.json, tokenizer_config.json and special_tokens_map.json."""

import json
from pathlib import Path
from typing import Iterator

from changes import Change, edit_json, short, write_json
from json_changes import changes_of_key, damaged, duplicate

FILE = "tokenizer.json"
SETTINGS = "tokenizer_config.json"
MAP = "special_tokens_map.json"

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
WORDS = BYTES | {"use_regex": True}
DIGITS = {"type": "Digits", "individual_digits": True}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def sequence(key, *steps):
    return {"type": "Sequence", key: list(steps)}


NORMALIZERS = [
    *({"type": t} for t in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel", "Nonsense")),
    {"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "Prepend", "prepend": "▁"},
    {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "Replace", "pattern": {"Regex": "o+"}, "content": "0"},
    {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    sequence("normalizers"), sequence("normalizers", {"type": "NFC"}), sequence("normalizers", {"type": "NFC"}, {"type": "Lowercase"}),
    sequence("normalizers", {"type": "NFC"}, {"type": "NFC"}), {"type": "Sequence"}, {}, "NFC"]
PRE_TOKENIZERS = [
    WORDS, BYTES, WORDS | {"add_prefix_space": True}, {"type": "ByteLevel"}, DIGITS, sequence("pretokenizers"),
    sequence("pretokenizers", WORDS), sequence("pretokenizers", BYTES),
    sequence("pretokenizers", DIGITS | {"individual_digits": False}, WORDS), sequence("pretokenizers", {"type": "Digits"}, WORDS),
    sequence("pretokenizers", DIGITS, BYTES), sequence("pretokenizers", DIGITS, WORDS | {"add_prefix_space": True}),
    sequence("pretokenizers", WORDS, DIGITS), sequence("pretokenizers", DIGITS, DIGITS, WORDS),
    *(sequence("pretokenizers", split(p), BYTES) for p in (GPT2, LLAMA3, QWEN2, r"\s+", "")),
    *(sequence("pretokenizers", split(p), WORDS) for p in (LLAMA3, QWEN2)),
    *(sequence("pretokenizers", split(LLAMA3, b), BYTES) for b in ("Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous")),
    sequence("pretokenizers", split(LLAMA3, invert=True), BYTES), sequence("pretokenizers", split(LLAMA3, kind="String"), BYTES),
    sequence("pretokenizers", split(LLAMA3), BYTES | {"add_prefix_space": True}),
    sequence("pretokenizers", {k: v for k, v in split(LLAMA3).items() if k != "invert"}, BYTES),
    {"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "BertPreTokenizer"}, {"type": "UnicodeScripts"},
    {"type": "Punctuation", "behavior": "Isolated"}, {"type": "CharDelimiterSplit", "delimiter": " "},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
    {"type": "FixedLength", "length": 5}, sequence("pretokenizers", {"type": "Punctuation", "behavior": "Isolated"}, WORDS),
    {"type": "Nonsense"}, {}, "ByteLevel"]


def template(*single):
    tokens = {name: {"id": name, "ids": [number], "tokens": [name]} for name, number in (("<|im_start|>", 1), ("<|im_end|>", 2))}
    pieces = [{"Sequence": {"id": "A", "type_id": 0}} if piece == "A" else {"SpecialToken": {"id": piece, "type_id": 0}} for piece in single]
    return {"type": "TemplateProcessing", "single": pieces, "pair": pieces + [{"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": tokens}


OTHER_ID = template("<|im_start|>", "A")
OTHER_ID["special_tokens"]["<|im_start|>"]["ids"] = [40]
TWO_IDS = template("<|im_start|>", "A")
TWO_IDS["special_tokens"]["<|im_start|>"] |= {"ids": [1, 40], "tokens": ["<|im_start|>", "H"]}
PROCESSORS = [
    WORDS, BYTES, template("A"), template("<|im_start|>", "A"), template("A", "<|im_end|>"), template("<|im_start|>", "A", "<|im_end|>"),
    template("<|im_end|>", "A"), template("<|im_start|>", "<|im_start|>", "A"), template("<|im_start|>"), OTHER_ID, TWO_IDS,
    sequence("processors", BYTES, template("<|im_start|>", "A")), sequence("processors", template("<|im_start|>", "A"), template("A", "<|im_end|>")),
    {"type": "BertProcessing", "sep": ["<|im_end|>", 2], "cls": ["<|im_start|>", 1]},
    {"type": "RobertaProcessing", "sep": ["<|im_end|>", 2], "cls": ["<|im_start|>", 1], "trim_offsets": True, "add_prefix_space": False},
    {"type": "Nonsense"}, {}, sequence("processors")]
DECODERS = [
    {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "BPEDecoder", "suffix": "</w>"}, {"type": "WordPiece", "prefix": "##", "cleanup": True},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}, {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True},
    {"type": "Replace", "pattern": {"String": "e"}, "content": "E"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    sequence("decoders", WORDS), sequence("decoders", WORDS, {"type": "Fuse"}), {"type": "Nonsense"}, {}, "ByteLevel"]
LEGAL = {
    "version": ["2.0"], "normalizer": NORMALIZERS, "pre_tokenizer": PRE_TOKENIZERS, "post_processor": PROCESSORS, "decoder": DECODERS,
    "truncation": [{"max_length": 8, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}],
    "padding": [{"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 2, "pad_type_id": 0, "pad_token": "<|im_end|>"}]}
MODEL_LEGAL = {
    "type": ["WordPiece", "WordLevel", "Unigram"], "dropout": [0.0, 0.1, 1.0], "unk_token": ["<|endoftext|>", "nonsense"],
    "continuing_subword_prefix": ["", "##"], "end_of_word_suffix": ["", "</w>"], "fuse_unk": [True], "byte_fallback": [True],
    "ignore_merges": [True], "merges": [[]], "vocab": [{}]}


def edited(what, kind, edit, names, **marks) -> Change:
    return Change(FILE, what, kind, lambda folder: edit_json(folder / FILE, edit), names, **marks)


def vocabulary_changes(root) -> Iterator[Change]:
    vocabulary = root["model"]["vocab"]
    merged, letter = list(vocabulary)[-1], "H"
    for name in (merged, letter, "he", "<|im_end|>"):
        if name not in vocabulary:
            continue
        for number in (vocabulary[name] + 1, 320, 400, -1, 2**31, 2**40, 1.5, float(vocabulary[name]), str(vocabulary[name]), None, True, []):
            yield edited(
                f"vocab {name}: {short(number)}", "vocabulary", lambda r, n=name, i=number: r["model"]["vocab"].update({n: i}), (name, "vocab", "id"))
        yield edited(f"vocab without {name}", "vocabulary", lambda r, n=name: r["model"]["vocab"].pop(n) and None, (name, "vocab", "merge"))

    def swap(r, left=letter, right=merged):
        v = r["model"]["vocab"]
        v[left], v[right] = v[right], v[left]
    yield edited("two ids swapped", "vocabulary", swap, ("vocab",))
    for number in (320, 321, 500):
        yield edited(f"vocab with new: {number}", "vocabulary", lambda r, i=number: r["model"]["vocab"].update(new=i), ("new", "vocab", "embedding"))
    yield edited("vocab with the end token spelt otherwise", "vocabulary", lambda r: r["model"]["vocab"].update({"</s>": 2}), ("</s>", "id"))


def merge_changes(root) -> Iterator[Change]:
    merges = root["model"]["merges"]
    variants = {
        "first gone": merges[1:], "last gone": merges[:-1], "two swapped": [merges[4], *merges[1:4], merges[0], *merges[5:]],
        "reversed": merges[::-1], "one twice": [*merges, merges[0]], "as text": [" ".join(m) for m in merges],
        "one as text": [" ".join(merges[0]), *merges[1:]], "of unknown tokens": [*merges, ["qq", "zz"]], "giving no token": [*merges, ["H", "Z"]],
        "of three": [*merges, ["H", "e", "l"]], "a number": [*merges, 1], "a pair of numbers": [*merges, [1, 2]], "text of three": [*merges, "H e l"],
        "text of one": [*merges, "He"], "an object": {"H e": 1}, "null inside": [*merges, None]}
    for what, value in variants.items():
        yield edited(f"merges: {what}", "merges", lambda r, v=value: r["model"].update(merges=v), ("merge",))


def added_changes(root) -> Iterator[Change]:
    base = root["added_tokens"][2]
    for key, values in {"content": ["", "<end>", "H", "the"], "id": [1, 60, 320, 400, -1], "single_word": [True], "lstrip": [True],
                        "rstrip": [True], "normalized": [True], "special": [False]}.items():
        yield from changes_of_key(FILE, root, ("added_tokens", 2, key), values)
    new = {"plain": {"id": 320, "content": "<new>"}, "over a letter": {"id": 60, "content": "<new>"}, "over a special token": {"id": 2, "content": "<new>"},
           "of its own name": {"id": 60, "content": list(root["model"]["vocab"])[60]}, "a word": {"id": 300, "content": "quick"},
           "beyond": {"id": 1000, "content": "<new>"}, "a prefix of another": {"id": 300, "content": "<|im"}, "a space": {"id": 300, "content": " "}}
    for what, fields in new.items():
        for flags in ({}, {"special": False}, {"special": False, "normalized": True}):
            token = base | fields | flags
            yield edited(
                f"one more, {what}: {short(fields | flags)}", "added tokens", lambda r, t=token: r["added_tokens"].append(t),
                (fields["content"], str(fields["id"]), "added"))
    for index in range(3):
        yield edited(f"added_tokens without {root['added_tokens'][index]['content']}", "added tokens", lambda r, i=index: r["added_tokens"].pop(i) and None,
                     (root["added_tokens"][index]["content"], "added_tokens"))


def tokenizer_changes(base: Path) -> Iterator[Change]:
    root = json.loads((base / FILE).read_text())
    for key in dict.fromkeys([*root, "unknown_key_of_the_future"]):
        unread = key in ("version", "truncation", "padding", "unknown_key_of_the_future")
        yield from changes_of_key(FILE, root, (key,), LEGAL.get(key, ()), unread)
    for key in dict.fromkeys([*root["model"], "unk_id", "max_input_chars_per_word", "cache_capacity"]):
        yield from changes_of_key(FILE, root, ("model", key), MODEL_LEGAL.get(key, ()), key in ("unk_id", "max_input_chars_per_word", "cache_capacity"))
    for index, step in enumerate(root["pre_tokenizer"]["pretokenizers"]):
        for key in step:
            yield from changes_of_key(FILE, root, ("pre_tokenizer", "pretokenizers", index, key), ["Nonsense"] if key == "type" else (), key == "trim_offsets")
    for key in root["decoder"]:
        yield from changes_of_key(FILE, root, ("decoder", key), ["Fuse"] if key == "type" else (), key != "type")
    yield from vocabulary_changes(root)
    yield from merge_changes(root)
    yield from added_changes(root)
    for key, value in (("normalizer", {"type": "Lowercase"}), ("added_tokens", []), ("model", {}), ("pre_tokenizer", WORDS)):
        yield duplicate(FILE, key, value, True)
        yield duplicate(FILE, key, value, False)
    yield from damaged(FILE)


TOKEN = {"content": "<|im_end|>", "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True}
SETTING_LEGAL = {
    "bos_token": ["<|im_end|>", "<|endoftext|>", "H", "<s>", TOKEN], "eos_token": ["<|im_start|>", "<|endoftext|>", "H", "</s>", TOKEN, TOKEN | {"lstrip": True}],
    "unk_token": ["<|im_end|>", "<unk>"], "pad_token": ["<|endoftext|>", "<pad>"], "add_bos_token": [True, False], "add_eos_token": [True, False],
    "model_max_length": [8, 64, 10**30], "clean_up_tokenization_spaces": [True], "add_prefix_space": [True, False], "split_special_tokens": [True, False],
    "tokenizer_class": ["LlamaTokenizer", "LlamaTokenizerFast", "GPT2Tokenizer", "GPT2TokenizerFast", "Qwen2Tokenizer", "CodeGenTokenizer",
                        "TokenizersBackend", "BertTokenizer", "T5Tokenizer", "Nonsense"],
    "additional_special_tokens": [["<|endoftext|>"], ["the"], ["<new>"]], "extra_special_tokens": [{"image_token": "<|endoftext|>"}, ["the"], {"a": "<new>"}],
    "added_tokens_decoder": [{"2": TOKEN}, {"2": TOKEN | {"lstrip": True}}, {"2": TOKEN | {"special": False}}, {"60": TOKEN | {"content": "<new>"}},
                             {"320": TOKEN | {"content": "<new>"}}, {}],
    "padding_side": ["left"], "truncation_side": ["left"], "use_default_system_prompt": [True], "do_lower_case": [True], "legacy": [True, False],
    "sp_model_kwargs": [{}], "errors": ["strict"], "model_input_names": [["input_ids"]], "fix_mistral_regex": [True], "from_slow": [True],
    "backend": ["tokenizers", "sentencepiece"], "model_specific_special_tokens": [{"image_token": "the"}], "spaces_between_special_tokens": [True],
    "max_length": [8], "stride": [2], "truncation_strategy": ["longest_first"], "cls_token": ["<|im_start|>"], "sep_token": ["<|im_end|>"],
    "mask_token": ["<|endoftext|>"], "response_schema": [{}], "unknown_key_of_the_future": [1], "add_special_tokens": [True],
    "chat_template": ["", "{{ bos_token }}", [{"name": "default", "template": "{{ messages[0]['content'] }}"}], [], [{"name": "tool_use", "template": "x"}]],
    "auto_map": [{"AutoTokenizer": ["tokenization_mine.Mine", None]}], "normalizer": [{"type": "Lowercase"}], "vocab_size": [320], "processor_class": ["X"]}
SETTING_UNREAD = {
    "model_max_length", "padding_side", "truncation_side", "sp_model_kwargs", "errors", "model_input_names", "from_slow", "backend", "max_length",
    "stride", "truncation_strategy", "cls_token", "sep_token", "mask_token", "response_schema", "unknown_key_of_the_future", "vocab_size",
    "processor_class", "use_default_system_prompt", "legacy", "auto_map", "spaces_between_special_tokens", "pad_token", "unk_token", "tokenizer_class",
    "clean_up_tokenization_spaces"}


def token_settings_changes(base: Path) -> Iterator[Change]:
    root = json.loads((base / SETTINGS).read_text())
    for key in dict.fromkeys([*root, *SETTING_LEGAL]):
        yield from changes_of_key(SETTINGS, root, (key,), SETTING_LEGAL.get(key, ()), key in SETTING_UNREAD)
    for key in ("eos_token", "bos_token", "chat_template"):
        yield duplicate(SETTINGS, key, "<|endoftext|>", True)
        yield duplicate(SETTINGS, key, "<|endoftext|>", False)
    yield from damaged(SETTINGS)
    for key in ("bos_token", "eos_token", "unk_token", "pad_token", "additional_special_tokens"):
        for value in [*SETTING_LEGAL[key], None, 1, True, {}, []]:
            yield Change(MAP, f"{key}: {short(value)}", "beside the settings", lambda f, k=key, v=value: write_json(f / MAP, {k: v}), (key, MAP))

            def alone(folder, key=key, value=value):
                edit_json(folder / SETTINGS, lambda r: r.pop(key, None) and None)
                write_json(folder / MAP, {key: value})
            yield Change(MAP, f"{key}: {short(value)}, not in the settings", "instead of the settings", alone, (key, MAP))
    for what in ([], "text", None):
        yield Change(MAP, f"the file is {short(what)}", "whole file", lambda f, v=what: write_json(f / MAP, v), (MAP,))
