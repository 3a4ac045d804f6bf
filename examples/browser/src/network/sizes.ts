// Sizes of the network's weights in bytes.
import { LAYERS } from './architecture.ts';

const FLOAT = 4;
const matrixBytes = ({ shape: [rows, cols] }: (typeof LAYERS)[number]) => rows * cols * FLOAT;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Bytes of all weights and biases as float32. */
export const DENSE_BYTES = sum(LAYERS.map((layer) => matrixBytes(layer) + layer.shape[1] * FLOAT));

/** Bytes of what is never compressed: biases and small matrices. */
export const REST_BYTES = DENSE_BYTES - sum(LAYERS.filter(({ compressed }) => compressed).map(matrixBytes));

/** The most bytes that all weights and biases take when the chosen matrices are at least `ratio` times smaller. */
export function compressedBytes(ratio: number): number {
  return REST_BYTES + Math.floor((DENSE_BYTES - REST_BYTES) / ratio);
}
