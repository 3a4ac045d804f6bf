// Makes a compressor from an algorithm: checks what goes in and what comes out.
import { GCompressError } from '../checks/errors.ts';
import { assertNumber, describeValue } from '../checks/option-checks.ts';
import { assertFinite, assertShape2D, type Shape2D } from '../matrix/matrix.ts';
import type { Algorithm, MethodDefinition } from './algorithm.ts';
import { assertAids, assertCompressOptions, assertRepresentable } from './compress-checks.ts';
import type { CompressedFormat } from './compressed-format.ts';
import { type CompressedMatrix, createCompressedMatrix } from './compressed-matrix.ts';
import { assertFactors } from './factor-checks.ts';
import type { FactorizationPlan } from './factors.ts';
import type { MatrixCompressor } from './matrix-compressor.ts';
import { byteLengthOfZeros } from './planned-byte-length.ts';

/** The compressor that runs one algorithm of a method. */
export function compressorFor<O, K extends string>(
  definition: MethodDefinition<O, K>,
  algorithm: Algorithm<K>,
): MatrixCompressor<K> {
  const { name, format, accepts = [] } = definition;
  const { atStep, withBitPrice, lastingZeros } = algorithm;
  const plan = (shape: Shape2D): FactorizationPlan<K> => {
    assertShape2D(shape, name);
    const { factors, config = {}, byteLength } = algorithm.plan(shape);
    const form = { shape: [shape[0], shape[1]] as const, factors, config };
    if (byteLength === undefined) return countedLazily(format, form);
    if (!Number.isSafeInteger(byteLength) || byteLength < 0) {
      throw new GCompressError('contract', {
        where: `${name} plan byteLength`,
        expected: 'an integer of at least 0',
        actual: describeValue(byteLength),
      });
    }
    return { ...form, byteLength };
  };
  return {
    method: name,
    options: algorithm.options,
    format,
    accepts,
    ...(lastingZeros !== undefined && { lastingZeros }),
    plan,
    ...(atStep && {
      atStep(step: number) {
        assertNumber(`${name}.atStep`, 'step', step, { min: -1, integer: true });
        return compressorFor(definition, atStep(step));
      },
    }),
    ...(withBitPrice && {
      withBitPrice(factor: number) {
        assertNumber(`${name}.withBitPrice`, 'factor', factor, { above: 0 });
        return compressorFor(definition, withBitPrice(factor));
      },
    }),
    compress(matrix, options = {}) {
      assertFinite(matrix, name);
      assertCompressOptions(name, options);
      assertAids(name, accepts, options, matrix);
      options.signal?.throwIfAborted();
      const planned = plan(matrix.shape);
      const finish = (factors: unknown): CompressedMatrix<K> => {
        assertFactors(name, factors, planned.factors);
        const form = { shape: planned.shape, config: planned.config, factors };
        const compressed = createCompressedMatrix(format, form, notes);
        assertRepresentable(name, matrix, compressed);
        return compressed;
      };
      const notes: string[] = [];
      const factors: unknown = algorithm.factorize(matrix, { ...options, warn: (warning) => notes.push(warning) });
      return isThenable(factors) ? factors.then(finish) : finish(factors);
    },
  };
}

/** A plan that counts its bytes when they are first asked for, because packing zeros takes time and memory. */
function countedLazily<K extends string>(
  format: CompressedFormat<K>,
  plan: Omit<FactorizationPlan<K>, 'byteLength'>,
): FactorizationPlan<K> {
  let bytes: number | undefined;
  return {
    ...plan,
    get byteLength() {
      bytes ??= byteLengthOfZeros(format, plan);
      return bytes;
    },
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
