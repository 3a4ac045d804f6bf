// The public functions refuse invalid arguments of any type with a GCompressError.
import { isGCompressError } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as linalg from '../src/index.ts';
import { normalMatrix } from './helpers.ts';

const a = normalMatrix(4, 3);
const square = linalg.gram(a);
const view = linalg.viewOf(a);
const { portableKernels } = linalg;
const random = linalg.createRandom(1);
const moments = { size: 3, count: 4, values: square.data };
const fourMoments = { size: 4, count: 4, values: Float64Array.of(2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2) };

/** Each public function and method with valid arguments. */
const CALLS: Readonly<Record<string, readonly [call: (...values: never[]) => unknown, ...values: unknown[]]>> = {
  createRandom: [linalg.createRandom, 1],
  'Random.integer': [random.integer, 3],
  'Random.shuffle': [random.shuffle, [1, 2]],
  gram: [linalg.gram, a, portableKernels, {}],
  multiply: [linalg.multiply, a, square, portableKernels, {}],
  multiplyTransposed: [linalg.multiplyTransposed, a, a, portableKernels, {}],
  columnNorms: [linalg.columnNorms, a],
  rowNorms: [linalg.rowNorms, a],
  norm: [linalg.norm, [1]],
  thinQr: [linalg.thinQr, a, portableKernels, {}],
  singularValues: [linalg.singularValues, a, portableKernels, {}],
  thinSvd: [linalg.thinSvd, a, portableKernels, {}],
  symmetricEigen: [linalg.symmetricEigen, square, 2, portableKernels, {}],
  truncatedSvd: [linalg.truncatedSvd, a, 2, {}],
  'truncatedSvd kernels': [(kernels: never) => linalg.truncatedSvd(a, 2, { kernels }), portableKernels],
  'truncatedSvd signal': [(signal: never) => linalg.truncatedSvd(a, 2, { signal }), new AbortController().signal],
  'truncatedSvd onProgress': [(onProgress: never) => linalg.truncatedSvd(a, 2, { onProgress }), () => {}],
  'thinSvd signal': [(signal: never) => linalg.thinSvd(a, undefined, { signal }), new AbortController().signal],
  'thinSvd onProgress': [(onProgress: never) => linalg.thinSvd(a, undefined, { onProgress }), () => {}],
  choleskyFactor: [linalg.choleskyFactor, square, portableKernels, {}],
  solveLower: [linalg.solveLower, linalg.choleskyFactor(square), square, portableKernels, {}],
  solveLowerTransposed: [linalg.solveLowerTransposed, linalg.choleskyFactor(square), square, portableKernels, {}],
  whitening: [linalg.whitening, moments, 0.01, portableKernels, {}],
  momentsWeakness: [linalg.momentsWeakness, moments],
  roundingOrder: [linalg.roundingOrder, moments, 0.01, portableKernels, {}],
  roundCompensated: [
    linalg.roundCompensated,
    a,
    linalg.roundingOrder(fourMoments),
    (values: Float64Array, rounded: Float64Array) => rounded.set(values),
    portableKernels,
    {},
  ],
  rowImportance: [linalg.rowImportance, linalg.roundingOrder(fourMoments), 3, a],
  shrunkMoments: [linalg.shrunkMoments, fourMoments],
  block: [linalg.block, view, 1, 1, 2, 2],
  transposed: [linalg.transposed, view],
  viewOf: [linalg.viewOf, a],
};

const PLAIN = fc.constantFrom<unknown>(
  null,
  undefined,
  Number.NaN,
  -1,
  1.5,
  2 ** 40,
  'text',
  true,
  {},
  [],
  () => 1,
  Symbol('s'),
  10n,
  { shape: null, data: null },
  { shape: 'text', data: new Float32Array(1) },
  { shape: [2, 2], data: [1, 2, 3, 4] },
  { shape: [2, 2], data: new Int32Array(4) },
  { shape: [2.5, -1], data: new Float32Array(4) },
  { shape: [2, 2, 1], data: new Float32Array(4) },
  { multiply: 5 },
  { signal: 5 },
  new Float32Array(0),
);

describe('plain JavaScript values for any argument', () => {
  it('the list names all functions', () => {
    const functions = Object.entries(linalg).filter(([, value]) => typeof value === 'function');
    expect(functions.map(([name]) => name).filter((name) => !(name in CALLS))).toEqual([]);
  });

  it.each(Object.entries(CALLS))('%s accepts its valid arguments', (_, [call, ...values]) => {
    expect(() => call(...(values as never[]))).not.toThrow();
  });

  it.each(Object.entries(CALLS))('%s returns or throws a GCompressError', (_, [call, ...values]) => {
    fc.assert(
      fc.property(fc.nat(values.length - 1), PLAIN, (place, plain) => {
        const given = values.map((value, at) => (at === place ? plain : value));
        try {
          call(...(given as never[]));
        } catch (error) {
          if (!isGCompressError(error)) throw error;
        }
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('functions of a matrix refuse values that cannot be a matrix', () => {
    for (const plain of [null, 5, 'text', {}, [], () => 1]) {
      for (const name of ['gram', 'thinQr', 'thinSvd', 'singularValues', 'symmetricEigen', 'viewOf', 'transposed']) {
        expect(() => (CALLS[name][0] as (value: unknown) => unknown)(plain)).toThrow(
          expect.toSatisfy((error) => isGCompressError(error)),
        );
      }
    }
  });
});
