// Codes the positions of kept entries in few bits.
import type { GCompressError, PackedMatrix, PackedTensor } from '@gcompress/core';
import { fileError, packBits, packedBytes, packedTensor, unpackBits } from '@gcompress/core/storage';

/** Most bits of the remainder of a gap. */
const MAX_REMAINDER_BITS = 28;

/**
 * Which of many blocks are kept, in the smaller of two stored forms:
 *
 * - `mask`: one bit for each block.
 * - `gaps`: for each kept block, how many pruned ones precede it, in the code of Rice (1979): its first byte is r; then
 *   each gap g takes ⌊g / 2^r⌋ zeros, a one, and the lowest r bits of g, lowest first. Bits fill bytes from the lowest on.
 *
 * At 90 % sparsity gaps take about half a bit a block, close to the least that is possible.
 */
export function packPositions(flags: Uint8Array): Record<string, PackedTensor> {
  const gaps = gapsOf(flags);
  let remainder = 0;
  let bits = gapBits(gaps, 0);
  for (let more = 1; more <= MAX_REMAINDER_BITS; more++) {
    const candidate = gapBits(gaps, more);
    if (candidate >= bits) continue;
    bits = candidate;
    remainder = more;
  }
  const gapBytes = 1 + packedBytes(bits, 1);
  if (packedBytes(flags.length, 1) <= gapBytes) return { mask: bytesTensor(packBits(flags, 1)) };
  return { gaps: bytesTensor(writeGaps(gaps, remainder, gapBytes)) };
}

/** Bytes that the stored positions of `kept` of `count` blocks take at most, wherever they are. */
export function positionBytes(count: number, kept: number): number {
  let bits = Number.POSITIVE_INFINITY;
  for (let remainder = 0; remainder <= MAX_REMAINDER_BITS; remainder++) {
    bits = Math.min(bits, kept * (remainder + 1) + Math.floor((count - kept) / 2 ** remainder));
  }
  return Math.min(packedBytes(count, 1), 1 + packedBytes(bits, 1));
}

/**
 * A flag for each of `count` blocks, as {@link packPositions} stored them.
 *
 * @throws GCompressError `file-tensor` or `file-dtype` when they are missing or damaged.
 */
export function unpackPositions(packed: PackedMatrix, count: number): Uint8Array {
  if (Object.hasOwn(packed.tensors, 'mask')) {
    const { data } = packedTensor(packed, 'mask', 'uint8', [packedBytes(count, 1)]);
    return Uint8Array.from(unpackBits(data, 1, count));
  }
  return readGaps(packedTensor(packed, 'gaps', 'uint8', [null]).data, count, packed.format);
}

/** Bytes as they are stored. */
export function bytesTensor(data: Uint8Array): PackedTensor {
  return { shape: [data.length], data };
}

function gapsOf(flags: Uint8Array): Int32Array {
  const gaps = new Int32Array(flags.length);
  let kept = 0;
  for (let block = 0, next = 0; block < flags.length; block++) {
    if (flags[block] === 0) continue;
    gaps[kept++] = block - next;
    next = block + 1;
  }
  return gaps.slice(0, kept);
}

function gapBits(gaps: Int32Array, remainder: number): number {
  let bits = gaps.length * (remainder + 1);
  for (const gap of gaps) bits += gap >>> remainder;
  return bits;
}

function writeGaps(gaps: Int32Array, remainder: number, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  bytes[0] = remainder;
  let at = 8;
  for (const gap of gaps) {
    at += gap >>> remainder;
    bytes[at >>> 3] |= 1 << (at & 7);
    at++;
    for (let bit = 0; bit < remainder; bit++, at++) bytes[at >>> 3] |= ((gap >>> bit) & 1) << (at & 7);
  }
  return bytes;
}

function readGaps(bytes: Uint8Array, count: number, format: string): Uint8Array {
  const flags = new Uint8Array(count);
  const end = bytes.length * 8;
  const remainder = bytes[0] ?? MAX_REMAINDER_BITS + 1;
  if (remainder > MAX_REMAINDER_BITS) throw damaged(format, `at most ${MAX_REMAINDER_BITS} bits`, `${bytes[0]}`);
  const bitAt = (at: number) => (bytes[at >>> 3] >>> (at & 7)) & 1;
  let at = 8;
  for (let next = 0; ; ) {
    const begin = at;
    while (at < end && bitAt(at) === 0) at++;
    if (at === end) {
      // What fills the last byte
      if (end - begin < 8) return flags;
      throw damaged(format, 'less than a byte after the last gap', `${end - begin} bits`);
    }
    const high = at++ - begin;
    if (at + remainder > end) throw damaged(format, 'whole gaps', 'half of one at the end');
    let gap = high * 2 ** remainder;
    for (let bit = 0; bit < remainder; bit++) gap += bitAt(at++) << bit;
    const block = next + gap;
    if (block >= count) throw damaged(format, `positions below ${count}`, `${block}`);
    flags[block] = 1;
    next = block + 1;
  }
}

function damaged(format: string, expected: string, actual: string): GCompressError {
  return fileError('file-tensor', `${format} tensor 'gaps'`, expected, actual);
}
