// Second moments of the inputs of a layer, which tell a method where an error of the matrix shows.
import { GCompressError } from '../checks/errors.ts';
import { assertKnownOptions, assertNumber, describeValue } from '../checks/option-checks.ts';

/**
 * Second moments of the inputs x `[m]` that a matrix `[m, n]` multiplies. With them, a method can make the error of the outputs `x·W`
 * small instead of the error of the entries.
 */
export interface InputMoments {
  /** Number m of inputs, the rows of the matrix. */
  readonly size: number;
  /** How many inputs were summed, above 0. */
  readonly count: number;
  /** `Σ xᵀx`, `[m, m]` row-major: symmetric, with a non-negative diagonal that is not all zero. */
  readonly values: Float64Array;
}

/** How far from symmetric moments may be, relative to their largest value. */
const ASYMMETRY = 1e-6;

/**
 * Checks that moments are what they say and fit a matrix of `rows` rows.
 *
 * @throws GCompressError `shape-mismatch` for another number of inputs, `non-finite` for NaN or infinity, `invalid-option` for anything else.
 */
export function assertInputMoments(where: string, moments: InputMoments, rows: number): void {
  assertNumber(where, 'rows', rows, { min: 0, integer: true });
  assertKnownOptions(where, moments, ['size', 'count', 'values']);
  const { size, count, values } = moments;
  assertNumber(where, 'count', count, { above: 0 });
  if (size !== rows)
    throw wrong('shape-mismatch', where, `moments of ${rows} inputs, the rows of the matrix`, describeValue(size));
  if (!(values instanceof Float64Array) || values.length !== size * size) {
    const actual = values instanceof Float64Array ? `${values.length} values` : describeValue(values);
    throw wrong('invalid-option', `${where} values`, `a Float64Array of ${size} × ${size} values`, actual);
  }
  // Plain loops: a matrix of moments has millions of values
  let largest = 0;
  for (let at = 0; at < values.length; at++) {
    const magnitude = Math.abs(values[at]);
    if (!(magnitude <= Number.MAX_VALUE))
      throw wrong('non-finite', `${where} values`, 'finite values', `${values[at]}`);
    if (magnitude > largest) largest = magnitude;
  }
  if (largest === 0) throw wrong('invalid-option', `${where} values`, 'inputs that are not all zero', 'zeros alone');
  for (let i = 0; i < size; i++) {
    const square = values[i * size + i];
    if (square >= 0) continue;
    throw wrong('invalid-option', `${where} values`, 'a diagonal of at least 0', `${square} for input ${i}`);
  }
  const place = asymmetricPlace(values, size, ASYMMETRY * largest);
  if (!place) return;
  const [i, j] = place;
  const actual = `other values at (${i}, ${j}) and (${j}, ${i})`;
  throw wrong('invalid-option', `${where} values`, 'a symmetric matrix', actual);
}

/** Side of a tile of which both halves stay in the cache. */
const TILE = 64;

/** The first place in the order of tiles whose mirror image is further away than `most`. */
function asymmetricPlace(values: Float64Array, size: number, most: number): readonly [number, number] | undefined {
  for (let top = 0; top < size; top += TILE) {
    for (let left = 0; left <= top; left += TILE) {
      const bottom = Math.min(top + TILE, size);
      for (let i = top; i < bottom; i++) {
        const right = Math.min(left + TILE, i);
        for (let j = left; j < right; j++) {
          if (Math.abs(values[i * size + j] - values[j * size + i]) > most) return [i, j];
        }
      }
    }
  }
  return undefined;
}

function wrong(
  code: 'shape-mismatch' | 'non-finite' | 'invalid-option',
  where: string,
  expected: string,
  actual: string,
) {
  return new GCompressError(code, { where, expected, actual, hint: 'Pass moments of the inputs of this very matrix.' });
}
