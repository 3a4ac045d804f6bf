// Checks that input moments are honoured or refused.
import { type InputMoments, type Matrix, relativeError } from '@gcompress/core';
import { ensure, ensureRefused } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import { normalMatrix } from '../samples/matrices.ts';
import type { Workbench } from '../samples/workbench.ts';

/** How much larger the error may be with moments that say nothing, for methods that search in another order with them. */
const NEARLY = 1.05;

/** A method that does not claim to use input moments must say so when it is given some. */
export const noMomentsCheck: Check<Workbench> = {
  name: 'input moments are refused',
  run: async ({ subject }) => {
    const a = normalMatrix(subject.shapes[0]);
    const compressor = subject.create(a.shape);
    const inputMoments = equalMoments(a.shape[0]);
    await ensureRefused('input moments', ['unsupported'], () => compressor.compress(a, { inputMoments }));
  },
};

/** Moments of independent, equal inputs change next to nothing; those of correlated inputs make the error of the outputs smaller. */
export async function momentsAreUsed({ subject }: Workbench): Promise<void> {
  const a = normalMatrix(subject.shapes[0]);
  const [rows] = a.shape;
  const compressor = subject.create(a.shape);
  const plain = (await compressor.compress(a)).decompress();
  const equal = (await compressor.compress(a, { inputMoments: equalMoments(rows) })).decompress();
  const [before, after] = [plain, equal].map((result) => relativeError(a, result));
  ensure(
    after <= before * NEARLY + 1e-6,
    `moments of independent, equal inputs raise the error from ${before} to ${after}`,
  );
  const inputMoments = correlatedMoments(rows);
  const aware = (await compressor.compress(a, { inputMoments })).decompress();
  const [without, using] = [plain, aware].map((result) => outputError(a, result, inputMoments));
  ensure(
    using < without || without === 0,
    `the error of the outputs is ${using} with the moments and ${without} without`,
  );
  for (const [what, wrong, code] of wrongMoments(rows)) {
    await ensureRefused(`moments with ${what}`, [code], () => compressor.compress(a, { inputMoments: wrong }));
  }
}

function equalMoments(size: number): InputMoments {
  const values = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 2 : 0));
  return { size, count: 4 * size, values };
}

/** Moments of inputs that share a few causes and differ much in size. */
function correlatedMoments(size: number): InputMoments {
  const count = 4 * size;
  const causes = normalMatrix([count, size], 11).data;
  const input = (index: number, i: number) => {
    const near = causes[index * size + i] + 2 * causes[index * size + ((i + 1) % size)] + causes[index * size];
    return near / (1 + (i % 5) ** 2);
  };
  const values = new Float64Array(size * size);
  for (let index = 0; index < count; index++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) values[i * size + j] += input(index, i) * input(index, j);
    }
  }
  return { size, count, values };
}

function wrongMoments(size: number): (readonly [what: string, moments: InputMoments, code: string])[] {
  const changed = (change: (values: Float64Array) => void): InputMoments => {
    const moments = equalMoments(size);
    change(moments.values);
    return moments;
  };
  return [
    ['another size', equalMoments(size + 1), 'shape-mismatch'],
    ['NaN', changed((values) => values.fill(Number.NaN, 0, 1)), 'non-finite'],
    ['an asymmetric pair', changed((values) => values.fill(1, 1, 2)), 'invalid-option'],
    ['zeros alone', changed((values) => values.fill(0)), 'invalid-option'],
  ];
}

/** `‖X·E‖²` for the error E. */
function outputError(a: Matrix, approximation: Matrix, { size, values }: InputMoments): number {
  const columns = a.shape[1];
  const error = Float64Array.from(a.data, (value, at) => value - approximation.data[at]);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let column = 0; column < columns; column++) {
        sum += values[i * size + j] * error[i * columns + column] * error[j * columns + column];
      }
    }
  }
  return sum;
}
