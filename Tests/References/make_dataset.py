"""Writes smollm2.json: rows as Hugging Face's tokenizer and SmolLM2's chat template make them tokens.

usage: make_dataset.py SMOLLM2_FOLDER      (a Hugging Face folder with SmolLM2-135M-Instruct's
                                            tokenizer and chat template; needs transformers)

`chat`: prompt = apply_chat_template with the generation prompt, then completion and <|im_end|>.
`none`: prompt, completion and <|im_end|> with nothing between, as TRL's prompt-completion rows.
"""
import json
import pathlib
import sys

import transformers

here = pathlib.Path(__file__).parent
tokenizer = transformers.AutoTokenizer.from_pretrained(sys.argv[1])
expenses = (here.parents[2] / "examples/expenses/train.jsonl").read_text().splitlines()
rows = [json.loads(line) for line in expenses[:6]]
rows += [
    {"prompt": "table: t\ncolumns: a, b\nQ: How many b's have a = 3?\nA:", "completion": " SELECT b FROM t"},
    {"prompt": "Grüße,\n\n  Zoë \U0001f600\t1234", "completion": "\n- naïve\n- 数\n"},
    {"prompt": " x", "completion": "y" * 30},
]


def ids(text):
    return tokenizer(text, add_special_tokens=False).input_ids


out = []
for row in rows:
    opened = tokenizer.apply_chat_template(
        [{"role": "user", "content": row["prompt"]}], add_generation_prompt=True, tokenize=False)
    for template, prompt in [("chatml", ids(opened)), ("none", ids(row["prompt"]))]:
        reply = ids(row["completion"]) + [tokenizer.eos_token_id]
        out.append({**row, "template": template, "tokens": prompt + reply, "trained": len(reply)})
made = {"made_with": f"transformers {transformers.__version__}", "rows": out}
(here / "smollm2.json").write_text(json.dumps(made, ensure_ascii=False) + "\n")
