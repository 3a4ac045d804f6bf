// Options of an operator and of its methods.
import type { FactorizationPlan, MatrixCompressor, Shape2D } from '@gcompress/core';
import type { CompressionSchedule } from '@gcompress/scheduler';
import type { CompressionVariables } from './compression-variables.ts';

/** What a `TfCompressionOp` needs besides the variable. */
export interface TfCompressionOpOptions {
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
  /** Prefix of the names of the variables it makes; must be unique. Default: the name of the matrix variable. */
  readonly name?: string;
  /** How a variable of another rank is read as a matrix `[m, n]`, row-major. Default: its own shape, if that has two sides. */
  readonly shape?: Shape2D;
  /** The axes of the variable in the order in which they are read, each once. Default: their own order. */
  readonly permutation?: readonly number[] | undefined;
  /** What `compressor.plan` gave for the shape of the matrix, for hosts that have it already. Default: the operator asks. */
  readonly plan?: FactorizationPlan;
  /** Variables that a host made itself, from `variableSpecs`; they are not disposed with the operator. */
  readonly variables?: CompressionVariables;
}

/** Whether the padding of the factors is taken along. */
export interface ToCompressedMatrixOptions {
  /**
   * Whether what is reserved but not used is left out. Default: once there was a compression; before, the factors are zeros of
   * the planned size.
   */
  readonly trim?: boolean;
}

/** How the operator computes: while training, both terms take part whatever alpha is, so that optimizers see every variable. */
export interface ApplyOptions {
  /** Default true. When false, a term whose weight is 0 is left out. */
  readonly training?: boolean;
}

/** How an operator multiplies. */
export interface ApplyMatMulOptions {
  /**
   * Whether by the transpose of the matrix, as a softmax layer does that shares the table `[vocabulary, width]` of an embedding.
   * Default false.
   */
  readonly transpose?: boolean;
}

/** What an update step did: nothing was due, the factors were (re)computed, or only alpha fell. */
export type UpdateResult = 'idle' | 'compressed' | 'decayed';
