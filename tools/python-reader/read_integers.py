"""Decodes the integers of a matrix, following "The integer coder" of docs/file-format.md."""

from typing import List

from read_errors import check

# Next state after an even and an odd index, state by state
TRANSITIONS = {0: "00", 4: "02201331", 8: "0257136420463175"}
STATES = [0, 4, 8]
BUCKETS, STRIDE, CLASS, CLASSES = 32, 40, 3, 32
SHARED = 2 * BUCKETS * STRIDE
DECISIONS = SHARED + CLASSES * 8


def decode_integers(stream: bytes, rows: int, columns: int) -> List[int]:
    check(len(stream) > 0, "the stream of integers is empty")
    if stream[0] == 0:
        return packed_integers(stream, rows * columns)
    check(stream[0] <= len(STATES), f"the codec of integers is {stream[0]}")
    return coded_integers(stream, rows, columns, STATES[stream[0] - 1])


def packed_integers(stream: bytes, count: int) -> List[int]:
    check(len(stream) >= 6 and stream[1] <= 32, "packed integers have no valid header")
    width = stream[1]
    smallest = int.from_bytes(stream[2:6], "little", signed=True)
    check(len(stream) == 6 + (count * width + 7) // 8, "packed integers take another number of bytes")
    bits = int.from_bytes(stream[6:], "little")
    check(bits >> (count * width) == 0, "the last byte is not filled with zeros")
    values = []
    for _ in range(count):
        values.append(smallest + (bits & ((1 << width) - 1)))
        bits >>= width
    return values


def coded_integers(stream: bytes, rows: int, columns: int, states: int) -> List[int]:
    model = Model(columns)
    decoder = Decoder(model, stream, 1)
    transitions = [int(digit) for digit in TRANSITIONS[states]]
    state, values = 0, []
    for _ in range(rows * columns):
        quantiser = state & 1 if states == 8 else state >> 1
        index = level(decoder, quantiser, model)
        model.observe(abs(index))
        state = transitions[2 * state + (index & 1)]
        sign = (index > 0) - (index < 0)
        values.append(index if states == 0 else 2 * index - quantiser * sign)
    decoder.check_end()
    return values


def level(decoder: "Decoder", quantiser: int, model: "Model") -> int:
    bucket, neighbours = model.context()
    base = (quantiser * BUCKETS + bucket) * STRIDE
    if decoder.bit(base + neighbours) == 0:
        return 0
    negative = decoder.even()
    bits = 0
    while bits < CLASSES - 1 and decoder.bit(base + CLASS + bits) == 1:
        bits += 1
    tree = base + CLASS + CLASSES + bits - 2 if bits < 3 else SHARED + 8 * bits
    magnitude = 1
    for place in range(bits):
        magnitude = 2 * magnitude + (decoder.bit(tree + magnitude) if place < 3 else decoder.even())
    return -magnitude if negative else magnitude


class Model:
    """Contexts and probabilities."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.row = self.column = self.left = self.row_mean = self.overall = 0
        self.means = [0] * columns
        self.above = [0] * columns
        self.fast = [2**15] * DECISIONS
        self.slow = [2**15] * DECISIONS
        self.seen = [0] * DECISIONS

    def probability(self, slot: int) -> int:
        return (self.fast[slot] + self.slow[slot]) >> 2 or 1

    def adapt(self, slot: int, bit: int) -> None:
        count = self.seen[slot]
        self.seen[slot] = min(count + 1, 8)
        self.fast[slot] += (65535 * bit - self.fast[slot]) >> min(count + 1, 5)
        self.slow[slot] += (65535 * bit - self.slow[slot]) >> min(count + 1, 8)

    def context(self):
        expected = self.row_mean * self.means[self.column] + 1
        return expected.bit_length() - 1, self.left + self.above[self.column]

    def observe(self, magnitude: int) -> None:
        scaled = min(min(magnitude, 128) * 256, 2**15 - 1)
        first = self.row == 0
        self.means[self.column] += (scaled - self.means[self.column]) >> min(5, self.row.bit_length())
        self.row_mean += (scaled - self.row_mean) >> (min(5, self.column.bit_length()) if first else 5)
        self.overall += (scaled - self.overall) >> (5 if first else 8)
        self.left = self.above[self.column] = 0 if magnitude == 0 else 1
        self.column += 1
        if self.column == self.columns:
            self.column = self.left = 0
            self.row += 1
            self.row_mean = self.overall


class Decoder:
    """A binary range decoder of 32 bits. The model has probability(slot) and adapt(slot, bit)."""

    def __init__(self, model, stream: bytes, at: int) -> None:
        self.model, self.stream, self.at = model, stream, at
        self.code, self.range = 0, 2**32 - 1
        for _ in range(4):
            self.shift()

    def bit(self, slot: int) -> int:
        bit = self.narrow((self.range >> 15) * self.model.probability(slot))
        self.model.adapt(slot, bit)
        return bit

    def even(self) -> int:
        return self.narrow(self.range >> 1)

    def narrow(self, bound: int) -> int:
        bit = 1 if self.code < bound else 0
        if bit:
            self.range = bound
        else:
            self.code -= bound
            self.range -= bound
        while self.range < 2**24:
            self.shift()
            self.range <<= 8
        return bit

    def check_end(self, rest: int = 0) -> None:
        check(self.at == len(self.stream) and self.code == rest, "a coded stream does not end where it should")

    def shift(self) -> None:
        check(self.at < len(self.stream), "a coded stream is truncated")
        self.code = (self.code << 8 | self.stream[self.at]) & (2**32 - 1)
        self.at += 1
