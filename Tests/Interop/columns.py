"""Holds the rows that Skillet reads of Parquet and Arrow files against pyarrow's, cell by cell.

usage: columns.py TABLE_PROBE [--count N] [--seed N] [--keep FOLDER]

Random schemas (nested lists, records, maps, dictionaries, nulls) are written by pyarrow with random options, and
tables of chat messages by pandas, polars, DuckDB and datasets.
"""

import argparse
import datetime
import decimal
import io
import json
import math
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

WORDS = ["", "a", "Hello", "Grüße", "😀 ok", "line\nbreak", "x" * 13, "y" * 300, "prefix one", "prefix two", "\"q\"", "日本語"]


# what rows hold of a value of Arrow ---------------------------------------------------------------

def plain(value, kind):
    """The value as it is in JSON, or MISSING for what rows cannot hold."""
    if value is None:
        return None
    if pa.types.is_dictionary(kind):
        return plain(value, kind.value_type)
    if pa.types.is_struct(kind):
        return {field.name: plain(value[field.name], field.type) for field in kind if holds(field.type)}
    if pa.types.is_map(kind):
        return {key: plain(item, kind.item_type) for key, item in value}
    if is_list(kind):
        return [plain(item, kind.value_type) for item in value]
    if pa.types.is_decimal(kind):
        return Digits(format(value, "f"))
    if pa.types.is_timestamp(kind) or pa.types.is_date64(kind):
        return value.isoformat() if not pa.types.is_date64(kind) else value
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


class Digits(str):
    """A number by its digits."""


def is_list(kind):
    return any(f(kind) for f in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list,
                                 pa.types.is_list_view, pa.types.is_large_list_view))


def holds(kind):
    if pa.types.is_dictionary(kind):
        return holds(kind.value_type)
    if pa.types.is_struct(kind):
        return any(holds(field.type) for field in kind)
    if pa.types.is_map(kind):
        return pa.types.is_string(kind.key_type) and holds(kind.item_type)
    if is_list(kind):
        return holds(kind.value_type)
    return not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
                or pa.types.is_fixed_size_binary(kind) or pa.types.is_duration(kind) or pa.types.is_decimal256(kind))


def same(wanted, given):
    if isinstance(wanted, float) and math.isnan(wanted):
        # What is no number is no value, as in JSON.
        return given is None
    if isinstance(wanted, Digits):
        return isinstance(given, (int, decimal.Decimal)) and format(decimal.Decimal(given), "f") == wanted
    if isinstance(wanted, bool) or isinstance(given, bool) or wanted is None or given is None:
        return wanted is given
    if isinstance(wanted, float):
        return not isinstance(given, str) and float(given) == wanted
    if isinstance(wanted, int):
        return isinstance(given, (int, decimal.Decimal)) and int(given) == wanted
    if isinstance(wanted, list):
        return isinstance(given, list) and len(wanted) == len(given) and all(map(same, wanted, given))
    if isinstance(wanted, dict):
        return isinstance(given, dict) and list(wanted) == list(given) and all(same(wanted[k], given[k]) for k in wanted)
    return wanted == given


# random tables ------------------------------------------------------------------------------------

def scalar_type(source, for_parquet):
    kinds = [
        pa.string(), pa.string(), pa.string(), pa.large_string(), pa.bool_(), pa.int8(), pa.uint8(), pa.int16(), pa.uint16(),
        pa.int32(), pa.uint32(), pa.int64(), pa.uint64(), pa.float32(), pa.float64(), pa.null(), pa.date32(),
        pa.timestamp("us"), pa.timestamp("ms", "UTC"), pa.timestamp("ms"), pa.time32("ms"), pa.time64("us"), pa.binary(),
        pa.decimal128(9, 2), pa.decimal128(30, 5), pa.decimal128(5, 0), pa.float16(), pa.binary(4), pa.string_view(),
        pa.dictionary(pa.int32(), pa.string()), pa.decimal256(50, 3),
    ]
    if not for_parquet:
        kinds += [pa.timestamp("s"), pa.duration("s"), pa.dictionary(pa.int16(), pa.string()), pa.dictionary(pa.uint16(), pa.int64()),
                  pa.time32("s"), pa.binary_view(), pa.decimal32(5, 2), pa.decimal64(12, 4)]
    return source.choice(kinds)


