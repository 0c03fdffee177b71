"""Writes tokens.json and splits.json: hard texts with their ids and words as Hugging Face's
tokenizers library has them. Writes folders/RULE/tokenizer.json, small tokenizers trained on those
texts, one a splitting rule, and folders.json with the ids that each gives.

usage: make_tokens.py PATH_OF_SmolLM2-135M-Instruct.Q4_1.gguf
needs: pip install tokenizers gguf

The tokenizer is built here from the vocabulary and merges in the GGUF file, with the original's
pre-tokenizer (transformers' own GGUF loader ignores tokenizer.ggml.pre = "smollm").
"""

import json
import os
import random
import sys

import tokenizers
from gguf import GGUFReader
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

WRITTEN = [
    "", " ", "  ", "   ", "\t", "\n", "\r", "\r\n", "\n\n", "\n\n\n", " \n", "\n ", " \n ", "\t\n\t",
    "a", " a", "  a", "   a", "a ", "a  ", "\ta", " \ta", "\t a", "a\tb", "a \t b", "a\n\nb", "a \n b",
    "a\r\nb", "a\r\n\r\nb", "\r\n\r\n  a", "  \n  a", "a  \n", "a\n  ", "x = 1\n\n\n\ny = 2",
    "Hello, world!", "Hello world", " Hello  world ", "HELLO", "hELLO wORLD",
    "0", "7", "12", "123", "1234", "12345", "1234567890", " 1", "  12", "a1", "1a", "a 1", "1 a", "1.5",
    "3.14159", "1,000,000", "-42", "+7e-3", "0x1F", "\n\n1", "  2", "10  20", "1 2 3", "v1.2.3-rc4",
    "2026-11-23T19:02:08Z", "(555) 010-9999", "50%", "$9.99", "1\n2\n3", "1\t2", "100 000",
    "I'm you're he's we've they'll I'd don't", "I'M YOU'RE HE'S WE'VE THEY'LL I'D DON'T",
    "'s", "'S", "'t 'T", "'re'RE'Re'rE", "'ll'LL'lL", "'ve 'VE", "'d'D", "'m'M", "''s", "' s", "'x",
    "rock 'n' roll", "'tis", "dogs'", "it's'", "'sabc", "'lo", "'r", "'v", "'l", "'", "''", "'''",
    "\u2019s \u2019t", "'\u017f", "'\u017fa b", "o'clock", "l'\u00e9t\u00e9", "'\u212a",
    "caf\u00e9", "cafe\u0301", "e\u0301", " \u0301", "\u0301a", "a\u0301\u0302\u0303b", "n\u0303o",
    "\u00c5ngstr\u00f6m", "A\u030angstro\u0308m", "\u1e69", "s\u0323\u0307", "q\u0307\u0323",
    "\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f", "\u0928\u092e\u0938\u094d\u0924\u0947",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01",
    "\u65e5\u672c\u8a9e", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8", "\u4f60\u597d\uff0c\u4e16\u754c\uff01",
    "\ud55c\uad6d\uc5b4 \ud14d\uc2a4\ud2b8", "\u1112\u1161\u11ab\u1100\u1173\u11af", "\u5168\u89d2\u3000\u7a7a\u767d", "\u3000\u3000a",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd", "\u0627\u0644\u0639\u064e\u0631\u064e\u0628\u0650\u064a\u0651\u064e\u0629", "abc \u202eabc\u202c abc",
    "\u0661\u0662\u0663", "\u0967\u0968\u0969", "\uff11\uff12\uff13", "\u2160\u2161\u216b", "\u00b2\u00b3\u00b9", "x\u00b2+y\u00b2", "\u00bd \u00bc",
    "\u2460\u2461", "\u3007\u4e00\u4e8c", "1\u00bd", "\U0001d7d9\U0001d7da",
    "\U0001f642", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f44d\U0001f3fd", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", "\u2764\ufe0f\u200d\U0001f525",
    "a\U0001f642b", " \U0001f642 ", "\U0001f642\U0001f642\U0001f642", "\u263a\ufe0e", "#\ufe0f\u20e3", "1\ufe0f\u20e3",
    "\u0000", "a\u0000b", "\u0001\u0002\u0003", "\u007f", "\u0080", "\u0085", "a\u0085b", "\u009f", "\u000b", "\u000c", "a\u000bb\u000cc",
    "\u00a0", "a\u00a0b", "\u00a0\u00a0a", "\u1680", "\u180e", "\u2000a", "\u2028", "a\u2028b", "\u2029", "\u200b", "a\u200bb", "\u202f1", "\u205f", "\u2060",
    "\ufeff", "\ufeffa", "\ufffd", "\ufffe", "\uffff", "\U0010ffff", "\ue000", "\U000e0041", "\ufdd0",
    "\u001b[31mred\u001b[0m", "\u0007", "tab\tsep\tvalues\n1\t2\t3\n",
    "def f(x):\n\treturn x\u00b2", "    if a == b:\n        pass\n", "for (int i = 0; i < n; ++i) {\n  s += a[i];\n}\n",
    "#include <stdio.h>\nint main(void) { return 0; }", "SELECT * FROM t WHERE a >= 10 AND b != 'x';", "<html><body class=\"a\">&nbsp;</body></html>",
    "{\"a\": [1, 2.5, null, true], \"b\": {\"c\": \"\\u00e9\"}}", "let x: [Int32] = [1, 2, 3]", "a->b::c.d?e!f", "x:=y;z//comment", "/* c */", "`code` ```block```",
    "\\n \\t \\\\", "C:\\Users\\me", "/usr/local/bin", "https://example.org/a?b=c&d=%20#e", "me@example.org", "snake_case camelCase PascalCase kebab-case SCREAMING_CASE",
    "!!!", "???", "...", ". . .", "\u2026", "--", "---", "\u2014", " - ", "!?!?", "(((", ")))", "[]{}()", "<<>>", "@@", "##", "###  ", "***bold***", "\u201cquoted\u201d", "\u00abguillemets\u00bb",
    "!\n", "!\n\n", "!\r\n", " !\n\n a", "a.\n\nb", "a.\r\n\r\nb", "; \n", "};\n\n\n}", "\u20ac100", "\u00a35", "\u00a5\u00a5", "a\u00b7b", "\u00df\u1e9e\ufb01\ufb02", "\u01c5", "\u02b0", "\u00aa\u00ba",
    "na\u00efve co\u00f6perate", "\u0141\u00f3d\u017a", "\u0130stanbul \u0131", "\u03a9\u03bc\u03ad\u03b3\u03b1", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!", "\u10d2\u10d0\u10db\u10d0\u10e0\u10ef\u10dd\u10d1\u10d0", "\u0531\u0532", "\u16a0\u16a1", "\U00010330\U00010331", "\U00020000\U0002a6d6", "\U0001d4d0\U0001d4d1",
    "a" * 50, "a" * 500, "ab" * 300, "abc" * 200, "-" * 100, "=" * 77, " " * 40, " " * 41 + "x", "\n" * 30, "\t" * 25, "9" * 60, "\U0001f642" * 20, "\u00e9" * 64, "\u65e5" * 70,
    "antidisestablishmentarianism", "Donaudampfschifffahrtselektrizit\u00e4tenhauptbetriebswerkbauunterbeamtengesellschaft", "pneumonoultramicroscopicsilicovolcanoconiosis",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch", "supercalifragilisticexpialidocious" * 5, "zzzzzqqqqqxxxxxjjjjj",
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "a<|im_end|>b", " <|im_end|> ", "<|im_end|><|im_end|>", "<|im_end|", "|im_end|>", "<|IM_END|>", "<<|im_end|>>",
    "<|im_start|", "<|im_<|im_end|>end|>", "<repo_name>", "<reponame>a/b<filename>x.py<gh_stars>", "<file_sep>", "<issue_start><issue_comment>hi<issue_closed>", "<jupyter_start><jupyter_text># T<jupyter_code>1+1<jupyter_output>2", "<empty_output>", "<jupyter_script>", "<s></s>", "<unk>", "[INST] x [/INST]", "<|begin_of_text|>", "<bos>",
    "\u00c3\u00a9", "\u00ef\u00bb\u00bf", "\u00c2\u00a0", "\u0120a", "\u010a", "\u0120\u0120", "\u00e2\u20ac\u2122", "\\xff\\xfe", "%C3%28", "&#0;",
    "The quick brown fox jumps over the lazy dog.", "the the the The THE", "What is the capital of France?", "Once upon a time, there was a little girl.",
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face", "Hello, world! I'm 12345 tokens long.\n\n  def f(x):\n\treturn x\u00b2  \u65e5\u672c\u8a9e \U0001f642",
    "a\u0338=b", "\u2260 \u2264 \u2211\u222b", "E = mc\u00b2", "H\u2082O", "\u221e", "\u2190\u2191\u2192\u2193", "\u2500\u2502\u250c", "\u2588\u2591", "\u00a9\u00ae\u2122", "\u00a71.2", "\u2116 5", "\u00b0C", "5\u2032 10\u2033",
]

