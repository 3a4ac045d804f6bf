// defineMethod: turns the definition of a method into the function that users call.
import { isGCompressError } from '../checks/errors.ts';
import { assertType } from '../checks/option-checks.ts';
import type { Shape2D } from '../matrix/matrix.ts';
import type { MethodDefinition } from './algorithm.ts';
import { compressorFor } from './compressor-from-algorithm.ts';
import type { Factor } from './factors.ts';
import type { CompressionAid, MatrixCompressor, SyncMatrixCompressor } from './matrix-compressor.ts';
import { budgetBytes, type SizeBudget } from './size-budget.ts';

/** A method of compression: call it with options to get a compressor. */
export interface CompressionMethod<O = never, C extends MatrixCompressor = MatrixCompressor> {
  (options: O): C;
  /** Name of the method; a saved model names it. */
  readonly method: string;
  readonly format: C['format'];
  /** What `compress` uses besides the matrix. */
  readonly accepts?: readonly CompressionAid[];
  /**
   * The compressor whose stored form of a matrix `[m, n]` takes at most a size, from closed form; undefined when no form is that small.
   * Absent when the method cannot be asked for a size.
   *
   * @throws GCompressError `invalid-matrix` for anything but a shape, `invalid-option` for anything but a budget.
   */
  readonly forBudget?: (shape: Shape2D, budget: SizeBudget) => C | undefined;
}

/**
 * Makes a {@link CompressionMethod} from its algorithm: checks what goes in and what comes out, and gives the factors
 * their behaviour. A method whose `factorize` is synchronous gives a {@link SyncMatrixCompressor}.
 *
 * @throws GCompressError `invalid-option` when the definition lacks its name, its format or `create`. The compressors of the method throw
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
  const { name, format, accepts = [], optionsForBudget } = definition;
  assertType('defineMethod', 'name', name, 'string');
  assertType(`defineMethod '${name}'`, 'create', definition.create, 'function');
  assertType(`defineMethod '${name}'`, 'format', format, 'object');
  const create = (options: O) => {
    assertType(name, 'options', options, 'object', `Call ${name}({ … }).`);
    return compressorFor(definition, definition.create(options));
  };
  return Object.assign((options: O) => create(options), {
    method: name,
    format,
    accepts,
    ...(optionsForBudget && {
      forBudget: (shape: Shape2D, budget: SizeBudget) =>
        fitting(name, shape, budget, () => create(optionsForBudget(budget))),
    }),
  });
}

/** The compressor if its plan for the shape keeps to the budget. */
function fitting<K extends string>(
  name: string,
  shape: Shape2D,
  budget: SizeBudget,
  create: () => MatrixCompressor<K>,
): MatrixCompressor<K> | undefined {
  const allowed = budgetBytes(`${name}.forBudget`, budget, shape);
  try {
    const compressor = create();
    return compressor.plan(shape).byteLength <= allowed ? compressor : undefined;
  } catch (error) {
    // A valid budget and a valid shape: what is refused is the pair
    if (isGCompressError(error) && error.code !== 'contract') return undefined;
    throw error;
  }
}