def random_type(source, depth, for_parquet):
    roll = source.random()
    if depth == 0 or roll < 0.5:
        return scalar_type(source, for_parquet)
    if roll < 0.75:
        inner = random_type(source, depth - 1, for_parquet)
        field = pa.field("element", inner, nullable=source.random() < 0.7 or pa.types.is_null(inner))
        kinds = [pa.list_, pa.list_, pa.large_list]
        if not for_parquet:
            kinds += [pa.list_view, lambda f: pa.list_(f, 2)]
        return source.choice(kinds)(field)
    if roll < 0.93:
        return pa.struct([random_field(source, f"f{i}", depth - 1, for_parquet) for i in range(source.randint(1, 3))])
    return pa.map_(pa.string(), random_type(source, depth - 1, for_parquet))


def random_field(source, name, depth, for_parquet):
    kind = random_type(source, depth, for_parquet)
    return pa.field(name, kind, nullable=source.random() < 0.7 or pa.types.is_null(kind))


def random_value(source, kind, nullable):
    if pa.types.is_null(kind) or (nullable and source.random() < 0.2):
        return None
    if pa.types.is_dictionary(kind):
        return random_value(source, kind.value_type, False)
    if pa.types.is_struct(kind):
        return {field.name: random_value(source, field.type, field.nullable) for field in kind}
    if pa.types.is_map(kind):
        keys = source.sample(WORDS, source.randint(0, 3))
        return [(key, random_value(source, kind.item_type, True)) for key in keys]
    if is_list(kind):
        size = kind.list_size if pa.types.is_fixed_size_list(kind) else source.choice([0, 0, 1, 2, 5])
        return [random_value(source, kind.value_type, kind.value_field.nullable) for _ in range(size)]
    if pa.types.is_boolean(kind):
        return source.random() < 0.5
    if pa.types.is_integer(kind):
        width, signed = kind.bit_width, pa.types.is_signed_integer(kind)
        low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
        return source.choice([low, high, 0, 1, source.randint(low, high), source.randint(0, 100), source.randint(0, 100)])
    if pa.types.is_float16(kind):
        return source.choice([0.0, 1.5, -2.25, 65504.0, float("inf")])
    if pa.types.is_floating(kind):
        return source.choice([0.0, -0.0, 1.5, 1e300 if kind == pa.float64() else 1e30, source.gauss(0, 1), float("nan"), float("-inf")])
    if pa.types.is_decimal(kind):
        digits = source.randint(1, kind.precision)
        number = source.choice([0, 1, source.randint(0, 10 ** digits - 1)]) * source.choice([1, -1])
        return decimal.Decimal(number).scaleb(-kind.scale, decimal.Context(prec=80))
    if pa.types.is_date(kind):
        return datetime.date.fromordinal(source.randint(1, 3_652_059))
    if pa.types.is_timestamp(kind):
        moment = datetime.datetime(1, 1, 1) + datetime.timedelta(seconds=source.randint(0, 86400 * 3_652_000))
        if kind.unit == "ms":
            moment += datetime.timedelta(milliseconds=source.choice([0, 7, 999]))
        if kind.unit == "us":
            moment += datetime.timedelta(microseconds=source.choice([0, 7, 999_999]))
        return moment.replace(tzinfo=datetime.timezone.utc) if kind.tz else moment
    if pa.types.is_time(kind):
        part = {"s": 0, "ms": source.choice([0, 5000]), "us": source.choice([0, 5])}[kind.unit]
        return datetime.time(source.randint(0, 23), source.randint(0, 59), source.randint(0, 59), part)
    if pa.types.is_duration(kind):
        return datetime.timedelta(seconds=5)
    if pa.types.is_fixed_size_binary(kind):
        return b"\x00\xff12"[:kind.byte_width]
    text = source.choice(WORDS) + (str(source.randint(0, 9)) if source.random() < 0.5 else "")
    return text if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else text.encode()


