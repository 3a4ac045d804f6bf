// Stores the positions of kept blocks compactly: as a mask, an entropy-coded mask, or Rice-coded gaps.
import { codesCodec, packCodes } from '@gcompress/coder';
import { unpackCodes } from '@gcompress/coder/decode';
import type { GCompressError, PackedMatrix, PackedTensor, Shape2D } from '@gcompress/core';
import { fileError, packBits, packedBytes, packedTensor, type StorageCodec } from '@gcompress/core/storage';
import type { BlockGrid } from './block-grid.ts';

/** Most bits of the remainder of a gap. */
const MAX_REMAINDER_BITS = 28;

/**
 * The positions of the kept blocks of a grid, in the smallest of three stored forms:
 *
 * - `mask`: one bit for each block.
 * - `coded-mask`: these bits, entropy-coded with contexts from the rows and columns of blocks.
 * - `gaps`: for each kept block, the number of pruned blocks directly before it, in Rice code (1979). The first byte is r; then
 *   each gap g takes ⌊g / 2^r⌋ zeros, a one, and the lowest r bits of g, lowest first. Bits fill bytes from the lowest on.
 *
 * At 90 % sparsity, gaps take about half a bit a block, close to the least for randomly kept blocks. In trained weights, some rows and
 * columns keep more than others, and the entropy coder then takes fewer bits. Gaps win for a few dozen blocks.
 */
export function packPositions(flags: Uint8Array, grid: BlockGrid): Record<string, PackedTensor> {
  return smaller(packCodes('mask', flags, sidesOf(grid), 2), flags);
}

/** The mask, or the gaps where these are smaller. */
function smaller(mask: Record<string, PackedTensor>, flags: Uint8Array): Record<string, PackedTensor> {
  const gaps = packGaps(flags);
  const [{ data }] = Object.values(mask);
  return data.length <= gaps.data.length ? mask : { gaps };
}

function packGaps(flags: Uint8Array): PackedTensor {
  const gaps = gapsOf(flags);
  let remainder = 0;
  let bits = gapBits(gaps, 0);
  // Each gap takes at least its remainder and a one
  for (let more = 1; more <= MAX_REMAINDER_BITS && gaps.length * (more + 1) < bits; more++) {
    const candidate = gapBits(gaps, more);
    if (candidate >= bits) continue;
    bits = candidate;
    remainder = more;
  }
  const gapBytes = 1 + packedBytes(bits, 1);
  return { shape: [gapBytes], data: writeGaps(gaps, remainder, gapBytes) };
}

/**
 * The positions of a matrix without the entropy coder, as a mask or as gaps, whichever is smaller. Undefined if {@link encodePositions}
 * could not restore the stored ones bit for bit.
 */
export function decodePositions(packed: PackedMatrix, grid: BlockGrid): Record<string, PackedTensor> | undefined {
  const { 'coded-mask': coded, gaps, mask } = packed.tensors;
  if (gaps) return isEqual(gaps, packGaps(unpackPositions(packed, grid))) ? { gaps } : undefined;
  if (!coded) return { mask };
  const decoded = maskCodec(grid).decode(packed);
  return decoded && smaller({ mask: decoded.tensors.mask }, unpackPositions(decoded, grid));
}

/** The inverse: the positions under the one of `names` that is for positions. */
export function encodePositions(
  decoded: PackedMatrix,
  grid: BlockGrid,
  names: readonly string[],
): Record<string, PackedTensor> {
  const flags = unpackPositions(decoded, grid);
  if (names.includes('gaps')) return { gaps: packGaps(flags) };
  if (names.includes('coded-mask')) return packCodes('mask', flags, sidesOf(grid), 2);
  const bits = packBits(flags, 1);
  return { mask: { shape: [bits.length], data: bits } };
}

/** The tensors of a matrix that are not for positions. */
export function withoutPositions(tensors: PackedMatrix['tensors']): Record<string, PackedTensor> {
  const { gaps: _gaps, mask: _mask, 'coded-mask': _coded, ...others } = tensors;
  return others;
}

function maskCodec(grid: BlockGrid): StorageCodec {
  return codesCodec((_, read) => {
    read('mask', sidesOf(grid), 2);
  });
}

function isEqual({ data }: PackedTensor, other: PackedTensor): boolean {
  return data.length === other.data.length && data.every((value, at) => value === other.data[at]);
}

/** The most bytes for the positions of `kept` blocks among `count`, over all arrangements. */
export function positionBytes(count: number, kept: number): number {
  let bits = Number.POSITIVE_INFINITY;
  for (let remainder = 0; remainder <= MAX_REMAINDER_BITS; remainder++) {
    bits = Math.min(bits, kept * (remainder + 1) + Math.floor((count - kept) / 2 ** remainder));
  }
  return Math.min(packedBytes(count, 1), 1 + packedBytes(bits, 1));
}

/**
 * Reads the flags of all blocks of a grid, stored by {@link packPositions}.
 *
 * @throws GCompressError `file-tensor` or `file-dtype` when the positions are missing or damaged.
 */
export function unpackPositions(packed: PackedMatrix, grid: BlockGrid): Uint8Array {
  if (Object.hasOwn(packed.tensors, 'gaps')) {
    return readGaps(packedTensor(packed, 'gaps', 'uint8', [null]).data, grid.count, packed.format);
  }
  if (Object.hasOwn(packed.tensors, 'coded-mask')) return new Uint8Array(unpackCodes(packed, 'mask', sidesOf(grid), 2));
  const bits = packedTensor(packed, 'mask', 'uint8', [packedBytes(grid.count, 1)]).data;
  const flags = new Uint8Array(grid.count);
  for (let block = 0; block < flags.length; block++) flags[block] = (bits[block >> 3] >> (block & 7)) & 1;
  return flags;
}

/** The numbers of rows and columns of blocks. */
function sidesOf({ count, across }: BlockGrid): Shape2D {
  return [count / across, across];
}

function gapsOf(flags: Uint8Array): Int32Array {
  let kept = 0;
  for (let block = 0; block < flags.length; block++) kept += flags[block];
  const gaps = new Int32Array(kept);
  for (let block = 0, next = 0, at = 0; at < kept; block++) {
    if (flags[block] === 0) continue;
    gaps[at++] = block - next;
    next = block + 1;
  }
  return gaps;
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
      // Padding of the last byte
      if (end - begin < 8) return flags;
      throw damaged(format, 'less than a byte after the last gap', `${end - begin} bits`);
    }
    const high = at++ - begin;
    if (at + remainder > end) throw damaged(format, 'complete gaps', 'an incomplete gap at the end');
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
