import { cpuOps, type Matrix, matrix, relativeError, type Shape2D } from '@gcompress/core';
import { singularValues } from '@gcompress/linalg';
import { anyMatrices, denseMatrices, normalMatrix } from '@gcompress/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockDiagonal, inputOutput, mixedBlock, type Side } from '../src/index.ts';
import { matrixFrom } from './support.ts';

const runs = { numRuns: 60, seed: 1 };
const positive = fc.integer({ min: 1, max: 4 });

/** N and a shape that it divides. */
const dividedShapes = fc
  .tuple(positive, positive, positive)
  .map(([count, height, width]) => ({ count, shape: [count * height, count * width] as const }));

/** N and a matrix whose sides it divides. */
const divided = dividedShapes.chain(({ count, shape }) =>
  anyMatrices(fc.constant<Shape2D>(shape)).map((a) => ({ count, a })),
);

/** Sides of {@link inputOutput} and a shape that they divide. */
interface Case {
  readonly input: Side;
  readonly output: Side;
  readonly shape: Shape2D;
}

const squaredError = (a: Matrix, b: Matrix) => relativeError(a, b) ** 2;

describe('blockDiagonal', () => {
  it('keeps the blocks on the diagonal and nothing else', () => {
    const holds = ({ count, a }: { count: number; a: Matrix }) => {
      const [rows, cols] = a.shape;
      const compressed = blockDiagonal({ blocks: count, allowLarger: true }).compress(a);
      const part = (index: number, side: number) => Math.floor((index * count) / side);
      const expected = matrixFrom(a.shape, (i, j) => (part(i, rows) === part(j, cols) ? a.data[i * cols + j] : 0));
      expect(relativeError(expected, compressed.decompress())).toBe(0);
      expect(compressed.byteLength).toBe((4 * rows * cols) / count);
    };
    fc.assert(fc.property(divided, holds), runs);
  });
});

describe.each(['interleaved', 'contiguous'] as const)('mixedBlock, %s', (order) => {
  it('leaves the error that the singular values of the blocks leave', () => {
    const holds = ({ count, a }: { count: number; a: Matrix }) => {
      const [rows, cols] = a.shape;
      const { decompress } = mixedBlock({ blocks: count, order, allowLarger: true }).compress(a);
      const width = cols / count;
      const height = rows / count;
      let lost = 0;
      let all = 0;
      for (let j = 0; j < count; j++) {
        const row = (p: number) => (order === 'interleaved' ? p * count + j : j * height + p);
        const part = matrixFrom(
          [count, height * width],
          (i, at) => a.data[row(Math.floor(at / width)) * cols + i * width + (at % width)],
        );
        const squares = singularValues(part).map((value) => value * value);
        lost += squares.subarray(1).reduce((sum, square) => sum + square, 0);
        all += squares.reduce((sum, square) => sum + square, 0);
      }
      expect(Math.abs(squaredError(a, decompress()) - lost / (all || 1))).toBeLessThan(1e-6);
    };
    fc.assert(fc.property(divided, holds), runs);
  });

  it('finds factors that made a matrix', () => {
    const holds = ({ count, shape }: { count: number; shape: Shape2D }, seed: number) => {
      const options = { blocks: count, order, allowLarger: true };
      const made = mixedBlock({ ...options, start: 'random', seed })
        .compress(matrix(shape, new Float32Array(shape[0] * shape[1])))
        .decompress();
      expect(relativeError(made, mixedBlock(options).compress(made).decompress())).toBeLessThan(1e-5);
    };
    fc.assert(fc.property(dividedShapes, fc.nat({ max: 1000 }), holds), runs);
  });
});

