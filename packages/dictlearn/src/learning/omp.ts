// Sparse codes by orthogonal matching pursuit.
import type { Kernels, Pace } from '@gcompress/core';
import type { HeldAtoms } from '@gcompress/core/hosts';
import { type Dense, gram, multiply } from '@gcompress/linalg';
import type { Codes } from './dictionary.ts';
import { energiesOf, pickSignals, type Signals } from './signals.ts';

/** A residual with a smaller part of the signal's energy is rounding error of float32. */
export const EXPLAINED = 1e-14;
/** Part of an atom's energy that must be outside the span of the atoms chosen before. */
const INDEPENDENT = 1e-8;
/** Correlations computed at a time: enough for fast products, few enough for the cache. */
const CHUNK_VALUES = 2 ** 16;
/** The most multiplications of one matrix product: between products, the work can be aborted. */
const PANEL_OPERATIONS = 2 ** 23;
/** Progress once the inner products of the atoms are computed. */
const PRODUCTS = 0.05;
/** Of the rest: progress once kernels that hold the atoms are done. */
const HELD = 0.9;
/** The most inner products of atoms that such kernels hold: they take four bytes for each. */
const HELD_PRODUCTS = 2 ** 24;
/** Signals of one call of such kernels, and operations that take about as long as one of plain arrays. */
const HELD_CHUNK = 64;
const OPERATIONS_AT_ONCE = 8;

/**
 * Codes by orthogonal matching pursuit: repeatedly add the atom that correlates most with the residual and fit all values again by
 * least squares, until t atoms are chosen or the residual vanishes. As in the batch version (Rubinstein, Zibulevsky and Elad,
 * 2008), the signal is read once, for its correlations with all atoms; the Gram matrix of the atoms then updates the
 * correlations.
 *
 * @param atoms rows of unit norm or zero, `[k, L]`.
 * @param kernels computes the matrix products, and the pursuits if they hold atoms. Default: the portable kernels.
 */
export function codeSignals(
  signals: Signals,
  atoms: Float32Array,
  nonzeros: number,
  pace: Pace = () => {},
  kernels?: Kernels,
): Codes {
  const { count, length, data } = signals;
  const codes: Codes = {
    nonzeros,
    counts: new Int32Array(count),
    positions: new Int32Array(count * nonzeros),
    values: new Float64Array(count * nonzeros),
    errors: energiesOf(data, length),
  };
  const products = innerProducts(atoms, length, (operations, done) => pace(operations, PRODUCTS * done), kernels);
  const remaining: Pace = (operations, done) => pace(operations, PRODUCTS + (1 - PRODUCTS) * done);
  const held = products.length > HELD_PRODUCTS ? undefined : kernels?.holdAtoms?.(atoms, length, products);
  if (held === undefined) {
    codePortably(signals, atoms, products, codes, remaining, kernels);
    return codes;
  }
  try {
    const left = codeHeld(signals, held, codes, atoms.length / length, (operations, done) =>
      remaining(operations, HELD * done),
    );
    codeAgain(signals, left, atoms, products, codes, (operations, done) =>
      remaining(operations, HELD + (1 - HELD) * done),
    );
  } finally {
    held.release();
  }
  return codes;
}

/** Codes signals by kernels that hold the atoms; returns the signals for which they are not accurate enough. */
function codeHeld(
  { count, length, data }: Signals,
  held: HeldAtoms,
  codes: Codes,
  atoms: number,
  pace: Pace,
): Int32Array {
  const { nonzeros } = codes;
  for (let first = 0; first < count; first += HELD_CHUNK) {
    const end = Math.min(count, first + HELD_CHUNK);
    held.pursue(data.subarray(first * length, end * length), {
      nonzeros,
      counts: codes.counts.subarray(first, end),
      positions: codes.positions.subarray(first * nonzeros, end * nonzeros),
      values: codes.values.subarray(first * nonzeros, end * nonzeros),
      errors: codes.errors.subarray(first, end),
    });
    pace(((end - first) * atoms * (length + nonzeros ** 2)) / OPERATIONS_AT_ONCE, end / count);
  }
  return Int32Array.from(codes.counts.keys()).filter((signal) => codes.counts[signal] < 0);
}

