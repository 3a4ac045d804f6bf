// Options of an operator and of its methods.
import type { FactorizationPlan, InputMoments, MatrixCompressor, Shape2D } from '@gcompress/core';
import type { CompressionSchedule } from '@gcompress/scheduler';
import type { KernelsOption } from '@gcompress/wasm-kernels/load';
import type { CompressionVariables } from './compression-variables.ts';

/** What a `TfCompressionOp` needs besides the variable. */
export interface TfCompressionOpOptions {
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
  /** Prefix of the names of the operator's variables; must be unique. Default: the name of the matrix variable. */
  readonly name?: string;
  /** How a variable of another rank is read as a matrix `[m, n]`, row-major. Default: its own shape, if that has two sides. */
  readonly shape?: Shape2D;
  /** The axes of the variable in the order in which they are read, each once. Default: first to last. */
  readonly permutation?: readonly number[] | undefined;
  /** The result of `compressor.plan` for the shape of the matrix, for hosts that have it already. Default: the operator calls `plan`. */
  readonly plan?: FactorizationPlan;
  /** Variables that the host made from `variableSpecs`; the operator does not dispose them. */
  readonly variables?: CompressionVariables;
  /**
   * The hot loops of methods that use kernels; `'portable'` for plain JavaScript. Default: WebAssembly where it loads, otherwise plain JavaScript.
   * The results of the two may differ in the last digits; `kernelsAtCompression` names the kernels.
   */
  readonly kernels?: KernelsOption;
}

/** What becomes of the padding of the factors. */
export interface ToCompressedMatrixOptions {
  /**
   * True removes the zero padding from the factors. Default: true after the first compression; before it, the factors are zeros of the
   * planned size and stay so.
   */
  readonly trim?: boolean;
}

/** How the operator computes. While training it computes both terms at every alpha, so that optimizers see every variable. */
export interface ApplyOptions {
  /** Default true. If false, a term whose share is 0 is left out. */
  readonly training?: boolean;
}

/** How an operator multiplies. */
export interface ApplyMatMulOptions {
  /**
   * True multiplies by the transpose of the matrix; a softmax layer that shares the table `[vocabulary, width]` of an embedding needs
   * that. Default false.
   */
  readonly transpose?: boolean;
}

/** What an update step did: nothing (`'idle'`), computed the factors (`'compressed'`), or only lowered alpha (`'decayed'`). */
export type UpdateResult = 'idle' | 'compressed' | 'decayed';

/** Options of one update. */
export interface UpdateOptions {
  /** What compresses at this update, if it compresses: of the format and plan of the operator's own compressor, which is the default. */
  readonly compressor?: MatrixCompressor;
  /** The kernels of this update, if it compresses. Default: those of the operator. */
  readonly kernels?: KernelsOption;
  /**
   * Second moments of the inputs that the matrix multiplies, gathered by the training so far: the compression then keeps the outputs instead of the
   * entries. Only for compressors that accept them. Default none.
   */
  readonly inputMoments?: InputMoments;
}

/** What an update will do. */
export interface NextUpdate {
  /** Alpha after the update. */
  readonly alpha: number;
  /** True if the update computes the factors. */
  readonly compresses: boolean;
}
