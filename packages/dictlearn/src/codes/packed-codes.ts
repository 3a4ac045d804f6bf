// Reader and writer of the stored form of sparse codes.
import { type CodesReader, packCodes } from '@gcompress/coder';
import { unpackCodes } from '@gcompress/coder/decode';
import type { GCompressError, PackedMatrix, PackedTensor } from '@gcompress/core';
import { fileError, packBits, packedBytes, packedTensor } from '@gcompress/core/storage';
import type { Layout } from './layout.ts';
import { type SparseCodes, withoutZeros } from './sparse-codes.ts';

/** Codes that a file of any size may claim: 64 MiB of float32. */
const ALWAYS_ALLOWED = 2 ** 24;
/** Most codes for each stored byte, in files that claim more. Unmasked codes never need more than 321. */
const MAX_CODES_PER_BYTE = 512;

/**
 * The stored form of sparse codes: `values`, and their places in the smallest of three ways. `packCodes` of `@gcompress/coder` stores
 * each of these tensors, except values of 32 bits.
 *
 * - `mask`: one bit for each signal and atom.
 * - `counts` and `positions`: the number of nonzeros of each signal, and the index of the atom of each nonzero.
 * - `positions` alone: t for each signal; unused positions have the value 0.
 */
export function packSparseCodes(codes: SparseCodes, layout: Layout, atoms: number): Record<string, PackedTensor> {
  const { counts, positions, values } = codes;
  const { signals, nonzeros, valueBits } = layout;
  const stored = packedValues(values, valueBits);
  const filled = filledUp(codes, nonzeros);
  const ways: Record<string, PackedTensor>[] = [
    {
      ...packCodes('positions', filled.positions, [signals, nonzeros], atoms),
      ...packedValues(filled.values, valueBits),
    },
    {
      ...packCodes('counts', counts, [layout.rows, layout.pieces], nonzeros + 1),
      ...packCodes('positions', positions, [1, positions.length], atoms),
      ...stored,
    },
  ];
  const fewest = Math.min(...ways.map(byteLength)) - byteLength(stored);
  const maskBytes = packedBytes(signals * atoms, 1);
  // Coding a mask that is much larger than the codes takes long, and is not smaller than positions
  if (layout.masked || maskBytes <= fewest) {
    ways.push({ ...packCodes('mask', maskOf(codes, atoms), [signals, atoms], 2), ...stored });
  }
  const smallest = ways.reduce((best, way) => (byteLength(way) < byteLength(best) ? way : best));
  if (!isAmplified(layout, atoms, byteLength(smallest))) return smallest;
  // A reader would refuse this many codes for so few bytes
  const bits = packBits(maskOf(codes, atoms), 1);
  return { mask: { shape: [bits.length], data: bits }, ...stored };
}

/**
 * Reads the codes stored by {@link packSparseCodes}.
 *
 * @throws GCompressError `file-tensor` or `file-dtype` when a tensor is missing, misshapen or impossible; `file-oversized` when
 * a small file claims very many codes.
 *
 * @param read reads each tensor of codes.
 */
export function unpackSparseCodes(
  stored: PackedMatrix,
  layout: Layout,
  atoms: number,
  read: CodesReader = (name, shape, levels) => unpackCodes(stored, name, shape, levels),
): SparseCodes {
  const { signals, nonzeros, valueBits, rows, pieces } = layout;
  const bytes = byteLength(stored.tensors);
  if (isAmplified(layout, atoms, bytes)) {
    throw fileError(
      'file-oversized',
      'dictlearn codes',
      `at most ${MAX_CODES_PER_BYTE} codes for each stored byte`,
      `${codesOf(layout, atoms)} codes for ${bytes} bytes`,
    );
  }
  const has = (name: string) => Object.keys(stored.tensors).some((tensor) => tensor.endsWith(name));
  let counts: Int32Array;
  let positions: Int32Array;
  if (has('mask')) {
    const mask = read('mask', [signals, atoms], 2);
    counts = new Int32Array(signals);
    for (let at = 0; at < mask.length; at++) counts[Math.floor(at / atoms)] += mask[at];
    positions = new Int32Array(total(counts, nonzeros));
    for (let at = 0, to = 0; at < mask.length; at++) if (mask[at] === 1) positions[to++] = at % atoms;
  } else {
    const counted = has('counts') ? read('counts', [rows, pieces], nonzeros + 1) : undefined;
    // A false claim of many signals fails here, before memory is allocated for them
    positions = read('positions', counted ? [1, total(counted, nonzeros)] : [signals, nonzeros], atoms);
    counts = counted ?? new Int32Array(signals).fill(nonzeros);
  }
  const steps = stepsFor(valueBits);
  const { length } = positions;
  const values =
    valueBits === 32
      ? packedTensor(stored, 'values', 'float32', [length]).data
      : Float32Array.from(read('values', [1, length], 2 ** valueBits), (at) => (at - steps) / steps);
  const codes = withoutZeros({ counts, positions, values });
  assertOrder(codes);
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

function packedValues(values: Float32Array, valueBits: number): Record<string, PackedTensor> {
  if (valueBits === 32) return { values: { shape: [values.length], data: values } };
  const steps = stepsFor(valueBits);
  const codes = Int32Array.from(values, (value) => Math.round(value * steps) + steps);
  return packCodes('values', codes, [1, codes.length], 2 ** valueBits);
}

function byteLength(tensors: Readonly<Record<string, PackedTensor>>): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
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

function assertOrder({ counts, positions }: SparseCodes): void {
  for (let signal = 0, at = 0; signal < counts.length; signal++) {
    let previous = -1;
    for (const end = at + counts[signal]; at < end; at++) {
      if (positions[at] <= previous) throw damaged('positions', 'atoms in order', `${positions[at]} after ${previous}`);
      previous = positions[at];
    }
  }
}

function damaged(tensor: string, expected: string, actual: string): GCompressError {
  return fileError('file-tensor', `dictlearn tensor '${tensor}'`, expected, actual);
}
