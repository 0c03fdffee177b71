"""Makes the files of columns that TablesTests reads, and the rows that they are to give.

usage: make_columns.py FOLDER      (needs pyarrow, polars and duckdb)
"""

import datetime
import decimal
import json
import sys
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

CHATS = [
    {"id": 1, "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello, what is it?"}], "tags": ["a", None], "good": True},
    {"id": 2, "messages": [], "tags": None, "good": None},
    {"id": 3, "messages": None, "tags": [], "good": False},
    {"id": 4, "messages": [{"role": "user", "content": None}, None], "tags": ["a text of more than twelve bytes"], "good": True},
    {"id": None, "messages": [{"role": "user", "content": "Grüße 😀"}], "tags": ["a"], "good": True},
]
CHAT_TYPE = pa.schema([
    ("id", pa.int64()), ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
    ("tags", pa.list_(pa.string())), ("good", pa.bool_()),
])


def scalars():
    moment = datetime.datetime(2024, 2, 29, 23, 59, 58, 7000)
    columns = [
        ("int8", pa.int8(), [-128, 127, None], None), ("uint8", pa.uint8(), [0, 255, None], None),
        ("uint32", pa.uint32(), [0, 4294967295, None], None), ("int64", pa.int64(), [-9223372036854775808, 9223372036854775807, None], None),
        ("uint64", pa.uint64(), [0, 18446744073709551615, None], None), ("half", pa.float16(), [1.5, -2.25, None], None),
        ("single", pa.float32(), [0.5, -1e30, None], ["0.5", "-1.0000000150474662e+30", None]), ("double", pa.float64(), [0.1, -1e300, None], None),
        ("decimal", pa.decimal128(20, 3), [decimal.Decimal("-0.007"), decimal.Decimal("12345678901234567.891"), None], ["-0.007", "12345678901234567.891", None]),
        ("date", pa.date32(), [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None], ['"0001-01-01"', '"9999-12-31"', None]),
        ("moment", pa.timestamp("us"), [moment, datetime.datetime(1969, 12, 31, 23, 59, 59), None], ['"2024-02-29T23:59:58.007000"', '"1969-12-31T23:59:59"', None]),
        ("instant", pa.timestamp("ms", "UTC"), [moment, moment, None], ['"2024-02-29T23:59:58.007000+00:00"'] * 2 + [None]),
        ("time", pa.time64("us"), [datetime.time(0, 0), datetime.time(23, 59, 59, 1), None], ['"00:00:00"', '"23:59:59.000001"', None]),
        ("none", pa.null(), [None, None, None], None), ("bytes", pa.binary(), [b"\xff", b"", None], "left out"),
        ("map", pa.map_(pa.string(), pa.int32()), [[("a", 1), ("b", None)], [], None], ['{"a":1,"b":null}', "{}", None]),
    ]
    table = pa.table([pa.array(values, kind) for _, kind, values, _ in columns], names=[name for name, *_ in columns])
    lines = []
    for row in range(3):
        cells = [(name, (texts or values)[row], texts) for name, _, values, texts in columns if texts != "left out"]
        lines.append("{" + ",".join(f'"{name}":' + (value if texts and value else json.dumps(value)) for name, value, texts in cells) + "}")
    return table, lines


def write_arrow(path, table, make=ipc.new_stream, packed=None, rows=2):
    with pa.OSFile(str(path), "wb") as sink, make(sink, table.schema, options=ipc.IpcWriteOptions(compression=packed)) as writer:
        writer.write_table(table, max_chunksize=rows)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    chats = pa.Table.from_pylist(CHATS, schema=CHAT_TYPE)
    (folder / "chats.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in CHATS))
    for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
        pq.write_table(chats, folder / f"chats-{codec}.parquet", compression=codec, data_page_version="2.0" if codec in ("zstd", "lz4") else "1.0")
    pq.write_table(chats, folder / "chats-groups.parquet", row_group_size=1, use_dictionary=False, use_compliant_nested_type=False)
    for encoding, texts, numbers in [("delta-length", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BINARY_PACKED"), ("delta", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT")]:
        columns = {f"messages.list.element.{part}": texts for part in ("role", "content")} | {"tags.list.element": texts, "id": numbers, "good": "RLE"}
        pq.write_table(chats, folder / f"chats-{encoding}.parquet", use_dictionary=False, column_encoding=columns)
    write_arrow(folder / "chats-stream.arrow", chats)
    write_arrow(folder / "chats-file.arrow", chats, ipc.new_file, "zstd")
    feather.write_feather(chats, folder / "chats-lz4.feather", compression="lz4")
    views = pa.schema([
        ("id", pa.int16()), ("messages", pa.large_list(pa.struct([("role", pa.dictionary(pa.int8(), pa.string())), ("content", pa.string_view())]))),
        ("tags", pa.list_view(pa.large_string())), ("good", pa.bool_()),
    ])
    write_arrow(folder / "chats-views.arrow", pa.Table.from_pylist(CHATS, schema=views), rows=5)
    polars.from_arrow(chats).write_parquet(folder / "chats-polars.parquet")
    polars.from_arrow(chats).write_ipc(folder / "chats-polars.arrow")
    duckdb.sql(f"copy chats to '{folder}/chats-duckdb.parquet' (format parquet, parquet_version V2)")
    table, lines = scalars()
    (folder / "scalars.jsonl").write_text("\n".join(lines) + "\n")
    pq.write_table(table, folder / "scalars-plain.parquet", use_dictionary=False)
    pq.write_table(table, folder / "scalars-old.parquet", version="1.0", store_schema=False)
    write_arrow(folder / "scalars-stream.arrow", table)
    pq.write_table(pa.table({"score": [1.5, float("nan"), float("inf")]}), folder / "nan.parquet")
    # a few bytes that claim much: rows of nulls, and one text many times
    pq.write_table(pa.table({"text": pa.nulls(5_000_000, pa.string())}), folder / "bomb-nulls.parquet", compression="zstd")
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), ["x" * 1_000_000])
    pq.write_table(pa.table({"text": text}), folder / "bomb-text.parquet", compression="zstd")
    text = pa.array(["x" * 600_000] * 500)
    pq.write_table(
        pa.table({"text": text}), folder / "bomb-delta.parquet", compression="zstd", use_dictionary=False,
        column_encoding={"text": "DELTA_BYTE_ARRAY"}, data_page_size=1 << 30)
    write_arrow(folder / "bomb-zeros.arrow", pa.table({"text": ["y" * 100_000_000]}), packed="zstd")


if __name__ == "__main__":
    main()
