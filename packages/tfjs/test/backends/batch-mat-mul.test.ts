// Products of matrices on wasm equal those of cpu.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAgreement, normal, on, startBackends } from './both-backends.ts';

beforeAll(startBackends);

interface Product {
  /** Rows, inner side, columns. */
  readonly sides: readonly [m: number, k: number, n: number];
  readonly batchA: readonly number[];
  readonly batchB: readonly number[];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const sides = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 50 }));

/** Small products of every rank from 2 to 4, of which one operand may have a smaller batch. */
const products: fc.Arbitrary<Product> = fc
  .record({
    sides: fc.tuple(sides, sides, sides),
    batch: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    broadcast: fc.constantFrom('none', 'a', 'b'),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
  })
  .chain(({ batch, broadcast, ...rest }) =>
    fc
      .constantFrom(
        [],
        batch.map(() => 1),
      )
      .map((small) => ({
        ...rest,
        batchA: broadcast === 'a' ? small : batch,
        batchB: broadcast === 'b' ? small : batch,
      })),
  );

function operands({ sides: [m, k, n], batchA, batchB, transposeA, transposeB }: Product): [tf.Tensor, tf.Tensor] {
  return [
    normal([...batchA, ...(transposeA ? [k, m] : [m, k])], 1),
    normal([...batchB, ...(transposeB ? [n, k] : [k, n])], 2),
  ];
}

const product = (given: Product) => () => tf.matMul(...operands(given), given.transposeA, given.transposeB);

const flags: readonly (readonly [boolean, boolean])[] = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
];

describe('BatchMatMul on wasm equals cpu', () => {
  it('for any sides, batches and transpositions', () => {
    fc.assert(
      fc.property(products, (given) => expectAgreement(product(given))),
      { numRuns: 60, seed: 7 },
    );
  });

  const cases: Record<string, Omit<Product, 'transposeA' | 'transposeB'>> = {
    'a layer of large weights': { sides: [5, 301, 97], batchA: [], batchB: [] },
    'a large batch of examples': { sides: [301, 40, 7], batchA: [], batchB: [] },
    'a batch of large products': { sides: [50, 49, 51], batchA: [3], batchB: [3] },
    'large products with one left operand': { sides: [50, 49, 51], batchA: [1], batchB: [3] },
    'large products with one right operand': { sides: [50, 49, 51], batchA: [2, 2], batchB: [] },
    'large products in two axes of one': { sides: [50, 49, 51], batchA: [1, 1], batchB: [1] },
    'a vector on the left': { sides: [1, 301, 97], batchA: [], batchB: [] },
    'a vector on the right': { sides: [97, 301, 1], batchA: [], batchB: [] },
    'an outer product': { sides: [97, 1, 301], batchA: [], batchB: [] },
  };
  describe.each(Object.entries(cases))('%s', (_case, given) => {
    it.each(flags)('transposeA %s, transposeB %s', (transposeA, transposeB) => {
      expectAgreement(product({ ...given, transposeA, transposeB }));
    });
  });

  // A plain product without terms is left as the memory happens to be by the stock kernel
  it.each(flags.slice(1))('with nothing to sum up: transposeA %s, transposeB %s', (transposeA, transposeB) => {
    expectAgreement(() => {
      tf.fill([30, 40], 7).dispose();
      return product({ sides: [30, 0, 40], batchA: [], batchB: [], transposeA, transposeB })();
    });
  });

  it('in the gradients of both operands', () => {
    for (const [transposeA, transposeB] of flags) {
      const given: Product = { sides: [6, 31, 9], batchA: [2], batchB: [2], transposeA, transposeB };
      for (const wanted of [0, 1]) {
        expectAgreement(() => {
          const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(tf.matMul(a, b, transposeA, transposeB)));
          return tf.grads(loss)(operands(given))[wanted];
        });
      }
    }
  });
});

describe('BatchMatMul on wasm', () => {
  it.each(flags.slice(1))(
    'keeps apart the shapes under which it sees the same values: transposeA %s, transposeB %s',
    (transposeA, transposeB) => {
      const values = Array.from({ length: 24 }, (_, i) => i);
      expectAgreement(() => {
        const x = tf.tensor2d(values, [4, 6]);
        const shapes: [number, number][] = [
          [4, 6],
          [8, 3],
          [1, 24],
          [24, 1],
        ];
        const sums = shapes.map((shape) => {
          const same = tf.reshape(x, shape);
          const left = normal(transposeA === transposeB ? [shape[1], shape[0]] : shape, 1);
          const right = normal(transposeA === transposeB ? [shape[1], shape[0]] : shape, 2);
          return tf.add(
            tf.sum(tf.matMul(left, same, transposeA, transposeB)),
            tf.sum(tf.matMul(same, right, transposeA, transposeB)),
          );
        });
        return tf.stack(sums);
      });
    },
  );

  it.each(flags.slice(1))('passes NaN and infinities on: transposeA %s, transposeB %s', (transposeA, transposeB) => {
    const { values } = on('wasm', () => {
      const a = tf.tensor2d([Number.NaN, 1, 1, 1, 1, 1, 1, 1, Number.POSITIVE_INFINITY], [3, 3]);
      const b = tf.ones([3, 3]);
      return tf.matMul(transposeA ? tf.transpose(a) : a, b, transposeA, transposeB);
    });
    const infinity = Number.POSITIVE_INFINITY;
    expect(values).toEqual([NaN, NaN, NaN, 3, 3, 3, infinity, infinity, infinity]);
  });

  it('is computed as plain products where that is faster', async () => {
    const kernelsOf = async (compute: () => tf.Tensor) => {
      const { kernelNames } = await tf.profile(() => tf.tidy(() => void compute()));
      return kernelNames;
    };
    await tf.setBackend('wasm');
    for (const [transposeA, transposeB] of flags.slice(1)) {
      const given: Product = { sides: [8, 9, 7], batchA: [], batchB: [], transposeA, transposeB };
      expect(await kernelsOf(product(given))).toContain('Transpose');
    }
    const plain = { transposeA: false, transposeB: false };
    expect(await kernelsOf(product({ sides: [50, 49, 51], batchA: [3], batchB: [3], ...plain }))).toContain('Concat');
    expect(await kernelsOf(product({ sides: [8, 9, 7], batchA: [3], batchB: [3], ...plain }))).toEqual(['BatchMatMul']);
    expect(await kernelsOf(product({ sides: [50, 49, 51], batchA: [], batchB: [], ...plain }))).toEqual([
      'BatchMatMul',
    ]);
  });

  it('refuses what the stock kernel refuses, in its words and with the shapes that were given', () => {
    const mismatch = () => tf.matMul(tf.ones([2, 3]), tf.ones([4, 5]), true);
    expect(() => on('wasm', mismatch)).toThrow(/shapes 2,3 and 4,5 and transposeA=true/);
    const batches = () => tf.matMul(tf.ones([2, 3, 4]), tf.ones([3, 3, 4]), true);
    expect(() => on('wasm', batches)).toThrow(/broadcast/);
    const integers = () => tf.matMul(tf.ones([3, 2], 'int32'), tf.ones([3, 2], 'int32'), true);
    expect(() => on('wasm', integers)).toThrow(/float32/);
  });
});
