"""Writes Sources/Tokenizers/CompatibilityTable.swift: what characters become in Unicode's compatibility forms.

    python3 Tests/References/make_compatibility.py

asks the tokenizers package, so that NFKC and NFKD are what its normalizers make of text.
"""

import pathlib

from tokenizers import normalizers

NFD, NFKD = normalizers.NFD(), normalizers.NFKD()
PER_LINE = 92
HEADER = '''/// What characters become in Unicode's compatibility forms, as make_compatibility.py writes it: first those that become one
/// other: a first character, the step to the next one if it is not 1, their number if there are several, and the first result,
/// which goes up by one; then those that become several. Hexadecimal.
enum CompatibilityTable {
'''


def runs(single):
    """Runs of characters with a constant step whose results go up by one."""
    result = []
    for source, target in single:
        if result:
            first, step, count, start = result[-1]
            distance = source - (first + step * (count - 1))
            if target == start + count and (count == 1 and distance < 64 or distance == step):
                result[-1] = (first, distance, count + 1, start)
                continue
        result.append((source, 1, 1, target))
    return [
        f"{f:X},{t:X}" if c == 1 else f"{f:X},{c:X},{t:X}" if s == 1 else f"{f:X},{s:X},{c:X},{t:X}"
        for f, s, c, t in result]


def literal(name, words):
    lines = [""]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > PER_LINE:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    body = " \\\n".join("    " + line for line in lines)
    return f'  static let {name} = """\n{body}\n    """\n'


def main():
    single, several = [], []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        text = NFKD.normalize_str(chr(code))
        if text == NFD.normalize_str(chr(code)):
            continue
        if len(text) == 1:
            single.append((code, ord(text)))
        else:
            several.append(f"{code:X}=" + ",".join(f"{ord(c):X}" for c in text))
    target = pathlib.Path(__file__).parents[2] / "Sources/Tokenizers/CompatibilityTable.swift"
    target.write_text(HEADER + literal("runs", runs(single)) + "\n" + literal("several", several) + "}\n")
    print(len(single), "become one other,", len(several), "several;", target.stat().st_size, "bytes")


main()
