// The encoder half of a method, and defineMethod, which checks it and turns it into compressors.
import { GCompressError } from '../checks/errors.ts';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '../checks/option-checks.ts';
import { assertFinite, assertShape2D, type Matrix, type Shape2D } from '../matrix/matrix.ts';
import type { CompressedFormat } from './compressed-format.ts';
import { type CompressedMatrix, createCompressedMatrix } from './compressed-matrix.ts';
import { assertFactors } from './factor-checks.ts';
import type { Factor, FactorizationPlan, FactorSpec, JsonObject } from './factors.ts';
import type { CompressOptions, MatrixCompressor, SyncMatrixCompressor } from './matrix-compressor.ts';
import { byteLengthOfZeros } from './planned-byte-length.ts';
import { assertRepresentable } from './representable.ts';

/** What {@link Algorithm.factorize} is given besides the matrix. */
export interface FactorizeOptions extends CompressOptions {
  /** Says what a user should know about this result; it becomes one of its {@link CompressedMatrix.notes}. */
  readonly warn: (warning: string) => void;
}

/** What an author writes about one set of hyperparameters. Arguments arrive checked. */
export interface Algorithm<K extends string, R = Record<K, Factor> | PromiseLike<Record<K, Factor>>> {
  /** All hyperparameters with their defaults filled in; JSON, so that a saved layer can be made again. */
  readonly options: JsonObject;
  /**
   * Factors and config for this shape; throws when the shape or its size is not possible. `byteLength` is the most bytes that the
   * stored form takes. Without it, {@link defineMethod} counts the stored bytes of zeros, which is slow, and wrong where the stored
   * bytes depend on the values.
   */
  plan(shape: Shape2D): {
    readonly factors: Record<K, FactorSpec>;
    readonly config?: JsonObject;
    readonly byteLength?: number | undefined;
  };
  /** Runs the algorithm. Each side of a factor may be smaller than planned where the size depends on the data. */
  factorize(matrix: Matrix, options: FactorizeOptions): R;
  /** The algorithm in force at a step of a training, see {@link MatrixCompressor.atStep}; it has the same plan. */
  atStep?(step: number): Algorithm<K, R>;
}

/** What an author writes about a method. */
export interface MethodDefinition<O, K extends string, R = Record<K, Factor> | PromiseLike<Record<K, Factor>>> {
  /** Name of the method: `'lowrank'`, or `'acme/tensor-train'` outside the scope. */
  readonly name: string;
  readonly format: CompressedFormat<K>;
  /** Whether `factorize` honours {@link CompressOptions.importance}; without this, it is refused. */
  readonly acceptsImportance?: boolean;
  /** Checks the options and returns what runs with them. */
  create(options: O): Algorithm<K, R>;
}

/** A method of compression: call it with options to get a compressor. */
export interface CompressionMethod<O = never, C extends MatrixCompressor = MatrixCompressor> {
  (options: O): C;
  /** Name of the method; a saved model names it. */
  readonly method: string;
  readonly format: C['format'];
}

/**
 * Makes a {@link CompressionMethod} from its algorithm: checks what goes in and what comes out, and gives the factors
 * their behaviour. A method whose `factorize` is synchronous gives a {@link SyncMatrixCompressor}.
 *
 * @throws GCompressError `invalid-option` when the definition lacks its name, its format or `create`. What is made of it throws
 *   `contract` when the algorithm breaks its own plan.
 */
export function defineMethod<O, K extends string>(
  definition: MethodDefinition<O, K, Record<K, Factor>>,
): CompressionMethod<O, SyncMatrixCompressor<K>>;
export function defineMethod<O, K extends string>(
  definition: MethodDefinition<O, K>,
): CompressionMethod<O, MatrixCompressor<K>>;
export function defineMethod<O, K extends string>(
  definition: MethodDefinition<O, K>,
): CompressionMethod<O, MatrixCompressor<K>> {
  assertType('defineMethod', 'definition', definition, 'object');
  const { name, format } = definition;
  assertType('defineMethod', 'name', name, 'string');
  assertType(`defineMethod '${name}'`, 'create', definition.create, 'function');
  assertType(`defineMethod '${name}'`, 'format', format, 'object');
  const create = (options: O) => {
    assertType(name, 'options', options, 'object', `Call ${name}({ … }).`);
    return compressorFor(definition, definition.create(options));
  };
  return Object.assign((options: O) => create(options), { method: name, format });
}

function compressorFor<O, K extends string>(
  definition: MethodDefinition<O, K>,
  algorithm: Algorithm<K>,
): MatrixCompressor<K> {
  const { name, format, acceptsImportance = false } = definition;
  const { atStep } = algorithm;
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
    plan,
    ...(atStep && {
      atStep(step: number) {
        assertNumber(`${name}.atStep`, 'step', step, { min: -1, integer: true });
        return compressorFor(definition, atStep(step));
      },
    }),
    compress(matrix, options = {}) {
      assertFinite(matrix, name);
      assertCompressOptions(name, options);
      if (options.importance !== undefined) assertImportance(name, acceptsImportance, options.importance, matrix);
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

function assertCompressOptions(name: string, options: CompressOptions): void {
  assertKnownOptions(`${name}.compress`, options, ['signal', 'onProgress', 'importance']);
  const { signal, onProgress } = options;
  if (onProgress !== undefined) assertType(`${name}.compress`, 'onProgress', onProgress, 'function');
  if (signal !== undefined) {
    const hint = 'Pass the signal of an AbortController.';
    assertType(`${name}.compress`, 'signal', signal, 'object', hint);
    assertType(`${name}.compress signal`, 'throwIfAborted', signal.throwIfAborted, 'function', hint);
  }
}

function assertImportance(name: string, accepted: boolean, importance: Matrix, matrix: Matrix): void {
  if (!accepted) {
    throw new GCompressError('unsupported', {
      where: `${name} importance`,
      expected: 'no weights, which this method does not use',
      actual: describeValue(importance),
      hint: 'Leave importance out, or use a method that accepts it.',
    });
  }
  assertFinite(importance, `${name} importance`);
  if (importance.shape[0] !== matrix.shape[0] || importance.shape[1] !== matrix.shape[1]) {
    throw new GCompressError('shape-mismatch', {
      where: `${name} importance`,
      expected: `shape [${matrix.shape.join(', ')}]`,
      actual: `[${importance.shape.join(', ')}]`,
    });
  }
  if (importance.data.some((weight) => weight < 0) || importance.data.every((weight) => weight === 0)) {
    throw new GCompressError('invalid-option', {
      where: `${name} importance`,
      expected: 'weights of at least 0 that are not all 0',
      actual: importance.data.some((weight) => weight < 0) ? 'a negative weight' : 'zeros alone',
    });
  }
}
