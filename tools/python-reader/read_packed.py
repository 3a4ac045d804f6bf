"""Reads packed models with nothing but Python's standard library, following docs/file-format.md.

    python3 read_packed.py FILE          lists the weights
    python3 read_packed.py FILE --json   prints {"model": ..., "weights": {name: values}, "probes": ...}

From Python, read_packed(bytes) gives the same as a dictionary. A file that is damaged or not understood raises FileError.
"""

import array
import json
import math
import struct
import sys
import zlib
from typing import Dict, List, Sequence, Tuple

from read_gcompress import FileError, Random, Tensor, check, decode

VALUES = {"float32": "f", "int32": "i", "bool": "B", "uint8": "B", "uint16": "H", "float16": "e", "complex64": "f"}
# In a matrix: the type code of Python, and the name that other files give the type
PACKED = {"float32": ("f", "F32"), "int32": ("i", "I32"), "uint32": ("I", "U32"), "uint16": ("H", "U16"), "uint8": ("B", "U8")}


def read_packed(file: bytes) -> Dict[str, object]:
    check(len(file) >= 16 and file[:3] == b"GCM", "the file does not begin with GCM")
    check(file[3] in (1, 2), f"the version of the file is {file[3]}")
    stored, length, checksum = struct.unpack("<III", file[4:16])
    compressed = file[16 : 16 + stored]
    check(zlib.crc32(compressed, zlib.crc32(file[:12])) == checksum, "the header is damaged")
    inflater = zlib.decompressobj()
    text = inflater.decompress(compressed, length + 1)
    check(len(text) == length and inflater.eof, "the header has another length")
    header = json.loads(text)
    data = file[16 + stored :]
    check_parts(header, data)
    reader = Reader(data)
    weights = read_weights(reader, header["weights"])
    probes = [
        {side: {tensor[0]: reader.tensor(*tensor) for tensor in probe[side]} for side in ("inputs", "outputs")}
        for probe in header["probes"]
    ]
    check(reader.at == len(data), "there are bytes that belong to no tensor")
    return {"model": header["model"], "weights": dict(weights), "probes": probes}


def read_weights(reader: "Reader", tensors: List[list]) -> List[Tuple[str, Sequence[object]]]:
    weights: List[Tuple[str, Sequence[object]]] = []
    for name, *described in tensors:
        if len(described) == 1:
            # A copy: the index of an earlier weight
            (index,) = described
            check(type(index) is int and 0 <= index < len(weights), f"'{name}' is a copy of no earlier weight")
            weights.append((name, weights[index][1]))
        else:
            weights.append((name, reader.tensor(name, *described)))
    return weights


def check_parts(header: dict, data: bytes) -> None:
    at = tensors = 0
    for count, length, checksum in header["parts"]:
        check(zlib.crc32(data[at : at + length]) == checksum, f"the part at {at} is damaged")
        at += length
        tensors += count
    probes = sum(len(probe["inputs"]) + len(probe["outputs"]) for probe in header["probes"])
    check(at == len(data) and tensors == len(header["weights"]) + probes, "the parts do not cover the file")


class Reader:
    """Takes one tensor after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, length: int) -> bytes:
        check(self.at + length <= len(self.data), "a tensor ends after the file")
        taken = self.data[self.at : self.at + length]
        self.at += length
        return taken

    def numbers(self, code: str, count: int) -> Sequence[float]:
        return struct.unpack(f"<{count}{code}", self.take(count * struct.calcsize(f"<{code}")))

    def tensor(self, name: str, dtype: str, shape: List[int], storage: dict = {}) -> Sequence[object]:
        count = math.prod(shape)
        if dtype == "string":
            return self.strings(count, storage["bytes"])
        if "seed" in storage:
            random = Random(storage["seed"])
            return array.array("f", (random.uniform() for _ in range(count)))
        if "matrix" in storage:
            return self.matrix(shape, storage["matrix"])
        quantization = storage.get("spec", {}).get("quantization")
        if quantization is None:
            return self.numbers(VALUES[dtype], count * (2 if dtype == "complex64" else 1))
        codes = self.numbers(VALUES[quantization["dtype"]], count)
        if quantization["dtype"] == "float16":
            return codes
        return [code * quantization["scale"] + quantization["min"] for code in codes]

    def strings(self, count: int, length: int) -> List[str]:
        end = self.at + length
        texts = []
        for _ in range(count):
            (size,) = self.numbers("I", 1)
            texts.append(self.take(size).decode())
        check(self.at == end, "strings take other bytes than the header says")
        return texts

    def matrix(self, shape: List[int], stored: dict) -> Sequence[float]:
        tensors = {}
        for name, (dtype, *sides) in stored["tensors"].items():
            code, named = PACKED[dtype]
            tensors[name] = Tensor(named, sides, array.array(code, self.numbers(code, math.prod(sides))))
        values = decode(stored["format"], stored["version"], stored["shape"], stored["config"], tensors)
        if not stored.get("swapped"):
            return values
        a, b = shape[-2:]
        turned = [0.0] * len(values)
        for row in range(len(values) // a):
            for p in range(a):
                turned[(row // b * a + p) * b + row % b] = values[row * a + p]
        return turned


def main(arguments: List[str]) -> int:
    try:
        with open(arguments[0], "rb") as file:
            found = read_packed(file.read())
    except (FileError, KeyError, IndexError, ValueError, struct.error, zlib.error) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    if "--json" in arguments:
        print(json.dumps(found, default=list))
        return 0
    for name, values in found["weights"].items():
        print(name, len(values))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
