// How many products one output value of a matrix takes.
import type { CountedMatrix } from './counted.ts';

/**
 * Multiply-adds for one value: of the output, or of the input of a transposed convolution.
 *
 * @returns undefined for kinds that are not counted by their values.
 */
export function contraction({ kind, shape, swapped }: CountedMatrix): number | undefined {
  const values = shape.reduce((product, side) => product * side, 1);
  const [outer = 1, inner = 1] = shape.slice(-2);
  switch (kind) {
    case 'dense':
      return swapped ? inner : outer;
    case 'convolution':
    case 'transposed-convolution':
      // Of a transposed convolution the last axis are the input channels
      return values / inner;
    case 'depthwise':
      return values / (outer * inner);
    default:
      return undefined;
  }
}

/** Number of values of a shape without its batch axis; undefined if a side is of any length. */
export function valuesOf(shape: readonly (number | null)[] | undefined): number | undefined {
  if (!shape) return undefined;
  const sides = shape.slice(1);
  return sides.every((side) => typeof side === 'number' && side >= 0)
    ? (sides as number[]).reduce((product, side) => product * side, 1)
    : undefined;
}
