"""Writes unigram/NAME/tokenizer.json, small unigram tokenizers, and unigram.json with the ids that Hugging Face's library
gives the texts of tokens.json.

usage: make_unigram.py      (needs tokenizers, sentencepiece)

plain: trained by the library, spaces as U+2581. bytes: the same, unknown characters spelled in bytes. nmt: trained by
SentencePiece with its rules of normalizing, converted as transformers converts T5's and XLM-RoBERTa's.
"""
import io, json, os

import sentencepiece
import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
SPECIAL = ["<s>", "</s>", "<unk>"]


def trained(texts):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(texts, trainers.UnigramTrainer(
        vocab_size=400, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False))
    return tokenizer


def with_bytes(tokenizer):
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    added = [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
    result = Tokenizer(models.Unigram([tuple(entry) for entry in vocabulary] + added, 2, True))
    result.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    result.add_special_tokens(SPECIAL)
    result.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    return result


def member(message, number):
    """The bytes of the first member with this number of a protobuf message."""
    place = 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = message[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(message):
        key = varint()
        if key & 7 == 2:
            size = varint()
            if key >> 3 == number:
                return message[place:place + size]
            place += size
        elif key & 7 == 0:
            varint()
        else:
            place += 4 if key & 7 == 5 else 8
    raise KeyError(number)


def from_sentencepiece(texts):
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=written, vocab_size=400, model_type="unigram",
        hard_vocab_limit=False, minloglevel=2, num_threads=1)
    model = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    vocabulary = [(model.id_to_piece(i), model.get_score(i)) for i in range(model.vocab_size())]
    tokenizer = Tokenizer(models.Unigram(vocabulary, model.unk_id(), False))
    # ModelProto.normalizer_spec.precompiled_charsmap
    charsmap = member(member(written.getvalue(), 3), 2)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(charsmap), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def main():
    with open(os.path.join(HERE, "tokens.json")) as file:
        texts = [case["text"] for case in json.load(file)["cases"]]
    lines = [text for text in texts if text.strip() and "\0" not in text and len(text) < 400]
    plain = trained(texts)
    made = {"plain": plain, "bytes": with_bytes(plain), "nmt": from_sentencepiece(lines)}
    for name, tokenizer in made.items():
        if tokenizer.decoder is None:
            tokenizer.decoder = decoders.Metaspace()
        folder = os.path.join(HERE, "unigram", name)
        os.makedirs(folder, exist_ok=True)
        tokenizer.save(os.path.join(folder, "tokenizer.json"), pretty=False)
        with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
            file.write('{"eos_token": "</s>", "unk_token": "<unk>", "tokenizer_class": "PreTrainedTokenizerFast"}\n')
    cases = [
        {"text": text, **{name: tokenizer.encode(text, add_special_tokens=False).ids for name, tokenizer in made.items()}}
        for text in texts]
    with open(os.path.join(HERE, "unigram.json"), "w") as file:
        rows = ",\n".join(json.dumps(case) for case in cases)
        file.write(f'{{"made_with": "tokenizers {tokenizers.__version__}", "cases": [\n{rows}\n]}}\n')
    print(len(cases), "texts")


main()
