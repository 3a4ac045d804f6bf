import type { CompressedFormat } from './compressed-format.ts';
import { type CompressedMatrix, createCompressedMatrix } from './compressed-matrix.ts';
import { GCompressError } from './errors.ts';
import { assertFactors } from './factor-checks.ts';
import type { Factor, FactorizationPlan, FactorSpec, JsonObject } from './factors.ts';
import type { CompressionHParams } from './hparams.ts';
import { assertFinite, assertMatrix, assertShape2D, type Matrix, type Shape2D } from './matrix.ts';
import type { CompressOptions, MatrixCompressor, SyncMatrixCompressor } from './matrix-compressor.ts';

/** What an author writes about one set of hyperparameters. Arguments arrive checked. */
export interface Algorithm<K extends string, R = Record<K, Factor> | PromiseLike<Record<K, Factor>>> {
  /** All hyperparameters with their defaults filled in; JSON, so that a saved layer can be made again. */
  readonly options: JsonObject;
  /**
   * Factors and config for this shape; throw here when the shape or its size is not possible. `byteLength` where factors of zeros
   * would not take the bytes that others do, see {@link FactorizationPlan}.
   */
  plan(shape: Shape2D): {
    readonly factors: Record<K, FactorSpec>;
    readonly config?: JsonObject;
    readonly byteLength?: number | undefined;
  };
  /** Runs the algorithm. Each side of a factor may be smaller than planned where the size depends on the data. */
  factorize(matrix: Matrix, options: CompressOptions): R;
  /** The algorithm in force at a step of a training, see {@link MatrixCompressor.atStep}; it has the same plan. */
  atStep?(step: number): Algorithm<K, R>;
}

/** What an author writes about a method. */
export interface MethodDefinition<O, K extends string, R = Record<K, Factor> | PromiseLike<Record<K, Factor>>> {
  /** Name of the method: `'lowrank'`, or `'acme/tensor-train'` outside the scope. */
  readonly name: string;
  /** The reference's number for `compression_option`, if it has one. */
  readonly code?: number;
  readonly format: CompressedFormat<K>;
  /** Whether `factorize` honours {@link CompressOptions.importance}; without this, it is refused. */
  readonly acceptsImportance?: boolean;
  /** Checks the options and returns what runs with them. */
  create(options: O): Algorithm<K, R>;
  /** The options that these hyperparameters of the reference mean; leave out when it does not know the method. */
  optionsFromHParams?(hparams: CompressionHParams): O;
}

/** A method of compression: call it with options to get a compressor. */
export interface CompressionMethod<O = never, C extends MatrixCompressor = MatrixCompressor> {
  (options: O): C;
  /** Name of the method, as in the hyperparameter `compression_option`. */
  readonly method: string;
  /** The reference's number for `compression_option`. */
  readonly code: number | undefined;
  readonly format: C['format'];
  /**
   * A compressor from the reference's hyperparameters.
   *
   * @throws GCompressError `unsupported` when the method has no such hyperparameters.
   */
  fromHParams(hparams: CompressionHParams): C;
}

/**
 * Makes a {@link CompressionMethod} from its algorithm: checks what goes in and what comes out, and gives the factors
 * their behaviour. A method whose `factorize` is synchronous gives a {@link SyncMatrixCompressor}.
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
  const { name, code, format, optionsFromHParams } = definition;
  const create = (options: O) => compressorFor(definition, definition.create(options));
  const fromHParams = (hparams: CompressionHParams) => {
    if (!optionsFromHParams) {
      throw new GCompressError('unsupported', {
        where: name,
        expected: 'a method that the hyperparameters can describe',
        actual: `'${name}'`,
        hint: `Call ${name}({ … }) with its own options instead.`,
      });
    }
    return create(optionsFromHParams(hparams));
  };
  return Object.assign((options: O) => create(options), { method: name, code, format, fromHParams });
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
    return { shape: [shape[0], shape[1]], factors, config, ...(byteLength === undefined ? {} : { byteLength }) };
  };
  return {
    method: name,
    options: algorithm.options,
    format,
    plan,
    ...(atStep && { atStep: (step: number) => compressorFor(definition, atStep(step)) }),
    compress(matrix, options = {}) {
      assertMatrix(matrix, name);
      assertFinite(matrix, name);
      if (options.importance) assertImportance(name, acceptsImportance, options.importance, matrix);
      options.signal?.throwIfAborted();
      const planned = plan(matrix.shape);
      const finish = (factors: unknown): CompressedMatrix<K> => {
        assertFactors(name, factors, planned.factors);
        return createCompressedMatrix(format, { shape: planned.shape, config: planned.config, factors });
      };
      const factors: unknown = algorithm.factorize(matrix, options);
      return isThenable(factors) ? factors.then(finish) : finish(factors);
    },
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

function assertImportance(name: string, accepted: boolean, importance: Matrix, matrix: Matrix): void {
  if (!accepted) {
    throw new GCompressError('unsupported', {
      where: `${name} importance`,
      expected: 'no weights, which this method does not use',
      actual: 'some',
      hint: 'Leave importance out, or use a method that accepts it.',
    });
  }
  assertMatrix(importance, `${name} importance`);
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
      actual: 'others',
    });
  }
}
