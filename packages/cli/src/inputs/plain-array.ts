// The type of an array read from a file.
import type { ProbeTensor } from '@gcompress/packed/probes';

/** Values in row-major order, with a shape and a TensorFlow.js dtype. */
export type PlainArray = Omit<ProbeTensor, 'name'>;
