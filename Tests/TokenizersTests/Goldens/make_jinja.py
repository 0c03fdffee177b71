#!/usr/bin/env python3
"""Writes jinja.json: templates, their variables, and the text that Jinja makes of them in the environment that transformers sets up for
chat templates (null where it raises an error).

usage: make_jinja.py      (needs transformers 5.24 and jinja2 3.1.6)
"""
import json, os
from transformers.utils.chat_template_utils import _cached_compile_jinja_template

here = os.path.dirname(os.path.abspath(__file__))
MESSAGES = [
    {"content": " Be brief.\n", "role": "system"},
    {"content": "Hi <b>there</b> \"you\"\n", "role": "user"},
    {"content": "\u00a0Hello é😀 ", "role": "assistant"},
    {"content": "", "role": "user"},
]
VALUES = {
    "messages": MESSAGES, "bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True, "tools": None, "documents": None,
    "n": 7, "x": 2.5, "flag": True, "word": "Hello World", "items": ["b", "a", "c"], "empty": [], "text": "  a, b,c \n",
    "deep": {"a": {"b": [1, 2, {"c": "d"}]}, "z": None}, "quoted": "it's", "both": "it's \"so\"\t\\",
}

SNIPPETS = [
    "", "plain", "one\n", "one\n\n", "a\r\nb\rc\n", "{{ word }}", "{{word}}\n", "{{ word -}}  \n x", "x  \n {{- word }}", "{{ missing }}|",
    "{{ missing.name }}", "{{ missing['name'] }}", "{{ messages[0].nothing }}|", "{{ messages[9] }}|", "{{ messages[9].role }}", "{{ messages[-1].role }}",
    "{% if flag %}\n  yes\n{% endif %}\nend", "  {% if flag %}yes{% endif %}  \n  {% if flag %}\n  b\n  {% endif %}\nend", "a {% if flag %} b {% endif %} c",
    "  {%+ if flag %}\n x {% endif +%}\n y", "{%- if flag -%}\n\n  x \n{%- endif -%}\n y", "{# c #}\nx", "  {# c #}\nx", "x {#- c -#}  \n y", "{#+ c +#}\nx",
    "{% if n == 7 and x < 3 or missing %}a{% elif flag %}b{% else %}c{% endif %}", "{% if not flag %}a{% elif n > 8 %}b{% else %}c{% endif %}",
    "{% for m in messages %}{{ loop.index }}/{{ loop.length }} {{ m.role }}{{ ', ' if not loop.last }}{% endfor %}",
    "{% for m in messages %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}\n{% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined }}>{{ loop.nextitem.role if not loop.last }} {% endfor %}",
    "{% for m in messages if m.role == 'user' %}{{ loop.index }}{{ m.content }}{% else %}none{% endfor %}", "{% for x in empty %}a{% else %}none{% endfor %}",
    "{% for x in missing %}a{% else %}none{% endfor %}", "{% for k, v in deep.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in deep %}{{ k }};{% endfor %}",
    "{% for c in word %}{{ c }}-{% endfor %}", "{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(5, 1, -2) %}{{ i }}{% endfor %}",
    "{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% set y = 1 %}{% for i in range(3) %}{% set y = y + i %}{{ y }}{% endfor %}{{ y }}", "{% set ns = namespace(found=false, n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% if m.role == 'user' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}{{ ns.n }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, 2 %}{{ a }}", "{% set t %}x {{ n }}\n y{% endset %}[{{ t }}]", "{% set word.x = 1 %}", "{% set ns = namespace() %}{% set ns._x = 1 %}",
    "{% macro f(a, b='z') %}<{{ a }}|{{ b }}>{% endmacro %}{{ f(1) }}{{ f(2, 3) }}{{ f(b=1, a=2) }}{{ f() }}", "{% macro f(a) %}{{ a }}{{ word }}{% endmacro %}{% set word = 'later' %}{{ f(1) }}",
    "{% macro f(i) %}{{ i }}{% if i > 0 %}{{ f(i - 1) }}{% endif %}{% endmacro %}{{ f(4) }}", "{% macro f(a) %}x{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}x{% endmacro %}{{ f(c=2) }}",
    "{% macro f() %}{% set q = 1 %}{{ q }}{% endmacro %}{{ f() }}{{ q }}|", "{% for m in messages %}{% generation %}{{ m.role }}{% endgeneration %}{% endfor %}",
    "{{ 'a' + 'b' }}{{ 'a' ~ 1 ~ none ~ missing }}{{ 'ab' * 3 }}{{ 3 * 'x' }}{{ [1] + [2] }}", "{{ 'a' + 1 }}", "{{ 1 + missing }}", "{{ 1 + 2 * 3 - 4 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 1.5 + 1 }} {{ 2 * 0.1 }}",
    "{{ -n }}{{ +n }}{{ - 3|abs }}", "{{ (1, 2) }}{{ (1,) }}{{ () }}{{ [1, 'a', none, true] }}{{ {'a': 1, 'b': [2]} }}", "{{ 1 < 2 < 3 }}{{ 1 < 2 > 3 }}{{ 'a' < 'b' }}{{ 1 == 1.0 }}{{ true == 1 }}{{ 'a' == 'a' }}{{ [1] == [1] }}{{ none == false }}", "{{ 'a' < 1 }}",
    "{{ 'll' in word }}{{ 'x' not in word }}{{ 'role' in messages[0] }}{{ 'a' in items }}{{ 1 in [1, 2] }}{{ 'q' in missing }}", "{{ 1 in word }}", "{{ word[0] }}{{ word[-1] }}{{ word[1:4] }}{{ word[:-2] }}{{ word[::-1] }}{{ items[1:] }}{{ items[::-1] }}{{ messages[1:][0].role }}{{ items[-2:] }}{{ items[5:] }}|",
    "{{ deep.a.b[2].c }}{{ deep['a']['b'][0] }}{{ deep.a.b.1 }}{{ deep.get('q') }}{{ deep.get('q', 'z') }}{{ deep.keys() | list }}{{ deep.values() | list }}", "{{ 'yes' if flag else 'no' }}{{ 'yes' if not flag }}|{{ 'a' if false else 'b' if false else 'c' }}",
    "{{ text.strip() }}|{{ text.lstrip() }}|{{ text.rstrip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'xya'.lstrip('yx') }}|", "{{ text.split(',') }}{{ text.split() }}{{ 'a.b.c'.split('.', 1) }}{{ 'a'.split('b')[-1] }}", "{{ word.upper() }}{{ word.lower() }}{{ 'ab cd'.title() }}{{ 'aB'.capitalize() }}{{ 'straße é'.upper() }}",
    "{{ word.startswith('He') }}{{ word.endswith('ld') }}{{ word.startswith('') }}{{ word.replace('l', 'LL') }}{{ word.count('l') }}{{ ', '.join(items) }}{{ 'abc'.removeprefix('a') }}{{ 'abc'.removesuffix('c') }}", "{{ word.nothing }}|", "{{ word.nothing() }}",
    "{{ messages | length }}{{ word | length }}{{ deep | length }}{{ missing | length }}{{ '😀é' | length }}", "{{ n | length }}", "{{ text | trim }}|{{ word | upper }}{{ word | lower }}{{ word | capitalize }}{{ n | string + 'x' }}", "{{ missing | default('d') }}{{ none | default('d') }}{{ '' | default('d', true) }}{{ '' | default('d') }}|{{ missing | d }}|{{ '' | default('d', boolean=true) }}",
    "{{ items | first }}{{ items | last }}{{ empty | first }}|{{ items | join }}{{ items | join(', ') }}{{ [1, 2] | join('-') }}{{ items | reverse | list }}{{ 'abc' | reverse }}{{ 'abc' | list }}", "{{ deep | items | list }}{{ word | replace('l', 'r') }}", "{{ messages | map(attribute='role') | list }}{{ items | map('upper') | join }}{{ messages | selectattr('role', 'equalto', 'user') | list | length }}{{ messages | rejectattr('role', 'eq', 'user') | map(attribute='role') | join(',') }}{{ [1, 0, none] | select | list }}{{ [1, 2, 3] | reject('odd') | list }}",
    "{{ deep | tojson }}{{ word | tojson }}{{ quoted | tojson }}{{ both | tojson }}{{ messages[1] | tojson }}{{ messages[2].content | tojson }}{{ [] | tojson }}{{ {} | tojson }}{{ x | tojson }}", "{{ deep | tojson(indent=2) }}{{ [] | tojson(indent=2) }}{{ {'a': []} | tojson(indent=4) }}", "{{ missing | tojson }}",
    "{{ quoted }}{{ [quoted] }}{{ [both] }}{{ ['\\n\\x07é\\u00a0'] }}", "{{ 'a\\'b\\\"c\\n\\t\\\\d\\q\\u00e9\\x41' }}", "{{ 'a' 'b' }}", "{{ 'line\nbreak' }}", "{{ x is defined }}{{ q is defined }}{{ q is undefined }}{{ none is none }}{{ word is string }}{{ deep is mapping }}{{ items is iterable }}{{ word is iterable }}{{ n is number }}{{ n is integer }}{{ x is float }}{{ flag is boolean }}{{ n is odd }}{{ n is even }}{{ items is sequence }}{{ flag is true }}{{ flag is false }}{{ n is not none }}{{ n is divisibleby(7) }}{{ n is divisibleby 2 }}",
    "{{ 'a' is in ['a'] }}{{ n is equalto 7 }}{{ n is eq(8) }}{{ n is gt 3 }}", "{{ not flag }}{{ not not flag }}{{ flag and word }}{{ empty or word }}{{ empty and word }}", "{{ raise_exception('no') }}", "{{ 1 // 0 }}", "{{ 1.0 }}{{ 0.1 }}{{ 100000000000000000.0 }}{{ 0.00001 }}", "{{ 1e3 }}", "{{ x if x is defined if flag else 1 }}", "{% if x %}", "{% endif %}", "{{ x ", "{% for x in y", "{{ 'x }}", "{{ (1 }}", "{% else %}", "{% unknown %}", "{{ 1 is defined is string }}",
    "{{ dict(a=1) }}{{ dict(a=1).a }}", "{{ namespace(a=1).a }}", "{{ messages | tojson }}", "{% for m in messages %}{% for n in messages %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}", "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% endif %}{{ rest | length }}", "{% for m in messages %}{% if loop.first %}{% set a = 1 %}{% endif %}{{ a }}|{% endfor %}",
    "{{ messages[0].content | trim | upper ~ '!' }}", "{{ '%s' % 1 }}", "{{ word | nothing }}", "{{ word is nothing }}", "{{ messages.0.role }}", "{{ messages[0]['content'].strip() | length }}", "{% set content = messages[1].content.split('<b>')[-1].lstrip('\\n') %}{{ content }}", "{{ {'a': 1}['a'] }}{{ {'a': 1}.items() | list }}{{ {'items': 1}['items'] }}", "{{ ({}) }}{{ [[], ()] }}",
    "{{ 'a' if x > 2 and x < 3 else 'b' }}", "{% set x = 'a' -%}\n   {% set y = 'b' %}\n{{- x }}{{ y }}", "{{ '' }}{{ none }}{{ true }}{{ True }}{{ false }}{{ None }}", "{{ word.split('o') | last | trim }}", "{{ 10 ** 2 }}", "{{ items[0] ~ items[1] }}", "{{ [1,2,3][:2] | join(',') }}{{ (1, 2)[1] }}{{ [1, 2,] }}{{ (1, 2,) }}", "{{ '\\ud83d' }}", "{% set a = [1, 2] %}{% set a = a + [3] %}{{ a }}", "{% macro f(a) -%}\n  {{ a }}\n{%- endmacro %}\n[{{ f('x') }}]",
]

