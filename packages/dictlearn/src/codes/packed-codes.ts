// Sparse codes as they are stored, and back.
import type { GCompressError, PackedMatrix, PackedTensor } from '@gcompress/core';
import { bitsFor, fileError, packBits, packedBytes, packedTensor, unpackBits } from '@gcompress/core/storage';
import type { Layout } from './layout.ts';
import { type SparseCodes, withoutZeros } from './sparse-codes.ts';

/** Codes that any file may claim, however small: 64 MiB of float32. */
const ALWAYS_ALLOWED = 2 ** 24;
/** Above that, the most codes for each stored byte. Unmasked codes never need more than 321. */
const MAX_CODES_PER_BYTE = 512;

/**
 * The stored form of sparse codes: `values`, and their places in the smallest of three ways:
 *
 * - `mask`: one bit for each signal and atom.
 * - `counts` and `positions`: the number of nonzeros of each signal, and the index of the atom of each nonzero.
 * - `positions` alone: t for each signal; unused ones have the value 0.
 */
export function packCodes(codes: SparseCodes, layout: Layout, atoms: number): Record<string, PackedTensor> {
  const { counts, positions, values } = codes;
  const { signals, nonzeros, valueBits } = layout;
  const bits = bitsFor(atoms);
  const countBits = bitsFor(nonzeros + 1);
  const spare = signals * nonzeros - values.length;
  const maskBytes = packedBytes(signals * atoms, 1);
  const countedBytes = packedBytes(signals, countBits) + packedBytes(values.length, bits);
  const filledBytes = packedBytes(signals * nonzeros, bits) + packedBytes(spare, valueBits);
  if (filledBytes <= Math.min(maskBytes, countedBytes)) {
    const filled = filledUp(codes, nonzeros);
    return { positions: packed(filled.positions, bits), values: packedValues(filled.values, valueBits) };
  }
  const stored = packedValues(values, valueBits);
  // A mask also where a reader would refuse this many codes for so few bytes
  if (maskBytes <= countedBytes || isAmplified(layout, atoms, countedBytes))
    return { mask: packed(maskOf(codes, atoms), 1), values: stored };
  return { counts: packed(counts, countBits), positions: packed(positions, bits), values: stored };
}

/**
 * The codes that {@link packCodes} stored.
 *
 * @throws GCompressError `file-tensor` or `file-dtype` when a tensor is missing, misshapen or impossible; `file-oversized` when
 * a small file claims very many codes.
 */
export function unpackCodes(stored: PackedMatrix, layout: Layout, atoms: number): SparseCodes {
  const { signals, nonzeros, valueBits } = layout;
  const integers = (name: string, bits: number, count: number) =>
    unpackBits(packedTensor(stored, name, 'uint8', [packedBytes(count, bits)]).data, bits, count);
  const bytes = Object.values(stored.tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (isAmplified(layout, atoms, bytes)) {
    throw fileError(
      'file-oversized',
      'dictlearn codes',
      `at most ${MAX_CODES_PER_BYTE} codes for each stored byte`,
      `${codesOf(layout, atoms)} codes for ${bytes} bytes`,
    );
  }
  let counts: Int32Array;
  let positions: Int32Array;
  if (Object.hasOwn(stored.tensors, 'mask')) {
    const mask = integers('mask', 1, signals * atoms);
    counts = new Int32Array(signals);
    for (let at = 0; at < mask.length; at++) counts[Math.floor(at / atoms)] += mask[at];
    positions = new Int32Array(total(counts, nonzeros));
    for (let at = 0, to = 0; at < mask.length; at++) if (mask[at] === 1) positions[to++] = at % atoms;
  } else {
    const counted = Object.hasOwn(stored.tensors, 'counts')
      ? integers('counts', bitsFor(nonzeros + 1), signals)
      : undefined;
    // A mere claim of many signals fails here, before any allocation for them
    positions = integers('positions', bitsFor(atoms), counted ? total(counted, nonzeros) : signals * nonzeros);
    counts = counted ?? new Int32Array(signals).fill(nonzeros);
  }
  const steps = stepsFor(valueBits);
  const values =
    valueBits === 32
      ? packedTensor(stored, 'values', 'float32', [positions.length]).data
      : Float32Array.from(integers('values', valueBits, positions.length), (value) => (value - steps) / steps);
  const codes = withoutZeros({ counts, positions, values });
  assertPositions(codes, atoms);
  return codes;
}

/** Number of values in the working form of the codes. */
function codesOf({ signals, masked, nonzeros }: Layout, atoms: number): number {
  return signals * (masked ? atoms : nonzeros);
}

/** True if a reader would allocate far more than these bytes. */
function isAmplified(layout: Layout, atoms: number, bytes: number): boolean {
  return codesOf(layout, atoms) > Math.max(ALWAYS_ALLOWED, MAX_CODES_PER_BYTE * bytes);
}

/** Number of steps from 0 to 1 for values of this many bits. */
export function stepsFor(valueBits: number): number {
  return 2 ** (valueBits - 1) - 1;
}

function packedValues(values: Float32Array, valueBits: number): PackedTensor {
  if (valueBits === 32) return { shape: [values.length], data: values };
  const steps = stepsFor(valueBits);
  return packed(
    Int32Array.from(values, (value) => Math.round(value * steps) + steps),
    valueBits,
  );
}

function packed(values: ArrayLike<number>, bits: number): PackedTensor {
  const data = packBits(values, bits);
  return { shape: [data.length], data };
}

function filledUp({ counts, positions, values }: SparseCodes, nonzeros: number) {
  const filled = {
    positions: new Int32Array(counts.length * nonzeros),
    values: new Float32Array(counts.length * nonzeros),
  };
  for (let signal = 0, from = 0; signal < counts.length; signal++) {
    const next = from + counts[signal];
    filled.positions.set(positions.subarray(from, next), signal * nonzeros);
    filled.values.set(values.subarray(from, next), signal * nonzeros);
    from = next;
  }
  return filled;
}

function maskOf({ counts, positions }: SparseCodes, atoms: number): Uint8Array {
  const mask = new Uint8Array(counts.length * atoms);
  for (let signal = 0, from = 0; signal < counts.length; signal++) {
    for (let i = 0; i < counts[signal]; i++) mask[signal * atoms + positions[from++]] = 1;
  }
  return mask;
}

function total(counts: Int32Array, nonzeros: number): number {
  let sum = 0;
  for (const count of counts) {
    if (count > nonzeros) throw damaged('counts', `at most ${nonzeros} nonzeros a signal`, `${count}`);
    sum += count;
  }
  return sum;
}

function assertPositions({ counts, positions }: SparseCodes, atoms: number): void {
  for (let signal = 0, at = 0; signal < counts.length; signal++) {
    let previous = -1;
    for (const end = at + counts[signal]; at < end; at++) {
      if (positions[at] <= previous || positions[at] >= atoms) {
        throw damaged('positions', `atoms in order below ${atoms}`, `${positions[at]} after ${previous}`);
      }
      previous = positions[at];
    }
  }
}

function damaged(tensor: string, expected: string, actual: string): GCompressError {
  return fileError('file-tensor', `dictlearn tensor '${tensor}'`, expected, actual);
}
