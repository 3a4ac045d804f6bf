// The sparse codes of a dictionary as a kernel holds them: in the narrowest types, piece after piece.
import { unpackCodes } from '@gcompress/coder/decode';
import type { PackedMatrix, PackedTensor } from '@gcompress/core';
import { assertVersion, bitsFor, fileError, packBits, packedTensor } from '@gcompress/core/storage';
import type { KernelSource, StoredForm, TakenOver } from '@gcompress/tfjs/layers';
import type { Loops, SparseCodes } from '../loops/loops.ts';

/** Version of the stored form. */
const VERSION = 2;

/** The form of sparse codes. */
export interface CodeForm {
  readonly rows: number;
  readonly cols: number;
  readonly atoms: number;
  /** Entries of a signal, L. */
  readonly length: number;
  /** Signals of a row. */
  readonly pieces: number;
  /** The most nonzeros of a code. */
  readonly nonzeros: number;
  /** Bits of a stored value: 32 for float32, or 2 to 16 for steps from −1 to 1. */
  readonly valueBits: number;
}

/** Sparse codes in the memory of loops. */
export interface HeldCodes<R> {
  readonly codes: SparseCodes<R>;
  readonly numbers: readonly R[];
  readonly takenOver: TakenOver;
}

/** Codes as they are stored: signal after signal, the pieces of a row side by side. */
interface StoredCodes {
  readonly counts: ArrayLike<number>;
  readonly positions: ArrayLike<number>;
  /** Steps for values of at most 16 bits. */
  readonly values: ArrayLike<number>;
}

/** Undefined for a damaged form, and for counts and positions of more than 16 bits. */
export function codeForm({ shape: [rows, cols], config, tensors }: StoredForm): CodeForm | undefined {
  const { signalLength: length, nonzeros, valueBits } = config;
  const atoms = tensors.atoms?.shape[0];
  if (!isCount(length, cols) || !isCount(nonzeros, Math.min(length, 2 ** 16 - 1))) return undefined;
  if (!isCount(atoms, 2 ** 16) || !(valueBits === 32 || (isCount(valueBits, 16) && valueBits > 1))) return undefined;
  return { rows, cols, atoms, length, pieces: Math.ceil(cols / length), nonzeros, valueBits };
}

/** Reads the stored codes and holds them. Float32 values stay in place if their order is that of the pieces. */
export function heldCodes<R>(
  { tensors, form: stored, packed }: KernelSource,
  form: CodeForm,
  loops: Loops<R>,
): HeldCodes<R> {
  const read = storedCodes(packed(), form);
  const { rows, pieces, atoms, nonzeros, valueBits } = form;
  const order = pieceOrder(read.counts, form);
  const total = read.positions.length;
  const counts = new (nonzeros < 256 ? Uint8Array : Uint16Array)(rows * pieces);
  for (let piece = 0, to = 0; piece < pieces; piece++) {
    for (let row = 0; row < rows; row++) counts[to++] = read.counts[row * pieces + piece];
  }
  const columns = new (atoms <= 256 ? Uint8Array : Uint16Array)(total);
  for (let to = 0; to < total; to++) columns[to] = read.positions[order(to)];
  const ValueArray = valueArray(read.values, valueBits);
  const values = new ValueArray(total);
  for (let to = 0; to < total; to++) values[to] = read.values[order(to)];
  const isInPlace = valueBits === 32 && pieces === 1;
  const codes = {
    counts: loops.hold(counts),
    countBytes: counts.BYTES_PER_ELEMENT as 1 | 2,
    columns: loops.hold(columns),
    columnBytes: columns.BYTES_PER_ELEMENT as 1 | 2,
    values: isInPlace ? loops.borrow(tensors.values, 'float32') : loops.hold(values),
    valueBytes: values.BYTES_PER_ELEMENT as 1 | 2 | 4,
    step: valueBits === 32 ? 1 : 1 / stepsFor(valueBits),
  };
  const names = ['mask', 'counts', 'positions', ...(isInPlace ? [] : ['values'])];
  const kinds = {
    counts: counts.constructor,
    columns: columns.constructor,
    values: ValueArray,
  } as unknown as ArrayKinds;
  return {
    codes,
    numbers: [codes.counts, codes.columns, codes.values],
    takenOver: { names, restore: () => restored(stored, form, codes, kinds, total, loops) },
  };
}

type ArrayKinds = Readonly<
  Record<'counts' | 'columns' | 'values', new (buffer: ArrayBuffer, offset: number, length: number) => Int16Array>
>;

