// Products with a held matrix have float32 accuracy for any shape, layout and scale.
import type { HeldMatrix, View, View64 } from '@gcompress/core/hosts';
import { portableKernels, transposed } from '@gcompress/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wasmKernels } from '../src/index.ts';
import { copyOf, difference, layouts, normalView, sides, singleView } from './helpers.ts';

const kernels = await wasmKernels();
const ROUNDING = 2 ** -19;

function held(a: View): HeldMatrix {
  const matrix = kernels.holdSingle?.(a);
  if (!matrix) throw new Error('These kernels hold nothing.');
  return matrix;
}

/** Compares all products of a matrix `[m, n]` with `count` rows. */
function expectClose(a: View, count: number): void {
  const matrix = held(a);
  const x = normalView(count, a.cols, 'part', 2);
  const image = normalView(count, a.rows, 'part', 3);
  const back = normalView(count, a.cols, 'transposed', 4);
  const squares = normalView(a.cols, a.cols, 'part', 5);
  const expected = { image: copyOf(image), back: copyOf(back), squares: copyOf(squares) };
  matrix.multiplyTransposed(x, image);
  matrix.multiplySquare(x, back);
  matrix.gram(squares);
  portableKernels.multiply(x, transposed(a), expected.image);
  portableKernels.multiply(expected.image, a, expected.back);
  portableKernels.gram(a, expected.squares);
  const compare = (actual: View64, exact: View64) => expect(difference(actual.data, exact.data)).toBeLessThan(ROUNDING);
  compare(image, expected.image);
  compare(back, expected.back);
  compare(squares, expected.squares);
}

describe('holdSingle', () => {
  it('multiplies matrices of any shape, layout and precision', () => {
    fc.assert(
      fc.property(sides, sides, sides, layouts, fc.boolean(), (m, n, count, layout, single) =>
        expectClose(single ? singleView(m, n, layout, 1) : normalView(m, n, layout, 1), count),
      ),
    );
  });

  it.each([
    [300, 128, 17],
    [3, 1100, 33],
    [530, 260, 4],
  ])('multiplies across the edges of panels: [%i, %i] with %i rows', (m, n, count) => {
    expectClose(singleView(m, n, 'rows', 1), count);
    expectClose(singleView(m, n, 'transposed', 1), count);
  });

  it.each([1e30, 1e-36])('multiplies entries of the size of %f', (scale) => {
    const a = singleView(40, 30, 'rows', 1);
    expectClose({ ...a, data: a.data.map((entry) => entry * scale) }, 5);
  });

  it('multiplies zeros', () => {
    const a = singleView(9, 7, 'rows', 1);
    expectClose({ ...a, data: a.data.fill(0) }, 3);
  });

  it('keeps a copy, which later changes of the matrix do not reach', () => {
    const a = singleView(9, 7, 'rows', 1);
    const [before, after] = [normalView(7, 7, 'rows', 2), normalView(7, 7, 'rows', 2)];
    const matrix = held(a);
    matrix.gram(before);
    a.data.fill(0);
    matrix.gram(after);
    expect(after.data).toEqual(before.data);
  });

  it('refuses to multiply after its release', () => {
    const matrix = held(singleView(4, 4, 'rows', 1));
    matrix.release();
    matrix.release();
    expect(() => matrix.gram(normalView(4, 4, 'rows', 2))).toThrow('HeldMatrix: expected a matrix that is held');
  });

  it('throws out-of-memory when the engine has too little memory', () => {
    const huge: View = { ...singleView(1, 1, 'rows', 1), rows: 2 ** 20, cols: 2 ** 20 };
    expect(() => held(huge)).toThrow(/^wasmKernels: expected \d+ bytes of WebAssembly memory, got less\. Leave/);
    expect(() => held(huge)).toThrow(expect.objectContaining({ code: 'out-of-memory' }));
  });
});
