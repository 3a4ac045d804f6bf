// Adds the statistics of two calibrations of one model.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { assertCalibration, type Calibration, type InputSums, warningsOf } from './calibration.ts';

/**
 * Adds the statistics of two passes over one model, so that several processes can share a data set. A matrix that only one pass observed keeps
 * the sums of that pass. Both calibrations stay unchanged.
 *
 * @throws GCompressError `invalid-option` for anything but calibrations, `shape-mismatch` for calibrations of different models.
 */
export function mergeCalibrations(a: Calibration, b: Calibration): Calibration {
  assertCalibration('mergeCalibrations', a);
  assertCalibration('mergeCalibrations', b);
  assertOneModel(a.inputSums, b.inputSums);
  const moments = merged(
    a.moments,
    b.moments,
    (one, other): InputMoments => ({
      size: one.size,
      count: one.count + other.count,
      values: sumOf(one.values, other.values),
    }),
  );
  const inputSums = merged(
    a.inputSums,
    b.inputSums,
    (one, other): InputSums => ({
      count: one.count + other.count,
      values: sumOf(one.values, other.values),
    }),
  );
  const skipped = new Map([...a.skipped, ...b.skipped].filter(([weight]) => !moments.has(weight)));
  return { moments, inputSums, samples: a.samples + b.samples, skipped, warnings: warningsOf(inputSums) };
}

function assertOneModel(a: ReadonlyMap<string, InputSums>, b: ReadonlyMap<string, InputSums>): void {
  const shared = [...a.keys()].filter((weight) => b.has(weight));
  const different = shared.find((weight) => a.get(weight)?.values.length !== b.get(weight)?.values.length);
  if (different === undefined && (shared.length > 0 || a.size === 0 || b.size === 0)) return;
  const sizes = (of: ReadonlyMap<string, InputSums>) => {
    const [first] = of.keys();
    const name = different ?? first;
    return `'${name}' with ${of.get(name)?.values.length} inputs`;
  };
  throw new GCompressError('shape-mismatch', {
    where: 'mergeCalibrations',
    expected: 'two calibrations of one model',
    actual: `one of a model with ${sizes(a)} and one of a model with ${sizes(b)}`,
  });
}

function merged<V>(
  a: ReadonlyMap<string, V>,
  b: ReadonlyMap<string, V>,
  together: (one: V, other: V) => V,
): Map<string, V> {
  const all = new Map(a);
  for (const [name, other] of b) {
    const one = all.get(name);
    all.set(name, one === undefined ? other : together(one, other));
  }
  return all;
}

function sumOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, at) => value + b[at]);
}
