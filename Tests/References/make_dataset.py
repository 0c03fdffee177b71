"""Writes dataset/smollm2.json: rows as Hugging Face's tokenizer and SmolLM2's chat template make them tokens.

usage: make_dataset.py HF_FOLDER      (as for make_smollm2.py; only its tokenizer and template are read)

`chatml`: prompt = apply_chat_template with the generation prompt, then completion and <|im_end|>.
`none`: prompt, completion and <|im_end|> with nothing between, as TRL's prompt-completion rows.
"""

import json
import sys

import reference_files as files
import transformers

NOTES = files.ROOT.parents[1] / "examples/expenses/train.jsonl"
ROWS = [
    {"prompt": "table: t\ncolumns: a, b\nQ: How many b's have a = 3?\nA:", "completion": " SELECT b FROM t"},
    {"prompt": "Grüße,\n\n  Zoë \U0001f600\t1234", "completion": "\n- naïve\n- 数\n"},
    {"prompt": " x", "completion": "y" * 30},
]


def tokenized(tokenizer, row):
    def ids(text):
        return tokenizer(text, add_special_tokens=False).input_ids

    opened = tokenizer.apply_chat_template(
        [{"role": "user", "content": row["prompt"]}], add_generation_prompt=True, tokenize=False)
    reply = ids(row["completion"]) + [tokenizer.eos_token_id]
    return [
        {**row, "template": template, "tokens": prompt + reply, "trained": len(reply)}
        for template, prompt in [("chatml", ids(opened)), ("none", ids(row["prompt"]))]]


def main():
    tokenizer = transformers.AutoTokenizer.from_pretrained(sys.argv[1])
    rows = [json.loads(line) for line in NOTES.read_text().splitlines()[:6]] + ROWS
    made = {
        "made_with": f"transformers {transformers.__version__}",
        "rows": [made for row in rows for made in tokenized(tokenizer, row)]}
    (files.ROOT / "dataset/smollm2.json").write_text(json.dumps(made, ensure_ascii=False) + "\n")
    files.record("make_dataset.py", {}, ["dataset"])


if __name__ == "__main__":
    main()