# What large templates use besides: other blocks, whole slices, order, layouts of JSON, and what only goes through once.
SNIPPETS += [
    "a {% raw %}{{ x }} {% y %}\n{% endraw %}\nb", "a {%- raw -%}\n {{ x }} \n{%- endraw -%}\n b", "{% raw %}x", "  {% raw %}\n x\n  {% endraw %}\ny",
    "{% filter upper %}a{{ word }}{% endfilter %}", "{% filter trim | upper %}  a {% endfilter %}|", "{% set t | upper | trim %} a{{ n }} {% endset %}[{{ t }}]",
    "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a }}|", "{% with %}{% set q = 1 %}{% endwith %}{{ q }}|",
    "{% macro box(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call box('b') %}in {{ word }}{% endcall %}", "{% call word() %}x{% endcall %}",
    "{{ word[::2] }}{{ word[::-2] }}{{ items[::2] }}{{ word[8:2:-3] }}{{ word[1:9:3] }}{{ items[::5] }}", "{{ word[::0] }}",
    "{{ {1: 'a', 2: 'b'}[2] }}{{ {1: 'a'} }}{{ {1: 'a'} | tojson }}{{ {512: 1}.get(512) }}{{ {1: 2}.items() | list }}{{ 1 in {1: 2} }}{{ {'a': 1}[1] }}|",
    "{{ deep.items() | length }}{{ (deep.keys() | list)[0] }}", "{{ (items | map('upper')) | length }}", "{{ items | map('upper') | tojson }}",
    "{{ (items | select)[0] }}|{{ 5[0] }}|{{ none[1] }}|", "{% if empty | select %}yes{% endif %}{% if deep.keys() %}yes{% endif %}", "{{ none | selectattr('x') | list }}{{ 0 | map('x') | list }}",
    "{{ items | sort }}{{ items | sort(reverse=true) }}{{ ['b', 'A', 'c'] | sort }}{{ ['b', 'A', 'c'] | sort(case_sensitive=true) }}{{ messages | sort(attribute='role') | map(attribute='role') | join(',') }}",
    "{{ [1, 'a'] | sort }}", "{{ {'b': 1, 'A': 2, 'a': 3} | dictsort }}{{ {'b': 1, 'a': 2} | dictsort(by='value') }}{{ {'b': 1, 'a': 2} | dictsort(false, 'value', true) }}",
    "{{ ['a', 'A', 'b', 'a'] | unique | list }}{{ ['a', 'A', 'a'] | unique(case_sensitive=true) | join }}", "{{ [3, 1, 2] | min }}{{ [3, 1, 2] | max }}{{ ['b', 'A'] | min }}{{ [] | max }}|{{ [1, 2.5] | sum }}",
    "{{ text | indent }}|{{ 'a\n\nb\n' | indent(2) }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent(width=3, first=true, blank=true) }}|{{ 'a\nb' | indent('> ') }}", "{{ '12' | int }}{{ ' 7 ' | int }}{{ 'x' | int }}{{ 'x' | int(3) }}{{ 2.9 | int }}{{ '2.9' | int }}{{ '1.5' | float }}{{ 'x' | float }}{{ 3 | float }}{{ none | int }}",
    "{{ deep | tojson(sort_keys=true) }}{{ 'é\u2028😀' | tojson(ensure_ascii=true) }}{{ deep | tojson(separators=(',', ':')) }}{{ deep | tojson(indent=2, sort_keys=true) }}{{ [1, [2]] | tojson(indent='\t') }}{{ deep | tojson(false, 1) }}{{ [1] | tojson(indent=0) }}",
    "{{ word | safe }}{{ '<' | safe + '<' }}{{ '<' + ('>' | safe) }}{{ ('<' | safe) ~ '<' }}{{ (word | safe) is string }}{{ (word | safe) == word }}", "{{ '<a & \"b\">' | e }}{{ '<' | escape ~ '<' }}",
    "{{ 'a{}b{}'.format(1, 'x') }}{{ '{1}{0}'.format('a', 'b') }}{{ '{x}{{}}'.format(x=2) }}", "{{ '{}'.format() }}", "{{ '}'.format() }}",
    "{{ '12'.isdigit() }}{{ ''.isdigit() }}{{ 'ab'.isalpha() }}{{ 'a1'.isalnum() }}{{ ' '.isspace() }}{{ 'AB'.isupper() }}{{ 'A1'.islower() }}", "{{ 'hello'.find('l') }}{{ 'hello'.rfind('l') }}{{ 'hello'.find('z') }}{{ 'é😀a'.find('a') }}{{ 'hello'.index('e') }}{{ 'hello'.rfind('') }}", "{{ 'a'.index('z') }}",
    "{{ 'a=b=c'.partition('=') }}{{ 'a=b=c'.rpartition('=') }}{{ 'a'.partition('=') }}{{ 'a'.rpartition('=') }}{{ 'a,b,c'.rsplit(',', 1) }}{{ 'a,b'.rsplit(',') }}", "{{ 'a\nb\r\nc\n'.splitlines() }}{{ 'a\u2028b\n\n'.splitlines() }}{{ '7'.zfill(3) }}{{ '-7'.zfill(4) }}[{{ 'a'.ljust(3) }}][{{ 'a'.rjust(3) }}]{{ 'aB'.swapcase() }}",
    "{{ 'ab cd-ef'.title() }}|{{ 'ab cd-ef (gh' | title }}|{{ 'a bc d_e' | wordcount }}", "{% for i in range(4) %}{{ loop.cycle('a', 'b', 'c') }}{% endfor %}", "{{ [1, 2, 1].count(1) }}{{ [1, 2].index(2) }}{{ deep.copy().z }}{{ [1].copy() }}",
    "{{ items.append('x') }}", "{% set _ = deep.pop('a') %}", "{% set _ = deep.update({'a': 1}) %}", "{{ dict(b=1, a=2) }}{{ dict({'x': 1}, y=2) }}{{ dict() }}", "{{ namespace({'a': 3}).a }}{{ namespace(b=1, a=2).b }}", "{{ namespace(_a=1) }}",
    "{{ messages | map(attribute='content.x', default='-') | join }}{{ messages | map(attribute='nothing', default='d') | join }}{{ [{'a': {'b': 1}}] | map(attribute='a.b') | list }}{{ [[1, 2]] | map(attribute='1') | list }}{{ messages | join(',', attribute='role') }}",
    "{{ 7.5 // 2 }}{{ -7.5 // 2 }}{{ 7.5 % 2 }}{{ -7.5 % 2 }}{{ 7 % -2.5 }}", "{{ none is sameas none }}{{ true is sameas 1 }}{{ 'a' is lower }}{{ 'A' is upper }}{{ '1' is lower }}", "{{ (1, 2) < (1, 3) }}{{ [1] < [1, 0] }}{{ [2] > [1, 9] }}", "{{ 2.5 | abs }}{{ -3 | abs }}",
    "{{ 'a' is in 'abc' }}{{ 'x' is not in items }}",
    "{% macro f(x) %}{{ x }}{% generation %}b{% endgeneration %}{% endmacro %}{% for m in messages %}{% generation %}{{ m.role }}{% endgeneration %} {% endfor %}",
]