def random_table(source, for_parquet):
    fields = [random_field(source, f"c{i}", 3, for_parquet) for i in range(source.randint(1, 5))]
    schema = pa.schema(fields)
    rows = [{field.name: random_value(source, field.type, field.nullable) for field in schema}
            for _ in range(source.choice([0, 1, 3, 20, 150, 1500]))]
    return pa.Table.from_pylist(rows, schema=schema)


def leaf_encodings(source, schema):
    """Encodings for the columns that are no lists or records."""
    chosen = {}
    for field in schema:
        kind = field.type
        if pa.types.is_int32(kind) or pa.types.is_int64(kind):
            options = ["DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT", "PLAIN"]
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            options = ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "PLAIN"]
        elif pa.types.is_float32(kind) or pa.types.is_float64(kind):
            options = ["BYTE_STREAM_SPLIT", "PLAIN"]
        elif pa.types.is_boolean(kind):
            options = ["RLE", "PLAIN"]
        else:
            continue
        chosen[field.name] = source.choice(options)
    return chosen


def write_parquet(source, table, path):
    options = dict(
        compression=source.choice(["none", "snappy", "gzip", "zstd", "lz4", "brotli"]),
        data_page_version=source.choice(["1.0", "2.0"]), version=source.choice(["1.0", "2.4", "2.6"]),
        row_group_size=source.choice([None, 1, 7, 100]) if len(table) < 200 else None,
        data_page_size=source.choice([None, 64, 1024]), write_batch_size=source.choice([None, 5]),
        use_compliant_nested_type=source.random() < 0.7, coerce_timestamps=None, store_schema=source.random() < 0.7,
    )
    encodings = leaf_encodings(source, table.schema)
    if source.random() < 0.5 and encodings:
        options.update(use_dictionary=False, column_encoding=encodings)
    else:
        options.update(use_dictionary=source.random() < 0.7)
    pq.write_table(table, path, **options)
    # what version 1.0 cannot hold is widened in the file
    return pq.read_table(path), options


def write_arrow(source, table, path):
    form = source.choice(["stream", "file", "feather"])
    packed = source.choice([None, "lz4", "zstd"])
    if form == "feather":
        feather.write_feather(table, path, compression=packed or "uncompressed", chunksize=source.choice([None, 3]))
    else:
        make = ipc.new_stream if form == "stream" else ipc.new_file
        with pa.OSFile(str(path), "wb") as sink, make(sink, table.schema, options=ipc.IpcWriteOptions(
                compression=packed, unify_dictionaries=form == "file" or source.random() < 0.5)) as writer:
            writer.write_table(table, max_chunksize=source.choice([None, 3, 100]))
    return table, dict(form=form, packed=packed)


def random_cases(count, seed, folder):
    for index in range(count):
        source = random.Random(f"{seed}/{index}")
        for_parquet = index % 2 == 0
        path = folder / f"{index}.{'parquet' if for_parquet else 'arrow'}"
        try:
            table = random_table(source, for_parquet)
            table, options = (write_parquet if for_parquet else write_arrow)(source, table, path)
        except (pa.ArrowException, IndexError, OSError) as error:
            yield f"not written or not read by pyarrow: {str(error)[:60]}", None, None, None
            continue
        yield "Parquet by pyarrow" if for_parquet else "Arrow by pyarrow", path, table, options


# tables of other writers --------------------------------------------------------------------------

def chats(source, count):
    def turn():
        turn = {"role": source.choice(["user", "assistant"]), "content": source.choice(WORDS) + "!"}
        return turn | {"tool_calls": [{"name": "f", "id": source.randint(0, 9)}] if source.random() < 0.3 else None}
    return [{"messages": [turn() for _ in range(source.randint(0, 4))], "id": index, "score": source.random(),
             "tags": source.choice([None, [], ["a", None]]), "text": source.choice(WORDS)} for index in range(count)]


