"""Changes of chat templates: what is near a format that Skillet has, and where the template stands."""

import json
from pathlib import Path
from typing import Iterator

from changes import Change, edit_json, write_json, write_text

SETTINGS, JINJA, OLD = "tokenizer_config.json", "chat_template.jinja", "chat_template.json"

NAMES = ("template", "chat")


def variants(text: str) -> dict[str, str]:
    """One difference to the base's ChatML each."""
    turn = "'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'"
    assert turn in text
    swap = lambda new: text.replace(turn, new)
    default = "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nYou are SmolLM.<|im_end|>\\n' }}{% endif %}"
    return {
        "no line end after a turn": swap(turn.removesuffix(" + '\\n'")), "content trimmed": swap(turn.replace("['content']", "['content'] | trim")),
        "content upper": swap(turn.replace("['content']", "['content'] | upper")), "role in capitals": swap(turn.replace("['role']", "['role'].title()")),
        "two line ends": swap(turn + " + '\\n'"), "a space after the role": swap(turn.replace("'\\n' + message", "' \\n' + message")),
        "begins with BOS": "{{ bos_token }}" + text, "begins with text": "Hello " + text, "ends with EOS": text + "{{ eos_token }}",
        "default system": default + text, "default system without a name": default.replace("You are SmolLM.", "") + text,
        "system dropped": "{% set messages = messages | rejectattr('role', 'equalto', 'system') | list %}" + text,
        "first turn only": text.replace("in messages", "in messages[:1]"), "last turn only": text.replace("in messages", "in messages[-1:]"),
        "refuses system": "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + text,
        "date": "{{ strftime_now('%Y') }}" + text, "replies trimmed": swap(turn.replace("message['content']", "(message['content'] | trim if message['role'] == 'assistant' else message['content'])")),
        "thinking tags": swap(turn.replace("message['content']", "('<think></think>' if message['role'] == 'assistant' else '') + message['content']")),
        "generation prompt always": text.split("{% if add_generation_prompt %}")[0] + "{{ '<|im_start|>assistant\\n' }}",
        "no generation prompt": text.split("{% if add_generation_prompt %}")[0], "a comment": "{# ChatML #}" + text,
        "other spaces": text.replace("{%", "{%-"), "syntax error": text + "{% if %}", "unknown filter": text.replace("['content']", "['content'] | nonsense"),
        "plain text": "no template at all", "empty": "", "blank": " \n",
        "Zephyr": "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + eos_token + '\\n' }}{% endfor %}",
        "Llama 2": "{% for message in messages %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ ' ' + message['content'] + ' ' + eos_token }}{% endif %}{% endfor %}",
        "Alpaca": "{% for message in messages %}{{ '### ' + message['role'] + ':\\n' + message['content'] + '\\n\\n' }}{% endfor %}"}


def template_changes(base: Path) -> Iterator[Change]:
    text = json.loads((base / SETTINGS).read_text())["chat_template"]

    def inside(folder, value):
        edit_json(folder / SETTINGS, lambda root: root.update(chat_template=value))

    def beside(folder, new, keep):
        write_text(folder / JINJA, new)
        if not keep:
            edit_json(folder / SETTINGS, lambda root: root.pop("chat_template") and None)

    for what, new in {"the same": text, **variants(text)}.items():
        yield Change(SETTINGS, f"chat_template: {what}", "template", lambda f, v=new: inside(f, v), NAMES)
        yield Change(JINJA, what, "template", lambda f, v=new: beside(f, v, False), NAMES)
        yield Change(JINJA, f"{what}, beside that of the settings", "template", lambda f, v=new: beside(f, v, True), NAMES)
        named = [{"name": "default", "template": new}, {"name": "tool_use", "template": text}]
        yield Change(SETTINGS, f"chat_template in a list: {what}", "template", lambda f, v=named: inside(f, v), NAMES)
        yield Change(
            SETTINGS, f"chat_template second in a list: {what}", "template", lambda f, v=named[::-1]: inside(f, v), NAMES)
        yield Change(OLD, what, "template", lambda f, v=new: write_json(f / OLD, {"chat_template": v}), NAMES)
    other = variants(text)["Alpaca"]

    def additional(folder):
        (folder / "additional_chat_templates").mkdir()
        write_text(folder / "additional_chat_templates/tool_use.jinja", other)
    yield Change("additional_chat_templates", "tool_use.jinja", "template", additional, NAMES)
    yield Change(JINJA, "not UTF-8", "whole file", lambda f: write_text(f / JINJA, b"\xff\xfe" + text.encode()), (*NAMES, "UTF-8"))
    yield Change(JINJA, "CR LF", "whole file", lambda f: write_text(f / JINJA, text.replace("%}", "%}\r\n")), NAMES)
