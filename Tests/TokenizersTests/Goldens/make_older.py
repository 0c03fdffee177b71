"""Writes older.json: folders without tokenizer.json, and the ids that transformers gives texts with them; and older/NAME.model.

usage: make_older.py      (needs transformers, sentencepiece)

A folder has the vocabulary and merges of References/tiny-llama as vocab.json and merges.txt, or a model that SentencePiece
trained on the texts of tokens.json, and beside it the files that the case names. `changes` of tokenizer.json with a class's own
pipeline and of roles that are no added tokens stand here too, as `tokenizer`.
"""
import io, json, os, tempfile

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import sentencepiece
import transformers
from transformers import AutoTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
TINY = os.path.join(HERE, "..", "..", "References", "tiny-llama", "hf", "tokenizer.json")
TEXTS = [
    "The quick  brown fox\njumps.", " a<|endoftext|> b</s>c <tool> x <|im_end|>y", "e\u0301 12345\t\tx   y    z <fim>",
    "Hello, world 1234567", "\u2581a  \u00fc\u00df \U0001f999", " leading <s>inner</s> trailing ", "",
]
END = "<|endoftext|>"


def token(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": True, **flags}


def marked(content, **flags):
    return {**token(content, **flags), "__type": "AddedToken"}


def decoder(count):
    return {
        "0": {**token(END, normalized=False), "special": True},
        str(count): {**token("<think>", normalized=False), "special": False},
        str(count + 1): {**token("<tool>", lstrip=True, normalized=False), "special": True},
    }


def byte_level(count):
    ends = {"bos_token": END, "eos_token": END, "unk_token": END}
    opt = {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "add_prefix_space": False, "errors": "replace"}
    roles = {"bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>"}
    yield "opt", "opt", {"extra": ["</s>", "<pad>"], "settings": {**opt, **{k: marked(v) for k, v in roles.items()}},
                         "map": {k: token(v) for k, v in roles.items()}}
    yield "opt, plain names", "opt", {"extra": ["</s>", "<pad>"], "settings": {**opt, **roles}}
    yield "opt, alone", "opt", {"extra": ["</s>", "<pad>"]}
    yield "gpt2, alone", "gpt2", {}
    yield "gpt2, prefix", "gpt2", {"settings": {
        "add_prefix_space": True, "add_bos_token": True, **ends, "bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}}
    yield "codegen", "phi", {
        "settings": {**ends, "tokenizer_class": "CodeGenTokenizer"}, "map": ends,
        "added": {"  ": count, "   ": count + 1, "    ": count + 2, "\t\t": count + 3}}
    yield "qwen2", "qwen2", {"settings": {
        "added_tokens_decoder": decoder(count), "additional_special_tokens": ["<tool>"], "bos_token": None, "eos_token": END,
        "pad_token": END, "unk_token": None, "tokenizer_class": "Qwen2Tokenizer"}}
    yield "qwen2, alone", "qwen2", {}
    yield "neox", "gpt_neox", {"settings": {**ends, "add_bos_token": True, "tokenizer_class": "GPTNeoXTokenizer"}}
    yield "starcoder2", "starcoder2", {"settings": {
        **ends, "additional_special_tokens": ["<|im_start|>", "<fim>"], "tokenizer_class": "GPT2Tokenizer"}}
    yield "cohere", "cohere", {"settings": {
        "bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "tokenizer_class": "CohereTokenizerFast",
        "added_tokens_decoder": decoder(count), "additional_special_tokens": ["<tool>"]}}
    yield "llama with a class of bytes", "llama", {"settings": {"tokenizer_class": "GPT2Tokenizer"}}


def with_tokenizer(count):
    """Beside a tokenizer.json."""
    yield "unknown class", "llama", {"tokenizer": {}, "settings": {"tokenizer_class": "NoSuchTokenizerFast"}}
    yield "role of the vocabulary", "llama", {"tokenizer": {"added_tokens": []}, "settings": {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": END, "eos_token": "<|im_end|>"}}
    yield "flags of the settings", "llama", {"tokenizer": {}, "settings": {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>",
        "added_tokens_decoder": {"2": {**token("<|im_end|>", lstrip=True, rstrip=True, normalized=False), "special": True}}}}
    yield "tokens that only the file has", "qwen3", {"tokenizer": {}, "settings": {
        "tokenizer_class": "Qwen2Tokenizer", "eos_token": END,
        "added_tokens_decoder": {"0": {**token(END, normalized=False), "special": True}}}}
    yield "added later", "llama", {"tokenizer": {}, "settings": {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "additional_special_tokens": ["<tool>", "<fim>"]}}
    yield "an end that is not written", "llama", {"tokenizer": {}, "settings": {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "add_eos_token": True}}


def sentencepieces():
    with open(os.path.join(HERE, "tokens.json")) as file:
        lines = [case["text"] for case in json.load(file)["cases"]]
    lines = [line for line in lines if line.strip() and "\0" not in line and len(line) < 400]
    rules = tempfile.NamedTemporaryFile("w", suffix=".tsv")
    rules.write("FC\t75\nDF\t73 73\n9\t20\n")
    rules.flush()
    kinds = {
        "pairs": dict(model_type="bpe", normalization_rule_name="identity", remove_extra_whitespaces=False, byte_fallback=True,
                      vocab_size=600),
        "own": dict(model_type="bpe", normalization_rule_name="identity", byte_fallback=True, vocab_size=600, user_defined_symbols=["<tool>", "  "]),
        "unigram": dict(model_type="unigram", normalization_rule_tsv=rules.name, vocab_size=400, hard_vocab_limit=False),
        "gemma": dict(model_type="bpe", normalization_rule_name="identity", remove_extra_whitespaces=False, byte_fallback=True,
                      add_dummy_prefix=False, vocab_size=600, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>",
                      eos_piece="<eos>", bos_piece="<bos>", user_defined_symbols=["<tool>", "\n"]),
    }
    for name, options in kinds.items():
        written = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_writer=written, minloglevel=2, num_threads=1, **options)
        with open(os.path.join(HERE, "older", name + ".model"), "wb") as file:
            file.write(written.getvalue())
    llama = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False}
    yield "Llama 2", "llama", {"model": "pairs", "settings": {**llama, "legacy": False, "bos_token": marked("<s>"), "eos_token": marked("</s>")}}
    yield "Llama 1", "llama", {"model": "pairs", "settings": {"tokenizer_class": "LlamaTokenizer"}}
    yield "Llama, legacy", "llama", {"model": "own", "settings": {**llama, "legacy": True}}
    yield "Llama, alone", "llama", {"model": "pairs"}
    yield "Mistral", "mistral", {"model": "pairs", "settings": {
        **llama, "legacy": True, "added_tokens_decoder": {
            str(i): {**token(t, normalized=True), "special": True} for i, t in enumerate(["<unk>", "<s>", "</s>"])}}}
    yield "Mistral, own pieces", "mistral", {"model": "own", "settings": {**llama, "legacy": False}}
    yield "unigram", "llama", {"model": "unigram"}
    yield "unigram, first only", "mistral", {"model": "unigram", "settings": {"legacy": False, "add_bos_token": True}}
    yield "Gemma", "gemma", {"model": "gemma", "settings": {"tokenizer_class": "GemmaTokenizer", "add_bos_token": True}}
    yield "Gemma, alone", "gemma2", {"model": "gemma"}
    yield "Code Llama", "llama", {"model": "pairs", "settings": {"tokenizer_class": "CodeLlamaTokenizer"}}


def write(folder, name, value):
    with open(os.path.join(folder, name), "w") as file:
        file.write(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def folder_of(case, folder, tokenizer):
    write(folder, "config.json", {"model_type": case["type"], "vocab_size": 1024})
    model = tokenizer["model"]
    if "model" in case:
        with open(os.path.join(HERE, "older", case["model"] + ".model"), "rb") as read:
            with open(os.path.join(folder, "tokenizer.model"), "wb") as file:
                file.write(read.read())
    elif "tokenizer" in case:
        write(folder, "tokenizer.json", {**tokenizer, **case["tokenizer"]})
    else:
        vocabulary = {**model["vocab"]}
        for text in case.get("extra", []):
            vocabulary[text] = len(vocabulary)
        write(folder, "vocab.json", vocabulary)
        merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
        write(folder, "merges.txt", "#version: 0.2\n" + "\n".join(merges) + "\n")
    for key, name in (("settings", "tokenizer_config.json"), ("map", "special_tokens_map.json"), ("added", "added_tokens.json")):
        if key in case:
            write(folder, name, case[key])


def main():
    os.makedirs(os.path.join(HERE, "older"), exist_ok=True)
    with open(TINY) as file:
        tokenizer = json.load(file)
    count = len(tokenizer["model"]["vocab"])
    cases = []
    for name, kind, files in [*byte_level(count), *with_tokenizer(count), *sentencepieces()]:
        case = {"name": name, "type": kind, **files}
        with tempfile.TemporaryDirectory() as folder:
            folder_of(case, folder, tokenizer)
            made = AutoTokenizer.from_pretrained(folder)
            case["ids"] = [made.encode(text) for text in TEXTS]
            case["decoded"] = made.decode(case["ids"][0], skip_special_tokens=True)
            case["eos"] = made.eos_token_id
            print(name, type(made).__name__, len(made))
        cases.append(case)
    with open(os.path.join(HERE, "older.json"), "w") as file:
        rows = ",\n".join(json.dumps(case) for case in cases)
        file.write(f'{{"made_with": "transformers {transformers.__version__}", "texts": {json.dumps(TEXTS)}, "cases": [\n{rows}\n]}}\n')


main()
