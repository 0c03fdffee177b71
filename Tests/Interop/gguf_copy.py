"""A GGUF file as a list of typed metadata and tensors, to be written again with one of them changed."""

from dataclasses import dataclass, replace
from pathlib import Path

import gguf
import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter

Kind = GGUFValueType


class Writer(GGUFWriter):
    """Writes empty lists as well, which a file may have."""

    def _pack_val(self, val, vtype, add_vtype, sub_type=None) -> bytes:
        if vtype != Kind.ARRAY or len(val) > 0:
            return super()._pack_val(val, vtype, add_vtype, sub_type)
        return (self._pack("I", vtype) if add_vtype else b"") + self._pack("I", sub_type) + self._pack("Q", 0)


@dataclass(frozen=True)
class Entry:
    """`element` is the type of an array's elements."""

    value: object
    kind: Kind
    element: Kind | None = None


@dataclass(frozen=True)
class Copy:
    metadata: dict[str, Entry]
    tensors: dict[str, tuple[np.ndarray, gguf.GGMLQuantizationType]]

    @classmethod
    def read(cls, path: Path) -> "Copy":
        reader = GGUFReader(path)
        metadata = {}
        for name, item in reader.fields.items():
            if not name.startswith("GGUF."):
                element = item.types[-1] if item.types[0] == Kind.ARRAY else None
                metadata[name] = Entry(item.contents(), item.types[0], element)
        return cls(metadata, {t.name: (np.array(t.data), t.tensor_type) for t in reader.tensors})

    def with_entry(self, key: str, entry: Entry | None) -> "Copy":
        metadata = dict(self.metadata)
        if entry is None:
            del metadata[key]
        else:
            metadata[key] = entry
        return replace(self, metadata=metadata)

    def with_tensor(self, name: str, data: np.ndarray | None, kind=gguf.GGMLQuantizationType.F32) -> "Copy":
        tensors = dict(self.tensors)
        if data is None:
            del tensors[name]
        else:
            tensors[name] = (data, kind)
        return replace(self, tensors=tensors)

    def write(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        writer = Writer(path, "llama")
        writer.kv_data[0].clear()
        for key, entry in self.metadata.items():
            writer.add_key_value(key, entry.value, entry.kind, entry.element)
        for name, (data, kind) in self.tensors.items():
            writer.add_tensor(name, data, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def guess(value) -> Entry:
    """The type that converters would give to a value."""
    if isinstance(value, bool):
        return Entry(value, Kind.BOOL)
    if isinstance(value, int):
        return Entry(value, Kind.INT32 if value < 0 else Kind.UINT32)
    if isinstance(value, float):
        return Entry(value, Kind.FLOAT32)
    if isinstance(value, str):
        return Entry(value, Kind.STRING)
    return Entry(value, Kind.ARRAY, guess(value[0]).kind if value else Kind.INT32)
