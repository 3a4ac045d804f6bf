// Progress reports and aborts, and the pieces of paced kernels.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  choleskyFactor,
  gram,
  type Kernels,
  multiply,
  multiplyTransposed,
  portableKernels,
  roundCompensated,
  roundingOrder,
  singularValues,
  solveLower,
  solveLowerTransposed,
  symmetricEigen,
  thinQr,
  thinSvd,
  truncatedSvd,
  whitening,
} from '../src/index.ts';
import { pacedKernels } from '../src/kernels/paced-kernels.ts';
import { fingerprint, matrixOf, normalMatrix } from './helpers.ts';

type Listeners = { readonly signal?: AbortSignal; readonly onProgress?: (done: number) => void };

const tall = normalMatrix(700, 200);
const square = gram(normalMatrix(330, 320));
const large = gram(normalMatrix(330, 310));
const moments = { size: 310, count: 330, values: large.data };
const wide = normalMatrix(310, 200);

/** Each function at a size where it reports more than its beginning and its end. */
const RUNS: Readonly<Record<string, (progress: Listeners, kernels?: Kernels) => ArrayBufferView[]>> = {
  multiply: (progress, kernels) => [multiply(tall, square200, kernels, progress).data],
  multiplyTransposed: (progress, kernels) => [multiplyTransposed(tall, tall, kernels, progress).data],
  gram: (progress, kernels) => [gram(tall, kernels, progress).data],
  thinQr: (progress, kernels) => [thinQr(tall, kernels, progress).q.data],
  singularValues: (progress, kernels) => [singularValues(tall, kernels, progress)],
  thinSvd: (progress, kernels) => {
    const { u, s, v } = thinSvd(tall, kernels, progress);
    return [u, s, v];
  },
  symmetricEigen: (progress, kernels) => [symmetricEigen(square, 20, kernels, progress).vectors.data],
  choleskyFactor: (progress, kernels) => [choleskyFactor(large, kernels, progress).data],
  solveLower: (progress, kernels) => [solveLower(large, wide, kernels, progress).data],
  solveLowerTransposed: (progress, kernels) => [solveLowerTransposed(large, wide, kernels, progress).data],
  whitening: (progress, kernels) => [whitening(moments, 0.01, kernels, progress).factor.data],
  roundingOrder: (progress, kernels) => [roundingOrder(moments, 0.01, kernels, progress).costs],
  roundCompensated: (progress, kernels) => [
    roundCompensated(wide, roundingOrder(moments), (values, out) => out.set(values.map(Math.round)), kernels, progress)
      .rounded.data,
  ],
  'truncatedSvd by the Gram matrix': (progress) => [truncatedSvd(tall, 60, progress).u],
  'truncatedSvd, iterative': (progress) => [truncatedSvd(normalMatrix(400, 380), 8, progress).u],
  'truncatedSvd, of ones': (progress) => [
    truncatedSvd(
      matrixOf(300, 200, () => 1),
      60,
      progress,
    ).u,
  ],
  'truncatedSvd, few columns': (progress) => [truncatedSvd(normalMatrix(3000, 64), 8, progress).u],
};
const square200 = normalMatrix(200, 200, 7);

describe('listeners', () => {
  it.each(Object.keys(RUNS))('receive rising progress and change no bit of the result: %s', (name) => {
    const heard: number[] = [];
    const result = RUNS[name]({ onProgress: (done) => heard.push(done) });
    expect(fingerprint(...(result as Float64Array[]))).toBe(fingerprint(...(RUNS[name]({}) as Float64Array[])));
    expect(heard).toEqual([...heard].sort((x, y) => x - y));
    expect(heard.length).toBeGreaterThan(2);
    expect([heard[0], heard.at(-1)]).toEqual([0, 1]);
  });

  it.each(Object.keys(RUNS))('end the work between two pieces by aborting: %s', (name) => {
    const controller = new AbortController();
    let after = 0;
    const onProgress = (done: number) => {
      if (controller.signal.aborted) after++;
      if (done > 0) controller.abort(new Error('enough'));
    };
    expect(() => RUNS[name]({ signal: controller.signal, onProgress })).toThrow('enough');
    expect(after).toBe(0);
    expect(() => RUNS[name]({ signal: AbortSignal.abort(new Error('before')) })).toThrow('before');
  });
});

describe('pieces of the work', () => {
  /** Kernels that compute nothing, but record the multiply-adds of each call. */
  function measuring(calls: number[]): Kernels {
    const twice = ({ rows, cols }: { rows: number; cols: number }) => void calls.push(2 * rows * cols);
    return {
      multiply: (a, b) => void calls.push(a.rows * a.cols * b.cols),
      gram: (a) => void calls.push((a.rows * a.cols * a.cols) / 2),
      updateThenMultiply: twice,
      updateThenMultiplyTransposed: twice,
      updateThenMultiplySymmetric: twice,
      rotateBack: (vectors, sweeps) =>
        void calls.push(4 * vectors.rows * sweeps.reduce((sum, { cosines }) => sum + cosines.length, 0)),
    };
  }

  const views = (rows: number, cols: number) => {
    // One number suffices, because nothing is computed
    return { data: new Float64Array(1), rows, cols, offset: 0, rowStride: cols, colStride: 1 };
  };

  it('are small at any size, and their reported multiply-adds are correct', () => {
    const side = fc.integer({ min: 1, max: 4096 });
    fc.assert(
      fc.property(side, side, side, (m, k, n) => {
        const calls: number[] = [];
        let told = 0;
        const paced = pacedKernels(measuring(calls), (work) => {
          told += work;
        });
        paced.multiply(views(m, k), views(k, n), views(m, n));
        expect(told).toBe(m * k * n);
        expect(calls.reduce((sum, work) => sum + work, 0)).toBe(told);
        const length = Math.min(m, 500);
        const sweep = { from: 0, cosines: new Float64Array(length), sines: new Float64Array(length) };
        paced.rotateBack(
          views(n, length + 1),
          Array.from({ length: k }, () => sweep),
        );
        expect(told).toBe(m * k * n + 4 * n * k * length);
        expect(Math.max(...calls)).toBeLessThanOrEqual(2 ** 26);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('give the same bits for every cut', () => {
    const shapes: [number, number, number][] = [
      [1100, 700, 90],
      [90, 700, 1100],
      [300, 1100, 300],
      [3, 5, 7],
    ];
    for (const [m, k, n] of shapes) {
      const [a, b] = [normalMatrix(m, k), normalMatrix(k, n, 2)];
      const paced = pacedKernels(portableKernels, () => {});
      expect(fingerprint(multiply(a, b, paced).data)).toBe(fingerprint(multiply(a, b).data));
    }
    for (const [m, n] of [
      [1100, 300],
      [300, 400],
      [30, 20],
    ]) {
      const a = normalMatrix(m, n);
      expect(
        fingerprint(
          gram(
            a,
            pacedKernels(portableKernels, () => {}),
          ).data,
        ),
      ).toBe(fingerprint(gram(a).data));
    }
  });
});
