"""Writes Sources/CKernels/grids.c: the code books of ggml's IQ1, IQ2 and IQ3 formats, from the tables of the gguf package."""

from pathlib import Path

from gguf import quants

PER_LINE = 16
TARGET = Path(__file__).parents[2] / "Sources/CKernels/grids.c"

HEAD = """\
/* The code books of ggml's IQ formats: eight (IQ3: four) values an entry, each a place in the short list of values that
 * the format has, two (IQ3: four) bits a place, lowest first. Written by Tests/References/make_grids.py from the tables
 * of the gguf package (MIT licence). */
#include "grids.h"

/* clang-format off */

/* Byte `i` of an entry: its place among the values x, y, z. */
#define ONE(packed, i, x, y, z) \\
  ((uint64_t)(((packed) >> 2 * (i) & 3) == 0 ? (uint8_t)(x) : ((packed) >> 2 * (i) & 3) == 1 ? (uint8_t)(y) : (uint8_t)(z)) << 8 * (i))
#define EIGHT(packed, x, y, z) \\
  (ONE(packed, 0, x, y, z) | ONE(packed, 1, x, y, z) | ONE(packed, 2, x, y, z) | ONE(packed, 3, x, y, z) | \\
   ONE(packed, 4, x, y, z) | ONE(packed, 5, x, y, z) | ONE(packed, 6, x, y, z) | ONE(packed, 7, x, y, z))
#define IQ1(packed) EIGHT(packed, -8, 0, 8)
#define IQ2(packed) EIGHT(packed, 8, 25, 43)
/* The values are the multiples of 8 from 4 on and of 2 from 1 on, but for IQ3_XXS's last, 62 in place of 60. */
#define XXS_ONE(packed, i) ((8u * ((packed) >> 4 * (i) & 7) + 4 + (((packed) >> 4 * (i) & 7) == 7 ? 2u : 0)) << 8 * (i))
#define IQ3_XXS(packed) (XXS_ONE(packed, 0) | XXS_ONE(packed, 1) | XXS_ONE(packed, 2) | XXS_ONE(packed, 3))
#define S_ONE(packed, i) ((2u * ((packed) >> 4 * (i) & 7) + 1) << 8 * (i))
#define IQ3_S(packed) (S_ONE(packed, 0) | S_ONE(packed, 1) | S_ONE(packed, 2) | S_ONE(packed, 3))

#define ROW(make, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \\
  make(0x##a), make(0x##b), make(0x##c), make(0x##d), make(0x##e), make(0x##f), make(0x##g), make(0x##h), \\
  make(0x##i), make(0x##j), make(0x##k), make(0x##l), make(0x##m), make(0x##n), make(0x##o), make(0x##p)
"""

TABLES = [
    ("uint64_t", "ck_grid_iq1", "IQ1", quants.IQ1_S),
    ("uint64_t", "ck_grid_iq2_xxs", "IQ2", quants.IQ2_XXS),
    ("uint64_t", "ck_grid_iq2_xs", "IQ2", quants.IQ2_XS),
    ("uint64_t", "ck_grid_iq2_s", "IQ2", quants.IQ2_S),
    ("uint32_t", "ck_grid_iq3_xxs", "IQ3_XXS", quants.IQ3_XXS),
    ("uint32_t", "ck_grid_iq3_s", "IQ3_S", quants.IQ3_S),
]


def entries(kind) -> list[str]:
    """The packed entries as hexadecimal digits, most significant first."""
    data = bytes.fromhex(kind.grid_hex.decode())
    return [f"{int.from_bytes(data[at:at + 2], 'little'):04x}" for at in range(0, len(data), 2)]


def table(element: str, name: str, make: str, kind) -> str:
    packed = entries(kind)
    lines = [f"const {element} {name}[{len(packed)}] = {{"]
    for at in range(0, len(packed), PER_LINE):
        lines.append(f"ROW({make},{','.join(packed[at:at + PER_LINE])}),")
    return "\n".join(lines) + "\n};\n"


TARGET.write_text(HEAD + "".join("\n" + table(*row) for row in TABLES))