describe('inputOutput', () => {
  const side = fc.tuple(positive, positive).map(([factor, size]) => ({ block: factor * size, factor }));
  const sides = fc.record({ input: side, output: side, blocks: fc.tuple(positive, positive) }).map(
    ({ input, output, blocks }): Case => ({
      input,
      output,
      shape: [input.block * blocks[0], output.block * blocks[1]],
    }),
  );
  const zeros = (shape: Shape2D) => matrix(shape, new Float32Array(shape[0] * shape[1]));

  /** `diag(b, …, b)` with `count` blocks. */
  const repeated = ({ shape: [rows, cols], data }: Matrix, count: number) =>
    matrixFrom([rows * count, cols * count], (i, j) =>
      Math.floor(i / rows) === Math.floor(j / cols) ? data[(i % rows) * cols + (j % cols)] : 0,
    );

  it('stands for diag(b, …)·c·diag(d, …)', () => {
    const holds = ({ input, output, shape }: Case) => {
      const compressed = inputOutput({ input, output, start: 'random', allowLarger: true }).compress(zeros(shape));
      const { b, c, d } = compressed.factors as unknown as Record<string, Matrix>;
      const left = repeated(b, shape[0] / input.block);
      const right = repeated(d, shape[1] / output.block);
      const expected = cpuOps.matMul(cpuOps.matMul(left, c), right);
      expect(relativeError(matrix(shape, expected.data), compressed.decompress())).toBeLessThan(1e-6);
    };
    fc.assert(fc.property(sides, holds), runs);
  });

  it('finds factors that made a matrix, with one side or both', () => {
    const holds = ({ input, output, shape }: Case, which: 'input' | 'output' | 'both', seed: number) => {
      const options = {
        ...(which !== 'output' && { input }),
        ...(which !== 'input' && { output }),
        allowLarger: true,
      };
      const made = inputOutput({ ...options, start: 'random', seed })
        .compress(zeros(shape))
        .decompress();
      expect(relativeError(made, inputOutput(options).compress(made).decompress())).toBeLessThan(1e-5);
    };
    fc.assert(fc.property(sides, fc.constantFrom('input', 'output', 'both'), fc.nat({ max: 1000 }), holds), runs);
  });

  it('leaves with one side what the singular values of its blocks leave', () => {
    const cases = sides.chain(({ input, shape }) => denseMatrices(fc.constant(shape)).map((a) => ({ input, a })));
    const holds = ({ input, a }: { input: Side; a: Matrix }) => {
      const [rows, cols] = a.shape;
      const { decompress } = inputOutput({ input, allowLarger: true }).compress(a);
      const unfolded = matrixFrom(
        [input.block, (rows / input.block) * cols],
        (p, at) => a.data[(Math.floor(at / cols) * input.block + p) * cols + (at % cols)],
      );
      const squares = singularValues(unfolded).map((value) => value * value);
      const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
      const lost = sum(squares.subarray(input.block / input.factor)) / (sum(squares) || 1);
      expect(Math.abs(squaredError(a, decompress()) - lost)).toBeLessThan(1e-6);
    };
    fc.assert(fc.property(cases, holds), runs);
  });

  it('loses with both sides no more than each loses alone, and no less than either', () => {
    const cases = sides.chain(({ input, output, shape }) =>
      denseMatrices(fc.constant(shape)).map((a) => ({ input, output, a })),
    );
    const holds = ({ input, output, a }: Omit<Case, 'shape'> & { a: Matrix }) => {
      const [both, one, other] = [{ input, output }, { input }, { output }].map((options) =>
        squaredError(
          a,
          inputOutput({ ...options, allowLarger: true })
            .compress(a)
            .decompress(),
        ),
      );
      expect(both).toBeLessThanOrEqual(one + other + 1e-6);
      expect(both).toBeGreaterThanOrEqual(Math.max(one, other) - 1e-6);
    };
    fc.assert(fc.property(cases, holds), runs);
  });

  it('with the whole side as a block is low rank', () => {
    const a = normalMatrix([40, 24]);
    const values = singularValues(a).map((value) => value * value);
    const lost = values.subarray(6).reduce((sum, value) => sum + value, 0);
    const all = values.reduce((sum, value) => sum + value, 0);
    const { decompress } = inputOutput({ output: { block: 24, factor: 4 } }).compress(a);
    expect(relativeError(a, decompress())).toBeCloseTo(Math.sqrt(lost / all), 6);
  });

  it('looks up rows as it decompresses them', () => {
    const a = normalMatrix([24, 16]);
    for (const options of [{ input: { block: 8, factor: 2 } }, { output: { block: 8, factor: 2 } }]) {
      const compressed = inputOutput(options).compress(a);
      const rows = cpuOps.gather(compressed.decompress(), { shape: [3], data: Int32Array.of(23, 0, 7) });
      expect(relativeError(matrix([3, 16], rows.data), compressed.lookup([23, 0, 7]))).toBeLessThan(1e-6);
    }
  });
});
