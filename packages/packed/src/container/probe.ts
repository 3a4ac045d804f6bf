// Types of probes: inputs of a model and its outputs, stored in its packed file.
import { createRandom } from '@gcompress/core';

/** A tensor of a probe as plain values. */
export interface ProbeTensor {
  /** Name of the model's input or output. */
  readonly name: string;
  /** With the batch axis. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** Row-major: Float32Array for float32, Int32Array for int32, Uint8Array for bool. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** A float32 input of random values from 0 to 1 with a seed; its values take no bytes in a file. */
export interface SeededInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** An integer from 0 to 2³² − 1. */
  readonly seed: number;
}

/** All inputs of a model, in order, and all its outputs for them. */
export interface Probe {
  readonly inputs: readonly (ProbeTensor | SeededInput)[];
  readonly outputs: readonly ProbeTensor[];
}

/** The values of a seeded input: `uniform()` of the file format, one after another, rounded to float32. */
export function seededValues({ name, shape, seed }: SeededInput): ProbeTensor {
  const random = createRandom(seed);
  const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
  for (let i = 0; i < data.length; i++) data[i] = random.uniform();
  return { name, shape, dtype: 'float32', data };
}
