// Joins batches of examples along their first axis.
import { newData } from './npy.ts';
import type { PlainArray } from './plain-array.ts';

/** One array with the examples of all parts, in order; the parts agree in their type and their other axes, and there is at least one. */
export function joinExamples(parts: readonly PlainArray[]): PlainArray {
  const [{ dtype, shape }] = parts as readonly [PlainArray, ...PlainArray[]];
  const sum = (of: (part: PlainArray) => number) => parts.reduce((total, part) => total + of(part), 0);
  const data = newData(
    dtype,
    sum((part) => part.data.length),
  );
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [sum((part) => part.shape[0] ?? 0), ...shape.slice(1)], dtype, data };
}