/** The stored tensors that the held numbers replace, in packed bits. */
function restored<R>(
  { tensors }: StoredForm,
  form: CodeForm,
  held: SparseCodes<R>,
  kinds: ArrayKinds,
  total: number,
  loops: Loops<R>,
): Record<string, PackedTensor> {
  const { rows, pieces, atoms, nonzeros, valueBits } = form;
  const signals = rows * pieces;
  const list = (name: keyof ArrayKinds, numbers: R, length: number) =>
    new kinds[name](loops.bytesOf(numbers).buffer, 0, length);
  const pieceCounts = list('counts', held.counts, signals);
  const counts = new Int32Array(signals);
  for (let piece = 0, at = 0; piece < pieces; piece++) {
    for (let row = 0; row < rows; row++) counts[row * pieces + piece] = pieceCounts[at++];
  }
  const order = pieceOrder(counts, form);
  const [columns, values] = [list('columns', held.columns, total), list('values', held.values, total)];
  const positions = new Int32Array(total);
  const steps = valueBits === 32 ? new Float32Array(total) : new Int32Array(total);
  for (let at = 0; at < total; at++) {
    positions[order(at)] = columns[at];
    steps[order(at)] = valueBits === 32 ? values[at] : values[at] + stepsFor(valueBits);
  }
  const made: Record<string, PackedTensor> = {};
  const bits = (codes: Int32Array | Uint8Array, levels: number): PackedTensor => {
    const data = packBits(codes, bitsFor(levels));
    return { shape: [data.length], data };
  };
  if (has(tensors, 'mask')) {
    const mask = new Uint8Array(signals * atoms);
    for (let signal = 0, at = 0; signal < signals; signal++) {
      for (const end = at + counts[signal]; at < end; at++) mask[signal * atoms + positions[at]] = 1;
    }
    made.mask = bits(mask, 2);
  } else made.positions = bits(positions, atoms);
  if (has(tensors, 'counts')) made.counts = bits(counts, nonzeros + 1);
  if (steps instanceof Float32Array) made.values = { shape: [total], data: steps };
  else made.values = bits(steps, 2 ** valueBits);
  return made;
}

/** @throws GCompressError `file-tensor` for damaged codes. */
function storedCodes(packed: PackedMatrix, form: CodeForm): StoredCodes {
  assertVersion(packed, VERSION);
  const { rows, pieces, atoms, nonzeros, valueBits, length } = form;
  packedTensor(packed, 'atoms', 'float32', [atoms, length]);
  const signals = rows * pieces;
  const { counts, positions } = has(packed.tensors, 'mask') ? masked(packed, form) : listed(packed, form);
  for (let signal = 0; signal < signals; signal++) {
    if (counts[signal] > nonzeros)
      throw damaged('counts', `at most ${nonzeros} nonzeros a signal`, `${counts[signal]}`);
  }
  const total = positions.length;
  const values =
    valueBits === 32
      ? packedTensor(packed, 'values', 'float32', [total]).data
      : shifted(unpackCodes(packed, 'values', [1, total], 2 ** valueBits), stepsFor(valueBits));
  for (let signal = 0, at = 0; signal < signals; signal++) {
    let previous = -1;
    for (const end = at + counts[signal]; at < end; at++) {
      if (values[at] === 0) continue;
      if (positions[at] <= previous) throw damaged('positions', 'atoms in order', `${positions[at]} after ${previous}`);
      previous = positions[at];
    }
  }
  return { counts, positions, values };
}

function masked(packed: PackedMatrix, { rows, pieces, atoms }: CodeForm) {
  const counts = new Int32Array(rows * pieces);
  const mask = unpackCodes(packed, 'mask', [rows * pieces, atoms], 2);
  const positions = new Int32Array(mask.reduce((sum, bit) => sum + bit, 0));
  for (let at = 0, to = 0; at < mask.length; at++) {
    if (mask[at] === 0) continue;
    positions[to++] = at % atoms;
    counts[Math.floor(at / atoms)]++;
  }
  return { counts, positions };
}

function listed(packed: PackedMatrix, { rows, pieces, atoms, nonzeros }: CodeForm) {
  const signals = rows * pieces;
  if (!has(packed.tensors, 'counts')) {
    const positions = unpackCodes(packed, 'positions', [signals, nonzeros], atoms);
    return { counts: new Int32Array(signals).fill(nonzeros), positions };
  }
  const counts = unpackCodes(packed, 'counts', [rows, pieces], nonzeros + 1);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { counts, positions: unpackCodes(packed, 'positions', [1, total], atoms) };
}

/** Of a nonzero in the order of pieces, the place in the order of signals. Call it with 0, 1, 2 … */
function pieceOrder(counts: ArrayLike<number>, { rows, pieces }: CodeForm): (at: number) => number {
  if (pieces === 1) return (at) => at;
  const starts = new Int32Array(rows * pieces);
  let total = 0;
  for (let signal = 0; signal < starts.length; signal++) {
    starts[signal] = total;
    total += counts[signal];
  }
  const places = new Int32Array(total);
  for (let piece = 0, to = 0; piece < pieces; piece++) {
    for (let signal = piece; signal < starts.length; signal += pieces) {
      for (let i = 0; i < counts[signal]; i++) places[to++] = starts[signal] + i;
    }
  }
  return (at) => places[at];
}

/** The narrowest type of all values. */
function valueArray(values: ArrayLike<number>, valueBits: number) {
  if (valueBits === 32) return Float32Array;
  let [least, most] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    least = Math.min(least, values[at]);
    most = Math.max(most, values[at]);
  }
  if (least >= -(2 ** 7) && most < 2 ** 7) return Int8Array;
  // One code of 16 bits is above the largest step
  return least >= -(2 ** 15) && most < 2 ** 15 ? Int16Array : Float32Array;
}

function shifted(codes: Int32Array, steps: number): Int32Array {
  return codes.map((code) => code - steps);
}

/** Number of steps from 0 to 1 for values of this many bits. */
function stepsFor(valueBits: number): number {
  return 2 ** (valueBits - 1) - 1;
}

function has(tensors: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(tensors, name) || Object.hasOwn(tensors, `coded-${name}`);
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most;
}

function damaged(tensor: string, expected: string, actual: string) {
  return fileError('file-tensor', `dictlearn tensor '${tensor}'`, expected, actual);
}
