"""Decodes context-coded codes, following "Codes" of docs/file-format.md."""

from typing import List

from read_errors import check
from read_integers import Decoder

CODEC = 4
TREE = 124


def decode_codes(stream: bytes, rows: int, columns: int, levels: int) -> List[int]:
    """rows · columns integers from 0 to levels − 1."""
    check(len(stream) >= 3 and stream[0] == CODEC, f"a stream of codes does not begin with {CODEC}")
    frequent = int.from_bytes(stream[1:3], "little")
    bits = (levels - 2).bit_length() if levels > 2 else 0
    decoder = Decoder(MeanModel(TREE + 2**bits), stream, 3)
    above, densities, density, left = [0] * columns, [1000] * columns, 1000, 0
    codes = []
    for _ in range(rows):
        for column in range(columns):
            bucket = (density * densities[column] + 1).bit_length() - 1
            differs = decoder.bit(4 * bucket + 2 * above[column] + left)
            density += (32767 * differs - density) >> 6
            densities[column] += (32767 * differs - densities[column]) >> 6
            above[column] = left = differs
            node = 1
            for _ in range(bits if differs else 0):
                node = 2 * node + decoder.bit(TREE + node)
            number = node - 2**bits
            code = number + (number >= frequent) if differs else frequent
            check(code < levels, f"code {code} of {levels}")
            codes.append(code)
    decoder.check_end(levels - 1)
    return codes


class MeanModel:
    """The mean of the decisions of each slot."""

    def __init__(self, slots: int) -> None:
        self.means = [2**15] * slots
        self.seen = [0] * slots

    def probability(self, slot: int) -> int:
        return max(64, self.means[slot] >> 1)

    def adapt(self, slot: int, bit: int) -> None:
        mean = self.means[slot]
        self.means[slot] = int(mean + (65535 * bit - mean) / (self.seen[slot] + 1.5))
        self.seen[slot] = min(self.seen[slot] + 1, 255)
