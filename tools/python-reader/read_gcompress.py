"""Reads gcompress files with nothing but Python's standard library, following docs/file-format.md.

    python3 read_gcompress.py FILE          lists the matrices
    python3 read_gcompress.py FILE --json   prints {name: {"shape": [m, n], "values": [...]}}, row by row

From Python, read_file(bytes) gives {name: Matrix}. A file that is damaged or not understood raises FileError.
"""

import array
import json
import math
import sys
import zlib
from typing import Callable, Dict, List, NamedTuple, Sequence

from read_codes import decode_codes
from read_errors import FileError, check
from read_integers import decode_integers

ARRAY_TYPES = {"F32": "f", "I32": "i", "U32": "I", "U16": "H", "U8": "B"}
CHECKSUM_KEY = b'"gcompress.checksum":"'


class Tensor(NamedTuple):
    dtype: str
    shape: Sequence[int]
    data: Sequence[float]


class Matrix(NamedTuple):
    shape: Sequence[int]
    values: Sequence[float]  # row by row


# ---------------------------------------------------------------------------------------------- container


def read_file(file: bytes) -> Dict[str, Matrix]:
    """All matrices of a file."""
    metadata, tensors = read_container(file)
    check(metadata.get("format") == "gcompress", "the format is not gcompress")
    check(metadata.get("gcompress.version") == "1", "the version of the file is not 1")
    check_checksum(file, metadata.get("gcompress.checksum"))
    matrices, used = {}, set()
    for name, stored in json.loads(metadata["gcompress.matrices"]).items():
        own = {}
        for tensor, file_name in stored["tensors"].items():
            check(file_name in tensors and file_name not in used, f"{name}: no tensor {file_name} of its own")
            used.add(file_name)
            own[tensor] = tensors[file_name]
        shape = stored["shape"]
        values = decode(stored["format"], stored["version"], shape, stored["config"], own)
        check(len(values) == shape[0] * shape[1], f"{name}: {len(values)} values for shape {shape}")
        matrices[name] = Matrix(shape, values)
    check(used == set(tensors), "there are tensors that belong to no matrix")
    return matrices


def read_container(file: bytes):
    """Metadata and tensors of a safetensors file; the tensors must fill it without gaps."""
    check(len(file) >= 8, "the file is truncated")
    begin = 8 + int.from_bytes(file[:8], "little")
    check(begin <= len(file), "the file is truncated")
    try:
        header = json.loads(file[8:begin].decode("utf-8"))
    except ValueError as error:
        raise FileError("the header is no JSON") from error
    metadata = header.pop("__metadata__", {})
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = entry["data_offsets"]
        check(first == end, f"tensor {name} begins at {first} instead of {end}")
        check(begin + last <= len(file), "the file is truncated")
        check(entry["dtype"] in ARRAY_TYPES, f"tensor {name} has type {entry['dtype']}")
        data = array.array(ARRAY_TYPES[entry["dtype"]])
        data.frombytes(file[begin + first : begin + last])
        if sys.byteorder == "big":
            data.byteswap()
        check(len(data) == math.prod(entry["shape"]), f"tensor {name} does not fill its shape")
        tensors[name] = Tensor(entry["dtype"], entry["shape"], data)
        end = last
    check(begin + end == len(file), "there are bytes after the last tensor")
    return metadata, tensors


def check_checksum(file: bytes, written: str) -> None:
    at = file.find(CHECKSUM_KEY, 0, 4096) + len(CHECKSUM_KEY)
    check(at >= len(CHECKSUM_KEY), "there is no checksum")
    actual = zlib.crc32(file[:at] + b"00000000" + file[at + 8 :])
    check(written == f"{actual:08x}", f"the checksum is {actual:08x} instead of {written}: the file is damaged")


# ------------------------------------------------------------------------------------------------ formats

Decoder = Callable[[Sequence[int], dict, Dict[str, Tensor]], Sequence[float]]


def decode(name: str, version: int, shape, config, tensors) -> Sequence[float]:
    """The values of a matrix, row by row."""
    check(1 <= version <= VERSIONS.get(name, 1), f"format {name} has version {version}")
    if name.endswith(")"):
        return decode_stack(name, shape, config, tensors)
    check(name in DECODERS, f"format {name} is not known")
    return DECODERS[name](shape, config, tensors)


