// Checks that a method uses importance or refuses it.
import { type Matrix, matrix, relativeError } from '@gcompress/core';
import { ensure, ensureRefused } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import { normalMatrix } from '../samples/matrices.ts';
import type { Workbench } from '../samples/workbench.ts';

/** A method that does not claim to use importance must refuse it. */
export const noImportanceCheck: Check<Workbench> = {
  name: 'importance is refused',
  run: async ({ subject }) => {
    const a = normalMatrix(subject.shapes[0]);
    const compressor = subject.create(a.shape);
    await ensureRefused('importance', ['unsupported'], () => compressor.compress(a, { importance: equalWeights(a) }));
  },
};

/** Equal weights change nothing; other weights make the weighted error smaller. */
export async function importanceIsUsed({ subject }: Workbench): Promise<void> {
  const a = normalMatrix(subject.shapes[0]);
  const compressor = subject.create(a.shape);
  const plain = (await compressor.compress(a)).decompress();
  const equal = (await compressor.compress(a, { importance: equalWeights(a) })).decompress();
  const apart = relativeError(plain, equal);
  ensure(apart <= 1e-5, `equal weights change the result by ${apart}`);
  const importance = matrix(
    a.shape,
    normalMatrix(a.shape, 6).data.map((entry) => entry ** 4),
  );
  const weighted = (await compressor.compress(a, { importance })).decompress();
  const [without, using] = [plain, weighted].map((result) => weightedError(a, result, importance));
  ensure(using < without || without === 0, `the weighted error is ${using} with the weights and ${without} without`);
  for (const [what, wrong, code] of wrongWeights(a)) {
    await ensureRefused(`importance with ${what}`, [code], () => compressor.compress(a, { importance: wrong }));
  }
}

function wrongWeights(a: Matrix): (readonly [what: string, weights: Matrix, code: string])[] {
  const withFirst = (weight: number) => matrix(a.shape, equalWeights(a).data.fill(weight, 0, 1));
  return [
    ['another shape', matrix([1, a.data.length], equalWeights(a).data), 'shape-mismatch'],
    ['NaN', withFirst(Number.NaN), 'non-finite'],
    ['a negative weight', withFirst(-1), 'invalid-option'],
    ['zeros alone', matrix(a.shape, new Float32Array(a.data.length)), 'invalid-option'],
  ];
}

function equalWeights(a: Matrix): Matrix {
  return matrix(a.shape, new Float32Array(a.data.length).fill(0.5));
}

function weightedError(a: Matrix, approximation: Matrix, { data: weights }: Matrix): number {
  return Math.sqrt(weights.reduce((sum, weight, i) => sum + weight * (a.data[i] - approximation.data[i]) ** 2, 0));
}