ALPHABET = (
    list("aeionstrAEST'  \n\t.,!?<|>_-0123456789")
    + ["\r\n", "  ", "'s", "'LL", " the", "ing", "\u00e9", "e\u0301", "\u65e5", "\u0645", "\u05e9", "\U0001f642", "\u200d", "\u00a0"]
    + ["\u2028", "\u00b2", "\u0661", "\u0000", "\u0085", "\u3000", "<|im_end|>", "\u0915\u094d", "\ufe0f", "\u1161"]
)


LLAMA3 = CONTRACTIONS + r"\p{N}{1,3}" + REST
QWEN2 = CONTRACTIONS + r"\p{N}" + REST


def texts():
    result = list(dict.fromkeys(WRITTEN))
    generator = random.Random(20)
    while len(result) < len(WRITTEN) + 120:
        text = "".join(generator.choices(ALPHABET, k=generator.randint(2, 40)))
        if text not in result:
            result.append(text)
    return result


def smollm(path):
    fields = GGUFReader(path).fields
    get = lambda key: fields["tokenizer.ggml." + key].contents()
    tokens, kinds = get("tokens"), get("token_type")
    assert get("pre") == "smollm"
    merges = [tuple(merge.split(" ")) for merge in get("merges")]
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [AddedToken(t, special=True, normalized=False) for t, kind in zip(tokens, kinds) if kind == 3]
    tokenizer.add_special_tokens(special)
    assert tokenizer.get_vocab_size() == len(tokens)
    return tokenizer


