#!/usr/bin/env python3
"""Writes own_templates.json: chat templates of our own that mark what a model writes (`generation`), what transformers makes of
conversations with them, and which bytes of it are marked. Without the marks the same bytes are to be found by rendering each
conversation with and without its replies.

usage: make_own_templates.py      (needs transformers 5.24 and jinja2 3.1.6)
"""
import json, os
import transformers.utils.chat_template_utils as reference

here = os.path.dirname(os.path.abspath(__file__))
OPEN, CLOSE = "{% generation %}", "{% endgeneration %}"
PROMPT = "{% if add_generation_prompt %}{{ '<|im_start|>bot\\n' }}{% endif %}"

TURNS = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}{{ '<|im_start|>bot\\n' }}" + OPEN
    + "{{ m.content | trim }}<|im_end|>" + CLOSE + "{{ '\\n' }}{% else %}{{ '<|im_start|>' ~ m.role ~ '\\n' ~ m.content ~ '<|im_end|>\\n' }}"
    "{% endif %}{% endfor %}" + PROMPT)
PLAIN = (
    "{% for m in messages %}{% if m.role == 'assistant' %}A:" + OPEN + " {{ m.content }}\n\n" + CLOSE
    + "{% else %}{{ m.role | upper }}: {{ m.content }}\n\n{% endif %}{% endfor %}{% if add_generation_prompt %}A:{% endif %}")
TOOLS = (
    "{%- macro called(call) -%}<call>{{ call.function | tojson }}</call>{%- endmacro -%}"
    "{%- if tools %}{{ '<|im_start|>tools\\n' }}{% for tool in tools %}{{ tool | tojson(indent=2) }}{{ '\\n' }}{% endfor %}<|im_end|>\n{% endif -%}"
    "{%- for m in messages -%}{%- if m.role == 'assistant' -%}{{ '<|im_start|>bot\\n' }}" + OPEN
    + "{%- if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif -%}{{ m.content or '' }}"
    "{%- for call in m.tool_calls or [] -%}{{ called(call) }}{%- endfor -%}<|im_end|>" + CLOSE + "{{ '\\n' }}"
    "{%- elif m.role == 'tool' -%}{{ '<|im_start|>answer\\n' ~ m.content ~ '<|im_end|>\\n' }}"
    "{%- else -%}{{ '<|im_start|>' ~ m.role ~ '\\n' }}{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for part in m.content %}[{{ part.text }}]{% endfor %}{% endif %}{{ '<|im_end|>\\n' }}{%- endif -%}{%- endfor -%}" + PROMPT)
LAST_THOUGHT = (
    "{% for m in messages %}{{ '<|im_start|>' ~ m.role ~ '\\n' }}{% if m.role == 'assistant' and loop.last %}" + OPEN
    + "{{ '<think>' ~ (m.reasoning_content or '') ~ '</think>' ~ m.content }}<|im_end|>" + CLOSE
    + "{% else %}{{ m.content }}<|im_end|>{% endif %}{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")
OPENED_THOUGHT = (
    "{% for m in messages %}<|im_start|>{{ m.role[0] }}|{% if m.role == 'assistant' %}" + OPEN + "{{ m.content }}<|im_end|>" + CLOSE
    + "{% else %}{{ m.content }}<|im_end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>a|<think>{% endif %}")
TEMPLATES = {
    "turns": TURNS, "plain": PLAIN, "tools": TOOLS, "last_thought": LAST_THOUGHT, "opened_thought": OPENED_THOUGHT,
}


def turn(role, content, **more):
    return {"role": role, "content": content, **more}


CALL = [{"type": "function", "function": {"name": "weather", "arguments": {"place": "Bern", "days": [1, 2.5, None]}}}]
OFFERED = [{"type": "function", "function": {"name": "weather", "description": "says \"it\" <é>", "parameters": {}}}]
SINGLE = [turn("user", "Hi there"), turn("assistant", "Hello.")]
CONVERSATIONS = [
    (SINGLE, None), ([turn("system", "Be brief.")] + SINGLE, None),
    ([turn("user", "One"), turn("assistant", "1"), turn("user", "Two"), turn("assistant", " 2 \n")], None),
    ([turn("assistant", "First."), turn("user", "é😀"), turn("assistant", "Läst.")], None),
]
TOOL_CONVERSATIONS = [
    (SINGLE, OFFERED), ([turn("user", "Weather?"), turn("assistant", "", tool_calls=CALL)], OFFERED),
    ([turn("user", "Weather?"), turn("assistant", None, tool_calls=CALL), turn("tool", "Rain"), turn("assistant", "It rains.")], OFFERED),
    ([turn("user", "Why?"), turn("assistant", "So.", reasoning_content="Hm.")], None),
    ([turn("user", "Why?"), turn("assistant", "So.", thinking="Hm.")], None),
    ([turn("user", [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), turn("assistant", "c")], None),
]


def main():
    cases = []
    for name, source in TEMPLATES.items():
        conversations = CONVERSATIONS + (TOOL_CONVERSATIONS if name == "tools" else [])
        for messages, tools in conversations:
            given = reference._normalize_chat_messages(messages)
            (text,), (spans,) = reference.render_jinja_template(
                [given], tools=tools, chat_template=source, return_assistant_tokens_mask=True, bos_token="<s>", eos_token="</s>")
            (prompt,), _ = reference.render_jinja_template(
                [given], tools=tools, chat_template=source, add_generation_prompt=True, bos_token="<s>", eos_token="</s>")
            cases.append({
                "name": name, "messages": messages, "tools": tools, "text": text, "prompt": prompt,
                "learnt": [text[a:b] for a, b in spans],
            })
    document = {"made_by": "make_own_templates.py with transformers 5.24.0", "templates": TEMPLATES, "cases": cases}
    with open(os.path.join(here, "own_templates.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
