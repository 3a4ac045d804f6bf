// An array of numbers as files hold it.
import type { ProbeTensor } from '@gcompress/packed/probes';

/** Values in row-major order, with their shape and a type of TensorFlow.js. */
export type PlainArray = Omit<ProbeTensor, 'name'>;
