// The encoder half of a method, as its author writes it: options, plan and algorithm.
import type { Matrix, Shape2D } from '../matrix/matrix.ts';
import type { CompressedFormat } from './compressed-format.ts';
import type { Factor, FactorSpec, JsonObject } from './factors.ts';
import type { CompressionAid, CompressOptions } from './matrix-compressor.ts';
import type { SizeBudget } from './size-budget.ts';

/** What {@link Algorithm.factorize} is given besides the matrix. */
export interface FactorizeOptions extends CompressOptions {
  /** Tells the user something about this result; the text becomes one of its `notes`. */
  readonly warn: (warning: string) => void;
}

/** What an author writes about one set of hyperparameters. Arguments arrive checked. */
export interface Algorithm<K extends string, R = Record<K, Factor> | PromiseLike<Record<K, Factor>>> {
  /** All hyperparameters with their defaults filled in; JSON, so that a saved layer can be made again. */
  readonly options: JsonObject;
  /**
   * Factors and config for this shape; throws when the shape or its size is not possible. `byteLength` is the most bytes that the
   * stored form takes. Without it, core counts the stored bytes of zeros, which is slow, and wrong where the stored
   * bytes depend on the values.
   */
  plan(shape: Shape2D): {
    readonly factors: Record<K, FactorSpec>;
    readonly config?: JsonObject;
    readonly byteLength?: number | undefined;
  };
  /** Runs the algorithm. Each side of a factor may be smaller than planned where the size depends on the data. */
  factorize(matrix: Matrix, options: FactorizeOptions): R;
  /** The algorithm to use at a step of the training, see {@link MatrixCompressor.atStep}. It has the same plan. */
  atStep?(step: number): Algorithm<K, R>;
  /** The algorithm for which a stored bit costs `factor` times as much, see {@link MatrixCompressor.withBitPrice}. It has the same plan. */
  withBitPrice?(factor: number): Algorithm<K, R>;
  /** See {@link MatrixCompressor.lastingZeros}. */
  readonly lastingZeros?: boolean;
}

/** What an author writes about a method. */
export interface MethodDefinition<O, K extends string, R = Record<K, Factor> | PromiseLike<Record<K, Factor>>> {
  /** Name of the method: `'lowrank'`, or `'acme/tensor-train'` outside the scope. */
  readonly name: string;
  readonly format: CompressedFormat<K>;
  /** What `factorize` uses besides the matrix. What it does not name is refused. Default: nothing. */
  readonly accepts?: readonly CompressionAid[];
  /** The options for a stored form of at most this size. For {@link CompressionMethod.forBudget}; omit it if a size cannot be asked for. */
  readonly optionsForBudget?: (budget: SizeBudget) => O;
  /** Checks the options and returns the algorithm for them. */
  create(options: O): Algorithm<K, R>;
}
