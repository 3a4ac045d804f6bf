// Divides the examples of the inputs, so that a model is measured on other examples than it was calibrated on.
import { newData } from './npy.ts';
import type { PlainArray } from './plain-array.ts';

/** Files with fewer examples are not divided: half of them would say little. */
const LEAST = 32;

/** Examples for calibration, and examples for measurement. */
export interface SplitExamples {
  /** One array for each input of the model. */
  readonly calibration: readonly PlainArray[];
  readonly measurement: readonly PlainArray[];
  /** Whether both are the same examples. */
  readonly isShared: boolean;
}

/** Every second example to each part; few examples serve for both. */
export function splitExamples(arrays: readonly PlainArray[]): SplitExamples {
  const counts = arrays.map(({ shape }) => shape[0] ?? 0);
  const isShared = Math.min(...counts) < LEAST;
  if (isShared) return { calibration: arrays, measurement: arrays, isShared };
  const part = (first: number) => arrays.map((array) => everySecond(array, first));
  return { calibration: part(0), measurement: part(1), isShared };
}

/** The first examples of each array. */
export function firstExamples(arrays: readonly PlainArray[], count: number): PlainArray[] {
  return arrays.map((array) =>
    taken(
      array,
      Array.from({ length: Math.min(count, array.shape[0] ?? 0) }, (_, i) => i),
    ),
  );
}

function everySecond(array: PlainArray, first: number): PlainArray {
  const count = array.shape[0] ?? 0;
  const kept = Array.from({ length: Math.ceil((count - first) / 2) }, (_, i) => first + 2 * i);
  return taken(array, kept);
}

function taken({ shape, dtype, data }: PlainArray, examples: readonly number[]): PlainArray {
  const width = data.length / (shape[0] ?? 1);
  const values = newData(dtype, examples.length * width);
  for (const [to, from] of examples.entries()) values.set(data.subarray(from * width, (from + 1) * width), to * width);
  return { shape: [examples.length, ...shape.slice(1)], dtype, data: values };
}