def decode_low_rank(shape, _config, tensors):
    m, n = shape
    b = wanted(tensors, "b", "F32", [m, None])
    k = b.shape[1]
    return product(b.data, wanted(tensors, "c", "F32", [k, n]).data, m, k, n)


def decode_k_means(shape, config, tensors):
    m, n = shape
    size, group_rows, group_blocks = config["blockSize"], config["groupRows"], config["groupBlocks"]
    blocks = -(-n // size)
    across = -(-blocks // group_blocks)
    groups = across * -(-m // group_rows)
    codebook = wanted(tensors, "codebook", "F32", [None, size])
    levels = codebook.shape[0] // groups
    check(levels * groups == codebook.shape[0] > 0, "kmeans: the codebooks are not equally long")
    codes = stored_codes(tensors, "encoding", levels, m, blocks)
    values = []
    for row in range(m):
        line = []
        for block in range(blocks):
            code = codes[row * blocks + block]
            at = (row // group_rows * across + block // group_blocks) * levels + code
            line += codebook.data[at * size : (at + 1) * size]
        values += line[:n]
    return values


def decode_simhash(shape, config, tensors):
    m, n = shape
    k, planes = config["bits"], config["planes"]
    signs = [2 * bit - 1 for bit in packed(tensors, "signs", 1, k * n)]
    scales = wanted(tensors, "scales", "F32", [n]).data
    if planes == "fitted":
        projection = wanted(tensors, "projection", "F32", [m, k]).data
    elif planes == "gaussian":
        random = Random(config["seed"])
        projection = array.array("f", (random.normal() for _ in range(m * k)))
    else:
        check(planes == "orthogonal", f"simhash: planes {planes} are not known")
        projection = orthogonal_projection(config["seed"], m, k)
    whole = product(projection, signs, m, k, n)
    return [whole[at] * scales[at % n] for at in range(m * n)]


def decode_dictionary(shape, config, tensors):
    m, n = shape
    length, nonzeros, value_bits = config["signalLength"], config["nonzeros"], config["valueBits"]
    pieces = -(-n // length)
    signals = m * pieces
    atoms = wanted(tensors, "atoms", "F32", [None, length])
    k = atoms.shape[0]
    has = lambda name: name in tensors or f"coded-{name}" in tensors
    if has("mask"):
        mask = stored_codes(tensors, "mask", 2, signals, k)
        used = [[atom for atom in range(k) if mask[signal * k + atom]] for signal in range(signals)]
    else:
        counts = [nonzeros] * signals
        if has("counts"):
            counts = stored_codes(tensors, "counts", nonzeros + 1, m, pieces)
        rows, columns = (1, sum(counts)) if has("counts") else (signals, nonzeros)
        positions = iter(stored_codes(tensors, "positions", k, rows, columns))
        used = [[next(positions) for _ in range(count)] for count in counts]
    total = sum(map(len, used))
    if value_bits == 32:
        values = iter(wanted(tensors, "values", "F32", [total]).data)
    else:
        steps = 2 ** (value_bits - 1) - 1
        values = iter([(step - steps) / steps for step in stored_codes(tensors, "values", 2**value_bits, 1, total)])
    rows: List[float] = []
    for row in range(m):
        line = []
        for signal in range(row * pieces, (row + 1) * pieces):
            piece = [0.0] * length
            for atom in used[signal]:
                value = next(values)
                for i in range(length):
                    piece[i] += value * atoms.data[atom * length + i]
            line += piece
        rows += line[:n]
    return rows


def decode_pruned(shape, config, tensors):
    entries = kept_entries(shape, config, tensors)
    return placed(shape, entries, wanted(tensors, "values", "F32", [len(entries)]).data)


def decode_pruned_k_means(shape, config, tensors):
    entries = kept_entries(shape, config, tensors)
    codebook = wanted(tensors, "codebook", "F32", [None]).data
    codes = stored_codes(tensors, "encoding", len(codebook), 1, len(entries))
    return placed(shape, entries, [codebook[code] for code in codes])


def decode_uniform(shape, config, tensors):
    m, n = shape
    check(config["steps"] in ("matrix", "column") and config["trellis"] in (0, 4, 8), "uniform: the config is not valid")
    steps = wanted(tensors, "steps", "F32", [n if config["steps"] == "column" else 1]).data
    levels = decode_integers(bytes(wanted(tensors, "levels", "U8", [None]).data), m, n)
    return [level * steps[at % n if len(steps) > 1 else 0] for at, level in enumerate(levels)]


def decode_block_diagonal(shape, config, tensors):
    (m, n), count = shape, config["blocks"]
    height, width = m // count, n // count
    blocks = wanted(tensors, "blocks", "F32", [count, height, width]).data
    values = [0.0] * (m * n)
    for at, value in enumerate(blocks):
        block, row, col = at // (height * width), at // width % height, at % width
        values[(block * height + row) * n + block * width + col] = value
    return values


def decode_mixed_block(shape, config, tensors):
    (m, n), count, order = shape, config["blocks"], config["order"]
    check(order in ("interleaved", "contiguous"), f"mixed-block: order {order} is not known")
    height, width = m // count, n // count
    blocks = wanted(tensors, "blocks", "F32", [count, height, width]).data
    mixer = wanted(tensors, "mixer", "F32", [count, count]).data
    values = [0.0] * (m * n)
    for at, value in enumerate(blocks):
        block, row, col = at // (height * width), at // width % height, at % width
        to = row * count + block if order == "interleaved" else block * height + row
        for out in range(count):
            values[to * n + out * width + col] = mixer[out * count + block] * value
    return values


def decode_input_output(shape, config, tensors):
    (m, n), source, target = shape, config["input"], config["output"]
    rows = m // source["factor"] if source else m
    cols = n // target["factor"] if target else n
    values = wanted(tensors, "c", "F32", [rows, cols]).data
    if source:  # diag(b, …, b) · c: all rows of a block together
        tall, short = source["block"], source["block"] // source["factor"]
        b = wanted(tensors, "b", "F32", [tall, short]).data
        parts = range(0, rows * cols, short * cols)
        values = [v for at in parts for v in product(b, values[at : at + short * cols], tall, short, cols)]
    if target:  # … · diag(d, …, d): all pieces of all rows below each other
        wide, short = target["block"], target["block"] // target["factor"]
        d = wanted(tensors, "d", "F32", [short, wide]).data
        values = product(values, d, len(values) // short, short, wide)
    return values


def decode_stack(name, shape, config, tensors):
    """`outer(factor: inner, …)`: some factors of the outer format are matrices in inner formats."""
    outer, parts = name[:-1].split("(", 1)
    own = config["outer"]
    inner = dict(part.split(": ", 1) for part in split_outside_brackets(parts))
    belongs = lambda key: any(key == factor or key.startswith(factor + ".") for factor in inner)
    factors = {key: tensor for key, tensor in tensors.items() if not belongs(key)}
    decoded = {}
    for factor, form in inner.items():
        coded = {key[len(factor) + 1 :]: tensor for key, tensor in tensors.items() if key.startswith(factor + ".")}
        stored = config["inner"][factor]
        values = decode(form, stored["version"], stored["shape"], stored["config"], coded)
        decoded[factor] = Tensor("F32", stored.get("factor", stored["shape"]), values)
    for factor, tensor in decoded.items():
        if factor in tensors:
            wanted_shape = tensors[factor].shape[:-1]
            tensor = Tensor("F32", wanted_shape, stored_values(outer, shape, own["config"], factors, tensor, wanted_shape))
        factors[factor] = tensor
    return decode(outer, own["version"], shape, own["config"], factors)


def stored_values(outer, shape, config, tensors, factor, wanted_shape):
    """Of the values of a factor, those that its format stores, where these are fewer."""
    if outer == "pruning":
        return [factor.data[entry] for entry in kept_entries(shape, config, tensors)]
    if outer == "kmeans-pruning":
        return factor.data[1 : 1 + wanted_shape[0]]
    check(outer == "kmeans", f"format {outer} stores its factors as they are")
    (rows, size), used = factor.shape, wanted_shape[0]
    groups = rows // config["levels"]
    return [
        value
        for group in range(groups)
        for value in factor.data[group * config["levels"] * size :][: used // groups * size]
    ]


DECODERS: Dict[str, Decoder] = {
    "lowrank": decode_low_rank,
    "kmeans": decode_k_means,
    "simhash": decode_simhash,
    "dictlearn": decode_dictionary,
    "pruning": decode_pruned,
    "kmeans-pruning": decode_pruned_k_means,
    "block-diagonal": decode_block_diagonal,
    "mixed-block": decode_mixed_block,
    "input-output": decode_input_output,
    "uniform": decode_uniform,
}

# The newest version of each format that is not at 1
VERSIONS = {"dictlearn": 2, "kmeans": 2, "pruning": 2, "kmeans-pruning": 2}

# ------------------------------------------------------------------------------------------------- pieces


def wanted(tensors, name: str, dtype: str, shape) -> Tensor:
    """The tensor of this name; None accepts any length."""
    check(name in tensors, f"there is no tensor {name}")
    tensor = tensors[name]
    check(tensor.dtype == dtype, f"tensor {name} has type {tensor.dtype}")
    fits = len(tensor.shape) == len(shape) and all(b in (None, a) for a, b in zip(tensor.shape, shape))
    check(fits, f"tensor {name} has shape {tensor.shape}")
    return tensor


def stored_codes(tensors, name: str, levels: int, rows: int, columns: int) -> List[int]:
    """Codes below the levels: packed bits, or context-coded in a tensor of another name."""
    coded = f"coded-{name}"
    if coded in tensors:
        return decode_codes(bytes(wanted(tensors, coded, "U8", [None]).data), rows, columns, levels)
    codes = packed(tensors, name, bits_for(levels), rows * columns)
    check(all(code < levels for code in codes), f"{name}: a code that is not below {levels}")
    return codes


def packed(tensors, name: str, bits: int, count: int) -> List[int]:
    """Integers of so many bits each, the lowest bit first, without gaps."""
    data = wanted(tensors, name, "U8", [-(-count * bits // 8)]).data
    values, buffer, filled, at = [], 0, 0, 0
    for _ in range(count):
        while filled < bits:
            buffer |= data[at] << filled
            at += 1
            filled += 8
        values.append(buffer & ((1 << bits) - 1))
        buffer >>= bits
        filled -= bits
    return values


def bits_for(levels: int) -> int:
    """Bits that the integers 0 … levels − 1 need; 1 for a single level."""
    return max(1, (levels - 1).bit_length())


def product(a, b, m: int, k: int, n: int) -> List[float]:
    """a [m, k] · b [k, n], summed in float64."""
    columns = [b[j::n] for j in range(n)]
    rows = (a[i * k : (i + 1) * k] for i in range(m))
    return [math.fsum(x * y for x, y in zip(row, column)) for row in rows for column in columns]


def kept_entries(shape, config, tensors) -> List[int]:
    """Numbers of the entries that are not pruned, in reading order."""
    m, n = shape
    height, width = config["blockHeight"], config["blockWidth"]
    across = -(-n // width)
    down = -(-m // height)
    gaps = "gaps" in tensors
    kept = flags_of_gaps(tensors, down * across) if gaps else stored_codes(tensors, "mask", 2, down, across)
    return [row * n + col for row in range(m) for col in range(n) if kept[row // height * across + col // width]]


def flags_of_gaps(tensors, count: int) -> List[int]:
    """Kept blocks from the gaps between them, in the code of Rice."""
    data = wanted(tensors, "gaps", "U8", [None]).data
    check(len(data) > 0 and data[0] <= 28, "gaps: the first byte is no number of bits up to 28")
    remainder = data[0]
    bits = [byte >> bit & 1 for byte in data[1:] for bit in range(8)]
    flags, block, at = [0] * count, 0, 0
    while 1 in bits[at : at + len(bits)]:
        one = bits.index(1, at)
        check(one + remainder < len(bits), "gaps: the last one is cut off")
        low = sum(bits[one + 1 + bit] << bit for bit in range(remainder))
        block += ((one - at) << remainder) + low
        check(block < count, f"gaps: block {block} of {count}")
        flags[block] = 1
        block += 1
        at = one + 1 + remainder
    return flags


def placed(shape, entries, values) -> List[float]:
    whole = [0.0] * (shape[0] * shape[1])
    for entry, value in zip(entries, values):
        whole[entry] = value
    return whole


def split_outside_brackets(text: str) -> List[str]:
    parts, depth, begin = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    return parts + [text[begin:].strip()]


# ------------------------------------------------------------------------------------------------- random


class Random:
    """xoshiro128** whose state comes from splitmix32; normal numbers by the polar method."""

    def __init__(self, seed: int):
        self.mix = seed
        self.state = [self._splitmix() for _ in range(4)]
        self.spare = None

    def _splitmix(self) -> int:
        self.mix = (self.mix + 0x9E3779B9) & 0xFFFFFFFF
        z = self.mix
        z = ((z ^ (z >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
        z = ((z ^ (z >> 15)) * 0x735A2D97) & 0xFFFFFFFF
        return z ^ (z >> 15)

    def uint32(self) -> int:
        a, b, c, d = self.state
        result = (rotated((b * 5) & 0xFFFFFFFF, 7) * 9) & 0xFFFFFFFF
        t = (b << 9) & 0xFFFFFFFF
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        self.state = [a, b, c, rotated(d, 11)]
        return result

    def uniform(self) -> float:
        high = self.uint32() >> 5
        return (high * 0x4000000 + (self.uint32() >> 6)) / 0x20000000000000

    def integer(self, bound: int) -> int:
        limit = 0x100000000 - 0x100000000 % bound
        draw = self.uint32()
        while draw >= limit:
            draw = self.uint32()
        return draw % bound

    def normal(self) -> float:
        if self.spare is not None:
            value, self.spare = self.spare, None
            return value
        q = 0.0
        while q >= 1 or q == 0:
            x = 2 * self.uniform() - 1
            y = 2 * self.uniform() - 1
            q = x * x + y * y
        scale = math.sqrt((-2 * natural_log(q)) / q)
        self.spare = y * scale
        return x * scale

    def shuffle(self, values: list) -> None:
        for i in range(len(values) - 1, 0, -1):
            j = self.integer(i + 1)
            values[i], values[j] = values[j], values[i]


SQRT1_2 = 0.7071067811865476
LN2 = 0.6931471805599453


def rotated(x: int, bits: int) -> int:
    return ((x << bits) | (x >> (32 - bits))) & 0xFFFFFFFF


def natural_log(x: float) -> float:
    """ln x for 0 < x < 1 in the operations that the format prescribes, so that every bit is right."""
    exponent = 0
    while x < SQRT1_2:
        x *= 2
        exponent -= 1
    s = (x - 1) / (x + 1)
    square = s * s
    series = 0.0
    for n in range(25, 0, -2):
        series = series * square + 1 / n
    return exponent * LN2 + 2 * s * series


def orthogonal_projection(seed: int, m: int, k: int) -> Sequence[float]:
    """R [m, k]: blocks of m planes; all but the last share a rotation, each at half the length of the one before."""
    random = Random(seed)
    rotations = [draw_rotation(random, m) for _ in range(2 if k > m else 1)]
    columns = [rotation_columns(pairs, m) for pairs in rotations]
    projection = array.array("f", bytes(4 * m * k))
    length = 1.0
    for first in range(0, k, m):
        own = first > 0 and first + m >= k
        if first > 0 and not own:
            length /= 2
        rotation = columns[1 if own else 0]
        for j in range(min(m, k - first)):
            for i in range(m):
                projection[i * k + first + j] = length * rotation[j][i]
    return projection


def draw_rotation(random: Random, size: int) -> List[int]:
    """The axes that are turned by 45° with each other, pair after pair."""
    axes, pairs = list(range(size)), []
    for _ in range(2 * bits_for(size) + 1):
        random.shuffle(axes)
        pairs += axes[: size - size % 2]
    return pairs


def rotation_columns(pairs: List[int], size: int) -> List[List[float]]:
    """The columns of the rotation's matrix: what becomes of each unit vector."""
    columns = []
    for j in range(size):
        x = [0.0] * size
        x[j] = 1.0
        for at in range(0, len(pairs), 2):
            u, v = x[pairs[at]], x[pairs[at + 1]]
            x[pairs[at]] = (u + v) * SQRT1_2
            x[pairs[at + 1]] = (v - u) * SQRT1_2
        columns.append(x)
    return columns


# --------------------------------------------------------------------------------------------------- main


def main(arguments: List[str]) -> int:
    if len(arguments) not in (1, 2) or arguments[1:] not in ([], ["--json"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            matrices = read_file(file.read())
    except (FileError, KeyError, TypeError) as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 1
    if arguments[1:]:
        print(json.dumps({name: {"shape": shape, "values": list(values)} for name, (shape, values) in matrices.items()}))
    else:
        for name, (shape, values) in matrices.items():
            norm = math.sqrt(math.fsum(value * value for value in values))
            print(f"{name}  [{shape[0]}, {shape[1]}]  norm {norm:.6g}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
