// Checks matrices, candidates and limits before anything is planned.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { PLAN_UNITS, type PlanCandidate, type PlanLimits, type PlanMatrix } from './plan-types.ts';

/**
 * Refuses anything but matrices with candidates.
 *
 * @throws GCompressError `invalid-option`, naming the matrix.
 */
export function assertMatrices(where: string, matrices: unknown): asserts matrices is readonly PlanMatrix[] {
  if (!Array.isArray(matrices)) throw invalid(where, 'a list of matrices', describeValue(matrices));
  const names = new Set<string>();
  for (const matrix of matrices as unknown[]) {
    assertType(where, 'matrix', matrix, 'object', 'Pass { name, dense, candidates }.');
    const { name, weight = 1, dense, candidates } = matrix as PlanMatrix;
    assertType(where, 'name of a matrix', name, 'string');
    if (names.has(name)) throw invalid(where, 'matrices of different names', `'${name}' twice`);
    names.add(name);
    const place = `${where} '${name}'`;
    assertNumber(place, 'weight', weight, { min: 0, max: Number.MAX_VALUE });
    if (!Array.isArray(candidates)) throw invalid(place, 'a list of candidates', describeValue(candidates));
    for (const candidate of [dense, ...candidates]) assertCandidate(place, candidate);
  }
}

function assertCandidate(where: string, candidate: unknown): void {
  assertType(where, 'candidate', candidate, 'object', 'Pass { method, options, sizes, error }.');
  const { method, sizes, error, deviation = 0, timeDeviation = 0 } = candidate as PlanCandidate;
  assertType(where, 'method of a candidate', method, 'string');
  assertNumber(where, `error of '${method}'`, error, { min: 0, max: Number.MAX_VALUE });
  assertNumber(where, `deviation of '${method}'`, deviation, { min: 0, max: Number.MAX_VALUE });
  assertNumber(where, `timeDeviation of '${method}'`, timeDeviation, { min: 0, max: Number.MAX_VALUE });
  assertSizes(where, sizes);
}

/** Refuses anything but sizes of at least 0 in known units. @throws GCompressError. */
export function assertSizes(where: string, sizes: unknown): void {
  assertKnownOptions(`${where} sizes`, sizes, PLAN_UNITS);
  for (const [unit, size] of Object.entries(sizes as object)) {
    if (size !== undefined) assertNumber(`${where} sizes`, unit, size, { min: 0, max: Number.MAX_VALUE });
  }
}

/**
 * Refuses anything but one or several limits of at least 0.
 *
 * @throws GCompressError `invalid-option`, and `unknown-option` for another unit.
 */
export function assertLimits(where: string, limits: unknown): asserts limits is PlanLimits {
  assertKnownOptions(`${where} limits`, limits, [...PLAN_UNITS, 'error']);
  const given = Object.entries(limits as object).filter(([, limit]) => limit !== undefined);
  for (const [name, limit] of given) assertNumber(`${where} limits`, name, limit, { min: 0 });
  if (given.length > 0) return;
  throw invalid(`${where} limits`, `a limit of ${PLAN_UNITS.join(', ')} or error`, 'none');
}

/**
 * Refuses forms without a unit that counts.
 *
 * @throws GCompressError `invalid-option`, naming the matrix.
 */
export function assertUnit(where: string, matrices: readonly PlanMatrix[], unit: string): void {
  if (unit === 'error') return;
  for (const { name, dense, candidates } of matrices) {
    const without = [dense, ...candidates].find(({ sizes }) => sizes[unit as keyof typeof sizes] === undefined);
    if (without) throw invalid(`${where} '${name}'`, `sizes with ${unit}`, `a form '${without.method}' without`);
  }
}

/** The error for an option of another type or value. */
export function invalid(where: string, expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual });
}