LLAMA2 = "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
LLAMA3 = "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"
GEMMA2 = "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
GEMMA3 = "{{ bos_token }}\n{%- if messages[0]['role'] == 'system' -%}\n    {%- if messages[0]['content'] is string -%}\n        {%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}\n    {%- else -%}\n        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\n\n' -%}\n    {%- endif -%}\n    {%- set loop_messages = messages[1:] -%}\n{%- else -%}\n    {%- set first_user_prefix = \"\" -%}\n    {%- set loop_messages = messages -%}\n{%- endif -%}\n{%- for message in loop_messages -%}\n    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}\n        {{ raise_exception(\"Conversation roles must alternate user/assistant/user/assistant/...\") }}\n    {%- endif -%}\n    {%- if (message['role'] == 'assistant') -%}\n        {%- set role = \"model\" -%}\n    {%- else -%}\n        {%- set role = message['role'] -%}\n    {%- endif -%}\n    {{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else \"\") }}\n    {%- if message['content'] is string -%}\n        {{ message['content'] | trim }}\n    {%- elif message['content'] is iterable -%}\n        {%- for item in message['content'] -%}\n            {%- if item['type'] == 'image' -%}\n                {{ '<start_of_image>' }}\n            {%- elif item['type'] == 'text' -%}\n                {{ item['text'] | trim }}\n            {%- endif -%}\n        {%- endfor -%}\n    {%- else -%}\n        {{ raise_exception(\"Invalid content type\") }}\n    {%- endif -%}\n    {{ '<end_of_turn>\n' }}\n{%- endfor -%}\n{%- if add_generation_prompt -%}\n    {{'<start_of_turn>model\n'}}\n{%- endif -%}\n"
ZEPHYR = "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}"
QWEN25 = "{%- if tools %}\n    {{- '<|im_start|>system\\n' }}\n    {%- if messages[0]['role'] == 'system' %}\n        {{- messages[0]['content'] }}\n    {%- else %}\n        {{- 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.' }}\n    {%- endif %}\n    {{- \"\\n\\n# Tools\\n\\n<tools>\" }}\n    {%- for tool in tools %}\n        {{- \"\\n\" }}\n        {{- tool | tojson }}\n    {%- endfor %}\n    {{- \"\\n</tools><|im_end|>\\n\" }}\n{%- else %}\n    {%- if messages[0]['role'] == 'system' %}\n        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}\n    {%- else %}\n        {{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\\n' }}\n    {%- endif %}\n{%- endif %}\n{%- for message in messages %}\n    {%- if (message.role == \"user\") or (message.role == \"system\" and not loop.first) or (message.role == \"assistant\" and not message.tool_calls) %}\n        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\n    {%- elif message.role == \"assistant\" %}\n        {{- '<|im_start|>' + message.role }}\n        {%- for tool_call in message.tool_calls %}\n            {{- '\\n<tool_call>\\n{\"name\": \"' }}\n            {{- tool_call.arguments | tojson }}\n        {%- endfor %}\n        {{- '<|im_end|>\\n' }}\n    {%- elif message.role == \"tool\" %}\n        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != \"tool\") %}\n            {{- '<|im_start|>user' }}\n        {%- endif %}\n        {{- '\\n<tool_response>\\n' }}\n        {{- message.content }}\n        {{- '\\n</tool_response>' }}\n        {%- if loop.last or (messages[loop.index0 + 1].role != \"tool\") %}\n            {{- '<|im_end|>\\n' }}\n        {%- endif %}\n    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}\n"
CHATML = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
OWN = "{%- macro turn(m, n) -%}[{{ n }}|{{ m['role'] | upper }}] {{ m['content'] }}<|im_end|>{%- endmacro -%}{%- for m in messages -%}{{ turn(m, loop.index) }}{{ '\n' if not loop.last }}{%- endfor -%}{%- if add_generation_prompt %}\n[{{ messages | length + 1 }}|ASSISTANT] {% endif -%}"
QWEN3_THINKING = "{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}\n{%- for message in messages[::-1] %}\n    {%- set index = (messages|length - 1) - loop.index0 %}\n    {%- if ns.multi_step_tool and message.role == \"user\" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}\n        {%- set ns.multi_step_tool = false %}\n        {%- set ns.last_query_index = index %}\n    {%- endif %}\n{%- endfor %}\n{%- for message in messages %}\n    {%- if message.role == \"assistant\" %}\n        {%- set content = message.content %}\n        {%- set reasoning_content = '' %}\n        {%- if '</think>' in content %}\n            {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}\n            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}\n        {%- endif %}\n        {%- if loop.index0 > ns.last_query_index %}\n            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}\n        {%- else %}\n            {{- '<|im_start|>' + message.role + '\\n' + content }}\n        {%- endif %}\n        {{- '<|im_end|>\\n' }}\n    {%- else %}\n        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}\n    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}"
# The format that each is, or null where it is none; what models publish, and one change each.
MODELS = [
    ("llama-2", LLAMA2), ("llama-3", LLAMA3), ("gemma", GEMMA2), ("gemma", GEMMA3), ("zephyr", ZEPHYR), ("chatml", QWEN25), ("chatml", CHATML),
    ("chatml", "{{ bos_token }}" + CHATML), ("chatml", CHATML.replace("message['content']", "message['content'] | trim")), (None, OWN), (None, QWEN3_THINKING),
    (None, CHATML.replace("'<|im_end|>' + '\n'", "'<|im_end|>'")), (None, CHATML.replace("<|im_start|>assistant", "<|im_start|>bot")),
    (None, CHATML.replace("message['content']", "(message['content'] if loop.index < 9 else 'x')")), (None, CHATML.replace("message['content']", "message['content'].replace('\\r\\n', '\\n')")),
    (None, CHATML.replace("message['content']", "message['content'].split('###')[-1]")), (None, CHATML.replace("message['content']", "(message['content'] | trim if message.role == 'user' else message['content'])")),
    (None, LLAMA3.replace("| trim", "")  + "x"), (None, GEMMA2.replace("'model'", "'assistant'")), (None, ZEPHYR.replace("<|assistant|>' }}", "<|assistant|>\\n' }}")),
    (None, LLAMA2.replace("' ' + eos_token", "eos_token")), (None, CHATML.replace("{% endif %}", "{{ '<think>\n' }}{% endif %}")), (None, CHATML + "{{ strftime_now('%Y') }}"), (None, "{{ messages }}"), (None, ""), (None, "{% for m in messages %}"),
    (None, CHATML.replace("{% for", "{% if messages | length == 1 %}x{% endif %}{% for")), (None, CHATML.replace("message['content']", "message['content'] | e")),
]


def rendered(template, variables):
    try:
        "".join(_cached_compile_jinja_template(template).generate(**variables)).encode("utf-8")
        return _cached_compile_jinja_template(template).render(**variables)
    except Exception:
        return None


def main():
    cases = [{"template": t, "text": rendered(t, VALUES)} for t in SNIPPETS]
    conversations = [MESSAGES[1:2], MESSAGES[1:3], MESSAGES[:3], MESSAGES]
    for _, template in MODELS:
        for messages in conversations:
            for opens in (False, True):
                variables = {"messages": messages, "bos_token": "<s>", "eos_token": "</s>", "tools": None, "documents": None, "add_generation_prompt": opens}
                if "strftime_now" not in template:
                    cases.append({"template": template, "variables": variables, "text": rendered(template, variables)})
    document = {
        "made_by": "make_jinja.py with jinja2 3.1.6 in the environment of transformers 5.24.0", "variables": VALUES, "cases": cases,
        "formats": [{"name": name, "template": template} for name, template in MODELS],
    }
    with open(os.path.join(here, "jinja.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
