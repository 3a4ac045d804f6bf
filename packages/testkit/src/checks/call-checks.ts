// Checks of calls: bad matrices, aborts, progress, and options that make an equal compressor.
import type { CompressionMethod, JsonObject, Matrix, MatrixCompressor } from '@gcompress/core';
import { describeError, ensure, ensureRefused, onEach, sameJson, sameNumbers } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import { nonFiniteMatrices, normalMatrix } from '../samples/matrices.ts';
import { copyOf, type Workbench } from '../samples/workbench.ts';
import { bytesOf } from './algebra-checks.ts';

/** Checks of the arguments of a call: matrices that must be refused, options, signals. */
export const callChecks: readonly Check<Workbench>[] = [
  ...Object.keys(nonFiniteMatrices()).map((entry) => ({
    name: `${entry} is refused by place`,
    run: async ({ subject }: Workbench) => {
      const { matrix, row, column } = nonFiniteMatrices(subject.shapes[0])[entry];
      const compressor = subject.create(matrix.shape);
      const { message } = await ensureRefused(entry, ['non-finite'], () => compressor.compress(matrix));
      const names = [row, column].every((index) => new RegExp(`\\b${index}\\b`).test(message));
      ensure(names, `the refusal does not name row ${row} and column ${column}: ${message}`);
    },
  })),
  {
    name: 'an empty or misshapen matrix is refused',
    run: async ({ subject }) => {
      const compressor = subject.create(subject.shapes[0]);
      const wrong: readonly Matrix[] = [
        { shape: [0, 4], data: new Float32Array(0) },
        { shape: [4, 0], data: new Float32Array(0) },
        { shape: [3, 5], data: new Float32Array(14) },
        { shape: [2.5, 4], data: new Float32Array(10) },
      ];
      for (const matrix of wrong) {
        const what = `[${matrix.shape.join(', ')}] with ${matrix.data.length} values`;
        await ensureRefused(what, ['invalid-matrix'], () => compressor.compress(matrix));
      }
    },
  },
  {
    name: 'an empty shape has no plan',
    run: async ({ subject }) => {
      const compressor = subject.create(subject.shapes[0]);
      await ensureRefused('plan([0, 4])', ['invalid-matrix'], () => compressor.plan([0, 4]));
      await ensureRefused('plan([4, −1])', ['invalid-matrix'], () => compressor.plan([4, -1]));
    },
  },
  {
    name: 'an aborted signal ends the work',
    run: async ({ subject }) => {
      const matrix = normalMatrix(subject.shapes[0]);
      const reason = new Error('stopped by the test');
      try {
        await subject.create(matrix.shape).compress(matrix, { signal: AbortSignal.abort(reason) });
      } catch (error) {
        ensure(error === reason, `threw ${describeError(error)}, not the reason of the signal`);
        return;
      }
      ensure(false, 'compress() went on although its signal was aborted');
    },
  },
  {
    name: 'progress rises from 0 to 1',
    run: async ({ subject }) => {
      const matrix = normalMatrix(subject.shapes[0]);
      const seen: number[] = [];
      await subject.create(matrix.shape).compress(matrix, { onProgress: (done) => seen.push(done) });
      const rises = seen.every((done, i) => done >= (seen[i - 1] ?? 0) && done <= 1);
      ensure(rises, `progress was ${seen.join(', ')}`);
    },
  },
];

/** A method with `forBudget` keeps to the budget, and returns undefined if no form is small enough. */
export function budgetCheck(method: CompressionMethod): Check<Workbench> {
  return {
    name: 'a budget is kept',
    run: async ({ subject }) => {
      for (const shape of subject.shapes) {
        const dense = 4 * shape[0] * shape[1];
        for (const ratio of [1.5, 4, 30, 1e6]) {
          for (const budget of [{ ratio }, { bytes: Math.max(1, Math.floor(dense / ratio)) }]) {
            const compressor = method.forBudget?.(shape, budget);
            if (!compressor) continue;
            const { byteLength } = await compressor.compress(normalMatrix(shape));
            ensure(
              byteLength <= dense / ratio || byteLength === budget.bytes,
              `${JSON.stringify(budget)} gave ${byteLength} bytes for [${shape.join(', ')}]`,
            );
          }
        }
      }
      await ensureRefused('a budget of nothing', ['invalid-option'], async () =>
        method.forBudget?.(subject.shapes[0], {} as never),
      );
    },
  };
}

/** The method called with a compressor's options gives an equal compressor. */
export function optionsCheck(method: (options: never) => MatrixCompressor): Check<Workbench> {
  return {
    name: 'options make an equal compressor',
    run: async (bench) =>
      onEach(await bench.compressions(), async ({ compressor, compressed, matrix }) => {
        const written = JSON.parse(JSON.stringify(compressor.options)) as JsonObject;
        const again = method(written as never);
        ensure(
          sameJson(again.options, written),
          () => `options became ${JSON.stringify(again.options)} from ${JSON.stringify(written)}`,
        );
        ensure(
          sameNumbers(bytesOf(await again.compress(copyOf(matrix))), bytesOf(compressed)),
          'the equal compressor gives different bytes',
        );
      }),
  };
}