def other_cases(folder):
    import datasets
    import duckdb
    import pandas
    import polars
    datasets.disable_progress_bars()
    rows = chats(random.Random(3), 500)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    table = pa.Table.from_pylist(rows)
    frame = pandas.DataFrame(rows)
    for codec in ["snappy", "gzip", "zstd", "lz4", "brotli", None]:
        frame.to_parquet(path := folder / f"pandas-{codec}.parquet", compression=codec)
        yield "Parquet by pandas", path, pq.read_table(path), codec
    frame.to_feather(path := folder / "pandas.feather")
    yield "Feather by pandas", path, feather.read_table(path), None
    lines = polars.read_ndjson(folder / "rows.jsonl")
    for codec in ["uncompressed", "snappy", "gzip", "zstd", "lz4", "brotli"]:
        lines.write_parquet(path := folder / f"polars-{codec}.parquet", compression=codec, row_group_size=100)
        yield "Parquet by polars", path, pq.read_table(path), codec
    for codec in ["uncompressed", "lz4", "zstd"]:
        lines.write_ipc(path := folder / f"polars-{codec}.arrow", compression=codec)
        yield "Arrow by polars", path, ipc.open_file(path).read_all(), codec
        lines.write_ipc_stream(path := folder / f"polars-{codec}-stream.arrow", compression=codec)
        yield "Arrow by polars", path, ipc.open_stream(path).read_all(), codec
    for codec in ["uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"]:
        for version in ["V1", "V2"]:
            path = folder / f"duckdb-{codec}-{version}.parquet"
            duckdb.sql(f"copy (select * from read_json('{folder}/rows.jsonl')) to '{path}' "
                       f"(format parquet, compression {codec}, parquet_version {version})")
            yield "Parquet by DuckDB", path, pq.read_table(path), codec
    data = datasets.Dataset(datasets.table.InMemoryTable(table), fingerprint="rows")
    data.to_parquet(path := folder / "datasets.parquet")
    yield "Parquet by datasets", path, pq.read_table(path), None
    data.save_to_disk(folder / "saved", num_shards=2)
    for path in sorted((folder / "saved").glob("*.arrow")):
        yield "Arrow by datasets", path, ipc.open_stream(path).read_all(), None
    yield from large(folder)


def large(folder):
    """Pages and groups of more rows than one, dictionaries that are given up."""
    source = random.Random(4)
    rows = [{"text": f"{index} " + "lorem " * source.randint(0, 60), "n": index * 7 - 5, "flag": index % 3 == 0} for index in range(60_000)]
    table = pa.Table.from_pylist(rows)
    for options in [dict(), dict(data_page_version="2.0", compression="zstd"), dict(dictionary_pagesize_limit=2000)]:
        path = folder / f"large-{len(str(options))}.parquet"
        pq.write_table(table, path, **options)
        yield "Parquet of 60,000 rows", path, table, options


# comparison ---------------------------------------------------------------------------------------

def compare(answer, table):
    if "error" in answer:
        return answer["error"]
    fields = [field for field in table.schema if holds(field.type)]
    if len(answer["rows"]) != len(table):
        return f"{len(answer['rows'])} rows, not {len(table)}"
    for index, (wanted, given) in enumerate(zip(table.to_pylist(maps_as_pydicts=None), answer["rows"])):
        wanted = {field.name: plain(wanted[field.name], field.type) for field in fields}
        if not same(wanted, given):
            return f"row {index}: {str(given)[:300]} and not {str(wanted)[:300]}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    equal, all_, unwritten = Counter(), Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(arguments.keep or folder)
        folder.mkdir(exist_ok=True)
        cases = [*other_cases(folder), *random_cases(arguments.count, arguments.seed, folder)]
        unwritten.update(name for name, path, _, _ in cases if path is None)
        cases = [case for case in cases if case[1] is not None]
        paths = "".join(f"{path}\n" for _, path, _, _ in cases)
        answers = subprocess.run([arguments.probe], input=paths, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        for (name, path, table, options), line in zip(cases, answers, strict=True):
            problem = compare(json.loads(line, parse_float=decimal.Decimal), table)
            all_[name] += 1
            equal[name] += problem is None
            if problem:
                print(f"{path.name} ({options}): {problem}\n  {str(table.schema)[:400]}")
    print("| files | equal rows in |\n| --- | --- |")
    for name in all_:
        print(f"| {name} | {equal[name]} of {all_[name]} |")
    for name, count in unwritten.items():
        print(f"{name}: {count}")
    sys.exit(0 if equal == all_ else 1)


if __name__ == "__main__":
    main()
