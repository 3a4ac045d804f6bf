// Types of the header of a packed file, which the writer and the reader share.
import type { JsonObject, Shape2D } from '@gcompress/core';

/** The letters that a packed file begins with; the version follows. */
export const MAGIC = 'GCM';
/** The layout of files without copies, which every reader knows. */
export const FIRST_VERSION = 1;
/** The newest layout of the container that this code writes and reads: weights may be copies of earlier ones. */
export const CONTAINER_VERSION = 2;
/** Bytes before the header: letters, version, three unsigned integers. */
export const PRELUDE_BYTES = 16;

/**
 * A weight or a tensor of a probe: its name, type and shape, and how its bytes are stored. The reader gives a copy the description of the
 * weight that it copies, and the index of that weight as the last entry; no file has this entry.
 */
export type StoredTensor = readonly [
  name: string,
  dtype: string,
  shape: readonly number[],
  storage?: Storage | undefined,
  copyOf?: number,
];

/** A weight in a file that has the type, shape and values of an earlier weight of the list: its own name, and the index of that weight. */
export type StoredCopy = readonly [name: string, copyOf: number];

/** How the bytes of a tensor are stored; empty for tensors stored as TensorFlow.js keeps them. */
export interface Storage {
  /** Fields of the weight's specification besides name, type and shape, such as its quantization. */
  readonly spec?: JsonObject;
  /** Bytes of a tensor of strings. */
  readonly bytes?: number;
  /** A matrix in the form of a format. */
  readonly matrix?: StoredMatrix;
  /** The seed of a probe's random values, which take no bytes. */
  readonly seed?: number;
}

/** A compressed matrix as the header describes it. */
export interface StoredMatrix {
  readonly format: string;
  readonly version: number;
  readonly shape: Shape2D;
  readonly config: JsonObject;
  /** Type and shape of each tensor, in the order of their bytes. */
  readonly tensors: Readonly<Record<string, readonly [dtype: string, ...shape: number[]]>>;
  /** Whether the last two axes of the weight are exchanged in the matrix. */
  readonly swapped?: boolean;
}

/** Inputs of a model and the outputs that its packer saw for them. */
export interface StoredProbe {
  readonly inputs: readonly StoredTensor[];
  readonly outputs: readonly StoredTensor[];
}

/** Tensors that follow one another under one checksum. */
export type StoredPart = readonly [tensors: number, bytes: number, crc32: number];

/** The header, as JSON in which weights may also be {@link StoredCopy}. */
export interface Header {
  /** The artifacts of the model without weights and weight specifications. */
  readonly model: Readonly<Record<string, unknown>>;
  readonly weights: readonly StoredTensor[];
  readonly probes: readonly StoredProbe[];
  /** The parts of the file: first the tensors of weights, then the tensors of probes. */
  readonly parts: readonly StoredPart[];
}

/** All tensors of a file in the order of their bytes. */
export function tensorsOf({ weights, probes }: Pick<Header, 'weights' | 'probes'>): StoredTensor[] {
  return [...weights, ...probes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])];
}