/** Codes these signals with plain arrays. */
function codeAgain(
  signals: Signals,
  chosen: Int32Array,
  atoms: Float32Array,
  products: Float64Array,
  codes: Codes,
  pace: Pace,
): void {
  const { nonzeros } = codes;
  const size = chosen.length;
  const own: Codes = {
    nonzeros,
    counts: new Int32Array(size),
    positions: new Int32Array(size * nonzeros),
    values: new Float64Array(size * nonzeros),
    errors: Float64Array.from(chosen, (signal) => codes.errors[signal]),
  };
  codePortably(pickSignals(signals, chosen), atoms, products, own, pace);
  chosen.forEach((signal, from) => {
    codes.counts[signal] = own.counts[from];
    codes.errors[signal] = own.errors[from];
    codes.positions.set(own.positions.subarray(from * nonzeros, (from + 1) * nonzeros), signal * nonzeros);
    codes.values.set(own.values.subarray(from * nonzeros, (from + 1) * nonzeros), signal * nonzeros);
  });
}

/** Codes all signals with plain arrays; `codes.errors` holds their squared norms. */
function codePortably(
  { count, length, data }: Signals,
  atoms: Float32Array,
  products: Float64Array,
  codes: Codes,
  pace: Pace,
  kernels?: Kernels,
): void {
  const columns = asColumns(atoms, length);
  const atomCount = columns.shape[1];
  const pursue = pursuit(products, atomCount, codes);
  const chunk = Math.max(1, Math.floor(Math.min(CHUNK_VALUES, PANEL_OPERATIONS / length) / atomCount));
  for (let first = 0; first < count; first += chunk) {
    const size = Math.min(chunk, count - first);
    const part = { shape: [size, length] as const, data: data.subarray(first * length, (first + size) * length) };
    const correlations = multiply(part, columns, kernels).data;
    for (let i = 0; i < size; i++) {
      const signal = first + i;
      pursue(signal, correlations.subarray(i * atomCount, (i + 1) * atomCount), (operations) =>
        pace(operations, signal / count),
      );
    }
    pace(size * atoms.length, (first + size) / count);
  }
}

/** Inner products of all atoms, `[k, k]`; for very many atoms in panels with a report of progress after each. */
export function innerProducts(
  atoms: Float32Array,
  length: number,
  pace: Pace = () => {},
  kernels?: Kernels,
): Float64Array {
  const count = atoms.length / length;
  const columns = asColumns(atoms, length);
  const operations = count * atoms.length;
  if (operations <= PANEL_OPERATIONS) {
    const products = gram(columns, kernels).data;
    pace(operations, 1);
    return products;
  }
  const products = new Float64Array(count * count);
  const panel = Math.max(1, Math.floor(PANEL_OPERATIONS / atoms.length));
  for (let first = 0; first < count; first += panel) {
    const size = Math.min(panel, count - first);
    const rows = { shape: [size, length] as const, data: atoms.subarray(first * length, (first + size) * length) };
    products.set(multiply(rows, columns, kernels).data, first * count);
    pace(size * atoms.length, (first + size) / count);
  }
  return products;
}

/** The atoms as columns, `[L, k]`. */
function asColumns(atoms: Float32Array, length: number): Dense<Float32Array> {
  const count = atoms.length / length;
  const data = new Float32Array(atoms.length);
  for (let at = 0; at < atoms.length; at++) data[(at % length) * count + Math.floor(at / length)] = atoms[at];
  return { shape: [length, count], data };
}

