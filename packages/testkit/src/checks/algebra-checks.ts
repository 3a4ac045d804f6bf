// Checks that matMul, lookup, product and padding agree with the reconstruction.
import {
  type CompressedMatrix,
  type CpuTensor,
  cpuOps,
  elementCount,
  frobeniusNorm,
  type Matrix,
  serialize,
} from '@gcompress/core';
import type { MatrixDecoder } from '@gcompress/core/decode';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { assertClose } from '../assertions/assert-close.ts';
import { ensure, onEach, sameNumbers } from '../assertions/assertions.ts';
import { type Check, NotApplicable } from '../assertions/check.ts';
import { normalMatrix } from '../samples/matrices.ts';
import type { Example } from '../samples/workbench.ts';

/** The matrices of a format that the checks look at. */
export interface Examples {
  /** The decoder for pages, which must give the same matrices. Default: the format itself, with all operations. */
  readonly decoder?: MatrixDecoder | undefined;
  examples(): Promise<readonly Example[]>;
}

/** Checks of the results that a format computes from its factors. */
export const algebraChecks: readonly Check<Examples>[] = [
  {
    name: 'decompress fills the shape',
    run: async (subject) =>
      onEach(await subject.examples(), ({ compressed }) => {
        const { shape, data } = compressed.decompress();
        const [rows, cols] = compressed.shape;
        ensure(shape[0] === rows && shape[1] === cols, `decompress() gave [${shape.join(', ')}]`);
        ensure(data instanceof Float32Array && data.length === rows * cols, 'decompress() did not fill its shape');
      }),
  },
  {
    name: 'matMul agrees with decompress',
    run: ifPresent('multiply', ({ compressed }) => {
      const dense = compressed.decompress();
      const x = normalMatrix([5, dense.shape[0]], 11);
      assertProduct(compressed.matMul(x), x, dense, 'matMul');
    }),
  },
  {
    name: 'lookup agrees with decompress',
    run: ifPresent('lookup', ({ compressed }) => {
      const { data, shape } = compressed.decompress();
      const [rows, cols] = shape;
      const ids = [rows - 1, 0, Math.floor(rows / 2), 0, ...Array.from({ length: rows }, (_, row) => row)];
      const expected = ids.flatMap((id) => [...data.subarray(id * cols, (id + 1) * cols)]);
      assertClose(compressed.lookup(ids).data, expected, { absolute: roundingOf(data), label: 'lookup' });
    }),
  },
  {
    name: 'the named product is the matrix',
    run: ifPresent('product', ({ compressed }) => {
      const product = compressed.format.product ?? [];
      const [first, ...rest] = product.map((name): CpuTensor => {
        ensure(Object.hasOwn(compressed.factors, name), `product names '${name}', which is not a factor`);
        return compressed.factors[name];
      });
      ensure(first !== undefined, 'product names no factor');
      const result = rest.reduce((left, right) => cpuOps.matMul(left, right), first);
      const { data } = compressed.decompress();
      assertClose(result.data, data, { absolute: result.data.length * roundingOf(data), label: 'product' });
    }),
  },
  {
    name: 'trim keeps the matrix and never grows',
    run: ifPresent('trim', ({ compressed }) => {
      const { format, shape, config, factors } = compressed;
      const trimmed = createCompressedMatrix(format, format.trim?.({ shape, config, factors }) ?? compressed);
      assertSameMatrix(trimmed, compressed, 'trimmed');
      ensure(workingValues(trimmed) <= workingValues(compressed), 'trim made the factors larger');
      ensure(storedBytes(trimmed) <= storedBytes(compressed), 'trim made the stored form larger');
    }),
  },
  {
    name: 'computing changes no factor',
    run: async (subject) =>
      onEach(await subject.examples(), ({ compressed }) => {
        const before = Object.entries(compressed.factors).map(([name, { data }]) => ({ name, data: data.slice() }));
        const first = compressed.decompress();
        const expected = first.data.slice();
        first.data.fill(1e9);
        compressed.matMul(normalMatrix([2, compressed.shape[0]])).data.fill(1e9);
        compressed.lookup([0]).data.fill(1e9);
        compressed.pack();
        for (const { name, data } of before) {
          ensure(
            sameNumbers(data, compressed.factors[name].data),
            `factor '${name}' is another after computing with it`,
          );
        }
        ensure(
          sameNumbers(compressed.decompress().data, expected),
          'decompress() gives another matrix the second time',
        );
      }),
  },
];

/** Runs the check on each example, if the format has the member that it checks. */
function ifPresent(
  member: 'multiply' | 'lookup' | 'product' | 'trim',
  check: (example: Example) => void,
): (subject: Examples) => Promise<unknown> {
  return async (subject) => {
    const examples = await subject.examples();
    // Core replaces a missing member, and its replacement is right by construction
    if (examples.every(({ compressed }) => compressed.format[member] === undefined)) {
      return new NotApplicable(`the format has no ${member}`);
    }
    return onEach(examples, check);
  };
}

/** The bytes of a file with this matrix alone. */
export function bytesOf(compressed: CompressedMatrix): Uint8Array {
  return serialize({ matrix: compressed });
}

/** Bytes of the written tensors, counted here and not taken from the format. */
export function storedBytes(compressed: CompressedMatrix): number {
  return Object.values(compressed.pack().tensors).reduce((bytes, { data }) => bytes + data.byteLength, 0);
}

/** Values in all factors. */
function workingValues({ factors }: CompressedMatrix): number {
  return Object.values(factors).reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** Two matrices equal up to the rounding of their largest entry. */
export function assertSameMatrix(actual: CompressedMatrix, expected: CompressedMatrix, label: string): void {
  const { data } = expected.decompress();
  assertClose(actual.decompress().data, data, { absolute: roundingOf(data), label });
}

/**
 * `y = x·a` up to the rounding that the order of float32 sums allows: each sum of m terms, or of a few sums for a chain of factors,
 * is off by at most a small multiple of `ε·√(m + n)·‖x‖·‖a‖`.
 */
function assertProduct(y: Matrix, x: Matrix, a: Matrix, label: string): void {
  const [batch, cols] = [x.shape[0], a.shape[1]];
  ensure(y.shape[0] === batch && y.shape[1] === cols, `${label} gave [${y.shape.join(', ')}]`);
  const largestRow = Math.sqrt(x.shape[1]) * x.data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const rounding = 8 * 2 ** -24 * Math.sqrt(a.shape[0] + cols) * largestRow * frobeniusNorm(a);
  assertClose(y.data, cpuOps.matMul(x, a).data, { absolute: rounding + SMALLEST * a.shape[0], label });
}

/** The smallest float32 above 0, which underflow may lose. */
const SMALLEST = 2 ** -149;

/** A few roundings of the largest of these values. */
function roundingOf(values: Float32Array): number {
  return 2 ** -22 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) + SMALLEST;
}
