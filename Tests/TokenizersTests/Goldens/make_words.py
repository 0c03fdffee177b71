"""Writes words.json: small tokenizers of the kinds that models have, whole but for their vocabularies, which
they share, with the ids that the libraries give to hard texts: Hugging Face's tokenizers (for a class with a
pipeline of its own, transformers) and, for what GGUF files hold, llama.cpp.

usage: make_words.py PYTHON_WITH_LLAMA_CPP
needs: pip install tokenizers transformers sentencepiece gguf; llama-cpp-python in the other one
"""

import base64
import json
import os
import random
import subprocess
import sys
import tempfile

import gguf
import tokenizers
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
SPACE = "\u2581"

TEXTS = [
    "", " ", "  ", "a", " a", "a ", "  a  b ", "\t", "\n\n", "a\n\n b", "\r\n", "a\r\nb", "Hello, world!", "HELLO  World", "The the THE",
    "I'm you're DON'T Don't", "it's", "0", "12345", "1,234.5", "a1b22c333", "\u0661\u0662\u0663", "\u00bd\u00b2\u2167", "x\u00b2+y\u00b2 = 4",
    "caf\u00e9", "cafe\u0301", "\u00c5ngstr\u00f6m A\u030a", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8", "\uff11\uff12\uff33\uff25\uff21\uff2d", "\ud55c\uad6d\uc5b4 \ud14d\uc2a4\ud2b8", "\u4f60\u597d\uff0c\u4e16\u754c\uff01\u3002",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "\u05e9\u05dc\u05d5\u05dd", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u10d2\u10d0\u10db\u10d0\u10e0\u10ef\u10dd\u10d1\u10d0", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440",
    "\U0001f642", "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd", "\u2764\ufe0f", "\U0001f1e9\U0001f1ea", "\ufb01ne \ufb02ow \u338f \u2460", "\uff76\uff9e", "\u00df\u1e9e\u0130\u0131", "\u01c5\u02b0",
    "a\u00a0b", "\u3000a", "\u2028x", "\u200b", "\u0000", "a\u0001\u007f", "\ufffd", "\ufeffa", "\u0085", "\U0010ffff",
    "def f(x):\n\treturn x", "    if a == b:\n        pass\n", "<html class=\"a\">&nbsp;</html>", "https://a.b/c?d=e&f=%20#g", "snake_case camelCase HTTPServer iPhone", "!!! ... --- ***", "$9.99 \u20ac5 ^~`|+=<>", "\u201cq\u201d \u2014 \u2026 don\u2019t",
    SPACE, "a" + SPACE + "b", SPACE * 2 + " a", "<0x0A>", "<0x41>", "<s>", "<s> a", "a<s>b</s> c", "<s><s>", "</s>", " </s> ", "<unk>", "x<unk>y", "<s", "<<s>>",
    "<|user|>\nHi<|end|>\n<|assistant|> Hello", "<|user|>  \n Hi <|end|>\t\u00a0x", "word words sword word. word", "ab cab ab-", "the  the", "a" * 40, "-" * 30, " " * 20, "\n" * 9, "ab" * 30,
    "pneumonoultramicroscopicsilicovolcanoconiosis", "The quick brown fox jumps over the lazy dog.",
]
ALPHABET = list("abdeinorstAT  \n\t.,'!0123_<>") + [
    "\u00e9", "e\u0301", "\u65e5", "\u0645", "\U0001f642", "\u200d", "\u00a0", "\u3000", "\r\n", "  ", "'s", "'LL", " the", "ing", "\u0e01", "\ufe0f",
    "\u00bd", "\u00b2", "\u00df", "\ufb01", SPACE, "<s>", "</s>", "$", "\u2014", "\u2026", "\uac00", "word", "ab"]


def texts():
    generator = random.Random(11)
    more = ["".join(generator.choices(ALPHABET, k=generator.randint(2, 30))) for _ in range(80)]
    return list(dict.fromkeys(TEXTS + more))


# Vocabularies