/** The pursuit of one signal from its correlations with the atoms; they become the correlations of the residual. */
function pursuit(
  products: Float64Array,
  atomCount: number,
  { nonzeros, counts, positions, values, errors }: Codes,
): (signal: number, rest: Float64Array, spend: (operations: number) => void) => void {
  // Row i: correlations of all atoms with the i-th chosen atom, which is orthogonalised against the earlier ones and normalised
  const basis = new Float64Array(nonzeros * atomCount);
  const norms = new Float64Array(nonzeros);
  const parts = new Float64Array(nonzeros);

  return (signal, rest, spend) => {
    const first = signal * nonzeros;
    const negligible = EXPLAINED * errors[signal];
    let count = 0;
    let atom = indexOfLargest(rest);
    while (atom >= 0) {
      let outside = products[atom * atomCount + atom];
      for (let i = 0; i < count; i++) outside -= basis[i * atomCount + atom] ** 2;
      if (!(outside > INDEPENDENT)) break;
      norms[count] = Math.sqrt(outside);
      parts[count] = rest[atom] / norms[count];
      positions[first + count] = atom;
      errors[signal] = Math.max(0, errors[signal] - parts[count] ** 2);
      const more = count + 1 < nonzeros && errors[signal] > negligible;
      if (more) {
        spend((count + 2) * atomCount);
        subtractRows(products, basis, atomCount, atom, count);
        atom = subtractPart(rest, basis, count * atomCount, norms[count], parts[count]);
      } else atom = -1;
      count++;
    }
    for (let i = count - 1; i >= 0; i--) {
      let value = parts[i];
      for (let j = i + 1; j < count; j++) value -= basis[i * atomCount + positions[first + j]] * values[first + j];
      values[first + i] = value / norms[i];
    }
    counts[signal] = count;
  };
}

/** Row `count` of the basis: correlations with `atom` minus the parts of the earlier rows, four rows at a time. */
function subtractRows(products: Float64Array, basis: Float64Array, width: number, atom: number, count: number): void {
  const to = count * width;
  // The rows beyond a multiple of four are subtracted while copying, so no pass handles a single row
  const rest = count % 4;
  const source = atom * width;
  const [b, c] = [width, 2 * width];
  const [wa, wb, wc] = [basis[atom], basis[b + atom], basis[c + atom]];
  if (rest === 0) for (let j = 0; j < width; j++) basis[to + j] = products[source + j];
  else if (rest === 1) for (let j = 0; j < width; j++) basis[to + j] = products[source + j] - wa * basis[j];
  else if (rest === 2) {
    for (let j = 0; j < width; j++) basis[to + j] = products[source + j] - wa * basis[j] - wb * basis[b + j];
  } else {
    for (let j = 0; j < width; j++) {
      basis[to + j] = products[source + j] - wa * basis[j] - wb * basis[b + j] - wc * basis[c + j];
    }
  }
  for (let row = rest; row < count; row += 4) subtractFour(basis, width, atom, row, to);
}

function subtractFour(basis: Float64Array, width: number, atom: number, row: number, to: number): void {
  const [a, b, c, d] = [row * width, (row + 1) * width, (row + 2) * width, (row + 3) * width];
  const [wa, wb, wc, wd] = [basis[a + atom], basis[b + atom], basis[c + atom], basis[d + atom]];
  for (let j = 0; j < width; j++) {
    basis[to + j] -= wa * basis[a + j] + wb * basis[b + j] + wc * basis[c + j] + wd * basis[d + j];
  }
}

/**
 * Normalises a row of the basis and subtracts its part from the correlations.
 *
 * @returns the index of the largest magnitude after that, as {@link indexOfLargest} returns it.
 */
function subtractPart(rest: Float64Array, basis: Float64Array, from: number, norm: number, part: number): number {
  const scale = 1 / norm;
  let best = -1;
  let largest = 0;
  for (let j = 0; j < rest.length; j++) {
    const value = basis[from + j] * scale;
    basis[from + j] = value;
    const left = rest[j] - part * value;
    rest[j] = left;
    const magnitude = Math.abs(left);
    if (magnitude > largest) {
      largest = magnitude;
      best = j;
    }
  }
  return best;
}

/** Index of the entry of largest magnitude; −1 if all entries are zero. */
function indexOfLargest(values: Float64Array): number {
  let best = -1;
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]);
    if (magnitude > largest) {
      largest = magnitude;
      best = i;
    }
  }
  return best;
}
