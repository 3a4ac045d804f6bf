// Atoms that stay in WebAssembly memory, to code signals over them by orthogonal matching pursuit.
import { GCompressError } from '@gcompress/core';
import type { HeldAtoms, Pursuit } from '@gcompress/core/hosts';
import type { Workspace } from './module/workspace.ts';
import { roundUp, STRIP } from './products/packing.ts';

/** Entries of a row that are updated at once. */
const TOGETHER = 16;
/** Rows must not start a multiple of this many entries apart, which causes cache conflicts. */
const UNLUCKY = 64;
/** The most signals whose correlations are computed at once, and the most correlations: enough for fast products, few enough for the cache. */
const MOST_SIGNALS = 64;
const MOST_CORRELATIONS = 2 ** 16;
const SINGLE = 4;
const DOUBLE = 8;

/** Addresses of the parts of the memory, in bytes. */
interface Places {
  readonly products: number;
  readonly rows: number;
  readonly columns: number;
  readonly signals: number;
  readonly packed: number;
  readonly rest: number;
  readonly results: number;
}

/**
 * {@link HeldAtoms} of `atoms [k, length]` in their own workspace: inner products of the atoms, the atoms as rows and as columns, and room for
 * the signals of one product.
 */
export function holdAtoms(
  atoms: Float32Array,
  length: number,
  products: Float64Array,
  workspace: Workspace,
): HeldAtoms {
  const count = atoms.length / length;
  const width = roundUp(count, TOGETHER) + (roundUp(count, TOGETHER) % UNLUCKY === 0 ? TOGETHER : 0);
  const padded = roundUp(length, 4);
  const together = Math.max(STRIP, Math.min(MOST_SIGNALS, STRIP * Math.floor(MOST_CORRELATIONS / width / STRIP)));
  const at = placesFor(count, width, padded, together);
  workspace.reserve(at.results);
  const singles = workspace.float32(at.products, count * width);
  for (let i = 0; i < count; i++) singles.set(products.subarray(i * count, (i + 1) * count), i * width);
  const rows = workspace.float32(at.rows, count * padded);
  const columns = workspace.float32(at.columns, padded * width);
  for (let i = 0, from = 0; i < count; i++) {
    for (let j = 0; j < length; j++, from++) {
      rows[i * padded + j] = atoms[from];
      columns[j * width + i] = atoms[from];
    }
  }

  let held: Workspace | undefined = workspace;
  const use = (): Workspace => {
    if (held) return held;
    throw new GCompressError('disposed', {
      where: 'HeldAtoms',
      expected: 'atoms that are held',
      actual: 'atoms that were released',
    });
  };
  const pursueTogether = (owner: Workspace, signals: Float32Array, from: number, size: number, codes: Pursuit) => {
    const { nonzeros } = codes;
    const values = at.results;
    const errors = values + DOUBLE * size * nonzeros;
    const positions = errors + DOUBLE * size;
    const counts = positions + SINGLE * size * nonzeros;
    const work = roundUp(counts + SINGLE * size, 16);
    owner.reserve(work + SINGLE * nonzeros * (width + 1) + DOUBLE * nonzeros * (nonzeros + 1));
    const groups = Math.ceil(size / STRIP);
    copySignals(owner, signals, from, size);
    owner.float32(at.rest, STRIP * groups * width).fill(0);
    owner.loops.addProduct(at.packed, groups, at.columns, padded, width, at.rest, 0);
    owner.float64(errors, size).set(codes.errors.subarray(from, from + size));
    owner.loops.pursue(
      at.signals,
      size,
      padded,
      at.rows,
      at.products,
      width,
      at.rest,
      nonzeros,
      work,
      counts,
      positions,
      values,
      errors,
    );
    codes.counts.set(owner.int32(counts, size), from);
    codes.errors.set(owner.float64(errors, size), from);
    codes.positions.set(owner.int32(positions, size * nonzeros), from * nonzeros);
    codes.values.set(owner.float64(values, size * nonzeros), from * nonzeros);
  };
  /** Copies signals as rows, and in groups whose entries of the same place lie together. */
  const copySignals = (owner: Workspace, signals: Float32Array, from: number, size: number): void => {
    const plain = owner.float32(at.signals, size * padded);
    const stride = STRIP * Math.ceil(size / STRIP);
    const packed = owner.float32(at.packed, padded * stride).fill(0);
    for (let i = 0; i < size; i++) {
      const source = (from + i) * length;
      plain.set(signals.subarray(source, source + length), i * padded);
      for (let j = 0, to = i; j < length; j++, to += stride) packed[to] = signals[source + j];
    }
  };
  return {
    pursue(signals, codes) {
      const owner = use();
      const size = codes.counts.length;
      for (let from = 0; from < size; from += together) {
        pursueTogether(owner, signals, from, Math.min(together, size - from), codes);
      }
    },
    release() {
      held = undefined;
    },
  };
}

function placesFor(count: number, width: number, padded: number, together: number): Places {
  const products = 0;
  const rows = SINGLE * count * width;
  const columns = rows + SINGLE * count * padded;
  const signals = columns + SINGLE * padded * width;
  const packed = signals + SINGLE * together * padded;
  const rest = packed + SINGLE * padded * together;
  const results = roundUp(rest + SINGLE * together * width, 16);
  return { products, rows, columns, signals, packed, rest, results };
}
