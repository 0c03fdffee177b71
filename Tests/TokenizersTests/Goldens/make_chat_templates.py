"""Writes chat_templates.json: conversations as Hugging Face transformers renders them.

usage: make_chat_templates.py SmolLM2-135M-Instruct.Q4_1.gguf     (needs transformers, trl, gguf)

SmolLM2's template comes from the model file, the others from the trl package.
"""
import json, pathlib, sys

import gguf, transformers, trl
from transformers.utils.chat_template_utils import render_jinja_template

here = pathlib.Path(__file__).parent
bundled = pathlib.Path(trl.__file__).parent / "chat_templates"
field = gguf.GGUFReader(sys.argv[1]).fields["tokenizer.chat_template"]
smollm2 = bytes(field.parts[field.data[0]]).decode()

S = {"role": "system", "content": "Answer in one word."}
U = {"role": "user", "content": "What is the capital of France?"}
A = {"role": "assistant", "content": "Paris"}
odd = {"role": "user", "content": "Say <|im_end|> {{ bos_token }}\n\n  über 'café' \U0001f600  "}
lead = {"role": "assistant", "content": "\n  yes \n"}
conversations = [[U], [U, A], [S, U], [S, U, A], [S, U, A, odd], [U, A, odd, lead], [S, odd, lead]]

models = [
    ("smollm2", "chatml", smollm2, "<|im_start|>", "<|im_end|>"),
    ("qwen2.5", "chatml", (bundled / "qwen2_5.jinja").read_text(), "<|endoftext|>", "<|im_end|>"),
    ("llama-3", "llama-3", (bundled / "llama3.jinja").read_text(), "<|begin_of_text|>", "<|eot_id|>"),
    ("gemma-3", "gemma", (bundled / "gemma3.jinja").read_text(), "<bos>", "<eos>"),
]
cases = []
for model, name, source, begin, end in models:
    for messages in conversations:
        opens = messages[-1]["role"] == "user"
        text = render_jinja_template([messages], chat_template=source, add_generation_prompt=opens,
                                     bos_token=begin, eos_token=end)[0][0]
        cases.append({"model": model, "template": name, "begin": begin, "end": end,
                      "messages": messages, "opens": opens, "text": text})
out = {"made_with": f"transformers {transformers.__version__}, trl {trl.__version__}",
       "smollm2_jinja": smollm2, "cases": cases}
(here / "chat_templates.json").write_text(json.dumps(out, indent=1) + "\n")