def write(name, made_with, cases):
    with open(os.path.join(HERE, name), "w") as file:
        lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
        file.write(f'{{"made_with": {json.dumps(made_with)}, "cases": [\n{lines}\n]}}\n')


def isolated(pattern):
    return pre_tokenizers.Split(Regex(pattern), behavior="isolated")


def small(rule, steps, all_texts):
    """A tokenizer as its model's own folder has it, but small."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=rule == "llama3"))
    if rule == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps) if len(steps) > 1 else steps[0]
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.train_from_iterator(all_texts, trainer)
    tokenizer.add_tokens([AddedToken("file", special=False, normalized=False)])
    if rule == "llama3":
        begin = ("<|im_start|>", 1)
        tokenizer.post_processor = processors.Sequence(
            [processors.ByteLevel(trim_offsets=False),
             processors.TemplateProcessing(single="<|im_start|> $A", special_tokens=[begin])])
    folder = os.path.join(HERE, "folders", rule)
    os.makedirs(folder, exist_ok=True)
    tokenizer.save(os.path.join(folder, "tokenizer.json"), pretty=False)
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
        json.dump({"bos_token": "<|im_start|>", "eos_token": {"__type": "AddedToken", "content": "<|im_end|>"}, "unk_token": None}, file)
        file.write("\n")
    return tokenizer


def main():
    all_texts = texts()
    tokenizer = smollm(sys.argv[1])
    cases = []
    for text in all_texts:
        tokenizer.encode_special_tokens = False
        parsed = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        case = {"text": text, "ids": plain, "decoded": tokenizer.decode(plain, skip_special_tokens=False)}
        if parsed != plain:
            case["parsed"] = parsed
        cases.append(case)
    made_with = f"tokenizers {tokenizers.__version__}"
    write("tokens.json", made_with, cases)

    rules = {
        "gpt2": isolated(GPT2),
        "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), isolated(GPT2)]),
        "llama3": isolated(LLAMA3),
        "qwen2": isolated(QWEN2),
    }
    splits = []
    for text in all_texts:
        words = {name: [w for w, _ in rule.pre_tokenize_str(text)] for name, rule in rules.items()}
        splits.append({"text": text, **words})
    write("splits.json", made_with, splits)

    with_regex = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    folders = {
        "gpt2": [with_regex],
        "smollm": [pre_tokenizers.Digits(individual_digits=True), with_regex],
        "llama3": [isolated(LLAMA3), plain],
        "qwen2": [isolated(QWEN2), plain],
    }
    folders = {rule: small(rule, steps, all_texts) for rule, steps in folders.items()}
    cases = [
        {"text": text, **{r: t.encode(text, add_special_tokens=False).ids for r, t in folders.items()}}
        for text in all_texts if len(text) < 80
    ]
    write("folders.json", made_with, cases)
    print(len(all_texts), "texts")


main()