def numbered(names):
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def vocabularies(all_texts):
    """By name: what a tokenizer.json has of them."""
    spaced = Tokenizer(models.BPE(unk_token="<unk>"))
    spaced.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    spaced.pre_tokenizer = pre_tokenizers.Split(Regex(f"{SPACE}+[^{SPACE}]*"), "isolated")
    spaced.train_from_iterator(all_texts * 2, trainers.BpeTrainer(vocab_size=330, limit_alphabet=90, show_progress=False))
    model = json.loads(spaced.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    special, named = ["<unk>", "<s>", "</s>"], [f"<0x{byte:02X}>" for byte in range(256)]
    missing = ["<0xC3>", "<0x8D>", "<0xE2>"]
    level = Tokenizer(models.BPE())
    level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    level.train_from_iterator(all_texts, trainers.BpeTrainer(
        vocab_size=420, limit_alphabet=200, special_tokens=special, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())[:180]))
    level = json.loads(level.to_str())["model"]
    whole = Tokenizer(models.BPE())
    whole.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    whole.train_from_iterator(all_texts, trainers.BpeTrainer(
        vocab_size=560, special_tokens=special, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    whole = json.loads(whole.to_str())["model"]
    return {
        "byte level across words": {"vocab": whole["vocab"], "merges": whole["merges"]},
        "bytes": {"vocab": numbered(special + named + pieces), "merges": model["merges"]},
        "some bytes": {"vocab": numbered(special + [n for n in named if n not in missing] + pieces), "merges": model["merges"]},
        "no bytes": {"vocab": numbered(special + pieces), "merges": model["merges"]},
        "byte level": {"vocab": level["vocab"], "merges": level["merges"]},
    }


# Splitting rules, as published tokenizer.json files have them

LETTERS = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%s|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%s"
ENDING = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SUFFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
DEEPSEEK_3 = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
              r"|\s*[\r\n]+|\s+(?!\S)|\s+")
CJK = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"


def split(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def splitting_rules():
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    words = {**level, "use_regex": True}
    single, numbers = ({"type": "Digits", "individual_digits": flag} for flag in (True, False))
    yield "o200k", [split(LETTERS % (SUFFIX, SUFFIX) + r"|\p{N}{1,3}" + ENDING), level]
    yield "tekken", [split(LETTERS % ("", "") + r"|\p{N}" + ENDING), level]
    yield "cl100k, possessive", [split(r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"), level]
    yield "Bloom", [split(" ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+"), level]
    yield "DeepSeek V3", [split(r"\p{N}{1,3}"), split("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"), split(DEEPSEEK_3), level]
    yield "DeepSeek LLM", [split("[\r\n]"), split("\\s?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6]+"), split("\\s?[!-/:-~\uff01-\uff0f\u2018-\u201f\u3000-\u3002]+"), split(r"\s+$"), split(CJK), numbers, level]
    yield "DeepSeek Coder", [split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split(CJK), single, level]
    yield "Falcon", [{"type": "Punctuation", "behavior": "Contiguous"}, words, numbers, split("[0-9][0-9][0-9]")]
    yield "StarCoder", [single, words]
    yield "numbers as far as they go", [numbers, words]
    yield "Exaone", [split(r"[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"), level]
    yield "what a pattern takes", [split(LETTERS % ("", ""), "Removed", True), level]
    yield "Whitespace", [{"type": "Whitespace"}, level]
    yield "WhitespaceSplit", [{"type": "WhitespaceSplit"}, level]
    yield "BertPreTokenizer", [{"type": "BertPreTokenizer"}, level]
    yield "marks with what is before", [{"type": "Punctuation", "behavior": "MergedWithPrevious"}, words]
    yield "marks with what is after", [{"type": "Punctuation", "behavior": "MergedWithNext"}, words]
    yield "thousands", [split(r"\d{1,3}(?=(?:\d{3})*\b)"), words]
    yield "places without text", [split(r"(?=(\d{3})+(?!\d))"), words]
    yield "looks and lazy repetitions", [split(r"\s+$|^\w+|(?<=[a-z])[A-Z]|x??y|a*?b|(?>ab|a)c|\Bn\b|[a-z&&[^aeiou]]|[^\P{L}a]"), words]


# Steps of a tokenizer.json

def sequence(kind, *steps):
    return {"type": "Sequence", kind: list(steps)}


def metaspace(**options):
    return {"type": "Metaspace", "replacement": SPACE, **options}


PREPEND = {"type": "Prepend", "prepend": SPACE}
SPACES = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
LEGACY = sequence("normalizers", PREPEND, SPACES)
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
GEMMA = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}


def decoders(strips):
    steps = [{"type": "Replace", "pattern": {"String": SPACE}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]
    return sequence("decoders", *steps, *([{"type": "Strip", "content": " ", "start": 1, "stop": 0}] if strips else []))


def bpe(**options):
    return {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": True, "byte_fallback": True, "ignore_merges": False, **options}


def added(vocabulary, more):
    """Added tokens: the markers, and with `more` those with every trait."""
    tokens, following = [], len(vocabulary)
    def add(content, special=False, **traits):
        nonlocal following
        if content not in vocabulary: following += 1
        tokens.append({"id": vocabulary.get(content, following - 1), "content": content, "single_word": False, "lstrip": False,
                       "rstrip": False, "normalized": False, "special": special, **traits})
    for content in ["<unk>", "<s>", "</s>"]: add(content, True)
    if more:
        add("<|user|>", True, rstrip=True)
        add("<|end|>", True, lstrip=True, rstrip=True)
        add("word", single_word=True)
        add("Don't", normalized=True)
        add("\u00e9" if "<0x00>" in vocabulary else "\u00e9\u00e9", normalized=True)
        add("\n\n")
        add(" the", lstrip=True)
        add("ab", single_word=True, normalized=True)
    return tokens


def variants():
    """Name, vocabulary, model, normalizer, pre-tokenizer, decoder, whether it has more added tokens, settings."""
    always = metaspace(prepend_scheme="always", split=True)
    first = metaspace(prepend_scheme="first", split=False)
    old = metaspace(str_rep=SPACE, add_prefix_space=True)
    level = bpe(byte_fallback=False, unk_token=None, fuse_unk=False)
    yield "Llama 2's normalizers", "bytes", bpe(), LEGACY, None, decoders(True), True, {}
    yield "a space before the first word", "bytes", bpe(), None, first, decoders(True), True, {}
    yield "a space before every stretch, split", "bytes", bpe(), None, always, always, True, {}
    yield "Metaspace in its old spelling", "bytes", bpe(), None, old, metaspace(add_prefix_space=True, prepend_scheme="always"), False, {}
    yield "no space before texts", "bytes", bpe(), None, metaspace(add_prefix_space=False, prepend_scheme="never", split=False), decoders(False), False, {}
    yield "Gemma", "bytes", bpe(), SPACES, GEMMA, decoders(False), False, {}
    yield "whole words first", "bytes", bpe(ignore_merges=True), None, always, decoders(True), False, {}
    yield "unknown characters fused", "no bytes", bpe(byte_fallback=False), LEGACY, None, decoders(True), False, {}
    yield "unknown characters one by one", "no bytes", bpe(byte_fallback=False, fuse_unk=False), LEGACY, None, decoders(True), False, {}
    yield "characters left out", "no bytes", bpe(byte_fallback=False, unk_token=None), LEGACY, None, decoders(True), False, {}
    yield "some bytes missing", "some bytes", bpe(), LEGACY, None, decoders(True), False, {}
    yield "some bytes missing, not fused", "some bytes", bpe(fuse_unk=False), LEGACY, None, decoders(True), False, {}
    yield "NFC and lower case", "bytes", bpe(), sequence("normalizers", {"type": "NFC"}, {"type": "Lowercase"}, PREPEND, SPACES), None, decoders(True), True, {}
    yield "stripped, NFD and without accents", "bytes", bpe(), sequence(
        "normalizers", {"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "NFD"}, {"type": "StripAccents"}, SPACES), None, decoders(False), True, {}
    yield "stripped at the right", "bytes", bpe(), sequence("normalizers", {"type": "Strip", "strip_left": False, "strip_right": True}, SPACES), None, decoders(False), False, {}
    yield "byte level with a space before", "byte level", level, None, {**BYTE_LEVEL, "add_prefix_space": True}, BYTE_LEVEL, True, {}
    yield "byte level with an unknown token", "byte level", bpe(byte_fallback=False), {"type": "NFC"}, BYTE_LEVEL, BYTE_LEVEL, True, {}
    for name, steps in splitting_rules():
        yield name, "byte level across words", level, None, sequence("pretokenizers", *steps), BYTE_LEVEL, False, {}
    yield "class Llama", "bytes", bpe(), LEGACY, None, decoders(True), True, {"tokenizer_class": "LlamaTokenizer", "legacy": False}
    yield "class Llama, legacy", "bytes", bpe(), LEGACY, None, decoders(True), True, {"tokenizer_class": "LlamaTokenizerFast", "legacy": True}
    yield "class Llama, no space", "bytes", bpe(), LEGACY, None, decoders(True), False, {"tokenizer_class": "LlamaTokenizer", "add_prefix_space": False}
    yield "class Gemma", "bytes", bpe(), SPACES, GEMMA, decoders(False), False, {"tokenizer_class": "GemmaTokenizer", "pad_token": "<unk>", "mask_token": "<unk>"}


def cases(tokenizer, all_texts):
    plain, parsed, decoded = [], [], []
    for text in all_texts:
        tokenizer.encode_special_tokens = True
        plain.append(tokenizer.encode(text, add_special_tokens=False).ids)
        decoded.append(tokenizer.decode(plain[-1], skip_special_tokens=False))
        tokenizer.encode_special_tokens = False
        parsed.append(tokenizer.encode(text, add_special_tokens=False).ids)
    # The libraries differ in how many U+FFFD stand for bytes that are no character.
    return {"plain": plain, "parsed": {i: p for i, p in enumerate(parsed) if p != plain[i]},
            "decoded": {i: d for i, d in enumerate(decoded) if d != all_texts[i] and "\ufffd" not in d}}


def folder(words, name, vocabulary, model, normalizer, splitter, decoder, more, settings, all_texts):
    held = words["vocabularies"][vocabulary]
    single = [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    root = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added(held["vocab"], more), "normalizer": normalizer,
            "pre_tokenizer": splitter, "post_processor": {"type": "TemplateProcessing", "single": single, "pair": single,
            "special_tokens": {"<s>": {"id": "<s>", "ids": [held["vocab"]["<s>"]], "tokens": ["<s>"]}}}, "decoder": decoder, "model": model}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", **settings}
    with tempfile.TemporaryDirectory() as path:
        for file, value in [("tokenizer.json", {**root, "model": {**model, **held}}), ("tokenizer_config.json", settings), ("config.json", {"model_type": "llama"})]:
            with open(os.path.join(path, file), "w") as output: json.dump(value, output)
        own = settings["tokenizer_class"] != "PreTrainedTokenizerFast"
        tokenizer = AutoTokenizer.from_pretrained(path)._tokenizer if own else Tokenizer.from_file(os.path.join(path, "tokenizer.json"))
    return {"name": name, "vocabulary": vocabulary, "tokenizer": root, "settings": settings, **cases(tokenizer, all_texts)}


# GGUF

LLAMA_CPP = """
import json, sys
from llama_cpp import Llama
model, texts = Llama(sys.argv[1], vocab_only=True, verbose=False), json.load(open(sys.argv[2]))
print(json.dumps([[model.tokenize(text.encode(), add_bos=False, special=special) if text else [] for text in texts] for special in (False, True)]))
"""


def metadata(path, fields):
    writer = gguf.GGUFWriter(path, "llama")
    for key, value in [("context_length", 64), ("embedding_length", 8), ("block_count", 1), ("feed_forward_length", 8), ("attention.head_count", 1)]:
        writer.add_uint32("llama." + key, value)
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    for key, (kind, value) in fields.items():
        value = characters(value) if kind == "characters" else value
        {"string": writer.add_string, "bool": writer.add_bool, "uint32": writer.add_uint32, "strings": writer.add_array,
         "int32s": writer.add_array, "float32s": writer.add_array, "characters": writer.add_array}[kind](key, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_files(words):
    held = words["vocabularies"]["bytes"]["vocab"]
    tokens = sorted(held, key=held.get)
    by_hand = {"<|endoftext|>": 3, "<|user|>": 3, "<|end|>": 3, "word": 4, "\n\n": 4, "": 5}
    extra = [text for text in by_hand if text not in held]
    kinds = [2, 3, 3] + [6] * 256 + [by_hand.get(text, 1) for text in (tokens + extra)[259:]]
    scores = [0.0] * 259 + [-float(i // 2) for i in range(len(tokens) - 259)] + [0.0] * len(extra)
    def fields(**changes):
        base = {"model": ("string", "llama"), "tokens": ("strings", tokens + extra), "scores": ("float32s", scores), "token_type": ("int32s", kinds),
                "bos_token_id": ("uint32", 1), "eos_token_id": ("uint32", 2), "unknown_token_id": ("uint32", 0), **changes}
        return {"tokenizer.ggml." + key: value for key, value in base.items()}
    yield "SentencePiece", fields()
    yield "SentencePiece without a space before", fields(add_space_prefix=("bool", False))
    yield "Phi-3", {**fields(), "general.name": ("string", "Phi-3 mini")}
    yield "unigram", unigram()
    yield "unigram with a space before", unigram(add_space_prefix=("bool", True))
    yield "unigram of words", unigram(remove_extra_whitespaces=("bool", True))
    yield "unigram of words with a space before", unigram(
        add_space_prefix=("bool", True), remove_extra_whitespaces=("bool", True), add_bos_token=("bool", True))
    without = unigram(add_space_prefix=("bool", True))
    del without["tokenizer.ggml.precompiled_charsmap"]
    yield "unigram without rules of characters", without


def characters(folder):
    """The map of characters in a tokenizer.json."""
    with open(os.path.join(HERE, folder, "tokenizer.json")) as file: steps = json.load(file)["normalizer"]["normalizers"]
    return base64.b64decode(next(step for step in steps if step["type"] == "Precompiled")["precompiled_charsmap"])


def unigram(**changes):
    """The vocabulary and the rules of unigram/nmt (make_unigram.py), with tokens of other kinds."""
    with open(os.path.join(HERE, "unigram/nmt/tokenizer.json")) as file: held = json.load(file)
    entries = held["model"]["vocab"] + [["<|user|>", 0.0], ["word", 0.0], ["the fox", -3.5], ["<0x0A>", -1.0]]
    by_hand = {"<unk>": 2, "<s>": 3, "</s>": 3, "<|user|>": 3, "word": 4, "the fox": 5, "<0x0A>": 6}
    base = {"model": ("string", "t5"), "tokens": ("strings", [text for text, _ in entries]), "scores": ("float32s", [score for _, score in entries]),
            "token_type": ("int32s", [by_hand.get(text, 1) for text, _ in entries]), "bos_token_id": ("uint32", held["model"]["unk_id"] + 1),
            "eos_token_id": ("uint32", held["model"]["unk_id"] + 2), "unknown_token_id": ("uint32", held["model"]["unk_id"]),
            "add_eos_token": ("bool", False), "precompiled_charsmap": ("characters", "unigram/nmt"), **changes}
    return {"tokenizer.ggml." + key: value for key, value in base.items()}


def run(python, fields, all_texts):
    with tempfile.TemporaryDirectory() as path:
        metadata(os.path.join(path, "x.gguf"), fields)
        with open(os.path.join(path, "x.json"), "w") as output: json.dump(all_texts, output)
        result = subprocess.run([python, "-c", LLAMA_CPP, os.path.join(path, "x.gguf"), os.path.join(path, "x.json")], capture_output=True, text=True)
        assert result.returncode == 0, (result.returncode, result.stderr[-3000:])
    return json.loads(result.stdout)


def main():
    all_texts = texts()
    words = {"made_with": f"tokenizers {tokenizers.__version__}", "texts": all_texts, "vocabularies": vocabularies(all_texts)}
    words["folders"] = [folder(words, *variant, all_texts) for variant in variants()]
    words["files"] = []
    for name, fields in gguf_files(words):
        # llama.cpp ends a text at NUL.
        plain, parsed = run(sys.argv[1], fields, [text.replace("\0", "") for text in all_texts])
        words["files"].append({"name": name, "fields": fields, "plain": plain, "parsed": {i: p for i, p in enumerate(parsed) if p != plain[i]}})
    with open(os.path.join(HERE, "words.json"), "w") as output:
        parts = [f"{json.dumps(key)}: " + (json.dumps(value) if not isinstance(value, list) else "[\n" + ",\n".join(json.dumps(v) for v in value) + "\n]")
                 for key, value in words.items()]
        output.write("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main()
