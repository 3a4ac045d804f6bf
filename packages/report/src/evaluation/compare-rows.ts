// Compares outputs example by example.
import type { PlainTensor } from './plain-tensor.ts';

/** The index of the largest value of each example. */
export function largestPlaces({ shape, data }: PlainTensor): number[] {
  const [examples = 0] = shape;
  const width = data.length / examples;
  return Array.from({ length: examples }, (_, example) => {
    let best = 0;
    for (let i = 1; i < width; i++) {
      if ((data[example * width + i] as number) > (data[example * width + best] as number)) best = i;
    }
    return best;
  });
}

/** {@link relativeDifference} of each example. */
export function relativeDifferences(expected: PlainTensor, got: PlainTensor): number[] {
  const [examples = 0] = expected.shape;
  const width = expected.data.length / examples;
  return Array.from({ length: examples }, (_, example) => {
    const [from, to] = [example * width, (example + 1) * width];
    return relativeDifference(expected.data.subarray(from, to), got.data.subarray(from, to));
  });
}

/** `‖y − ŷ‖ / ‖y‖`; 0 if both are equal, and infinite if a difference is not finite or the original is zero. */
export function relativeDifference(expected: PlainTensor['data'], got: PlainTensor['data']): number {
  let [squares, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const [value, other] = [expected[i] as number, got[i] as number];
    if (Object.is(value, other)) continue;
    squares += (value - other) ** 2;
  }
  if (squares === 0) return 0;
  for (const value of expected) norm += value * value;
  const ratio = Math.sqrt(squares / norm);
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
}
