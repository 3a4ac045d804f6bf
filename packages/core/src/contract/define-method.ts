// defineMethod: turns the definition of a method into the function that users call.
import { assertType } from '../checks/option-checks.ts';
import type { MethodDefinition } from './algorithm.ts';
import { compressorFor } from './compressor-from-algorithm.ts';
import type { Factor } from './factors.ts';
import type { MatrixCompressor, SyncMatrixCompressor } from './matrix-compressor.ts';

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
