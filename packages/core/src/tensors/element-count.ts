// How many values a tensor has.
import { fileError } from '../checks/errors.ts';
import { describeShape } from '../checks/option-checks.ts';

/**
 * Values in a tensor of this shape; 1 for a scalar.
 *
 * @throws GCompressError `invalid-option` for anything but a list.
 */
export function elementCount(shape: readonly number[]): number {
  if (!Array.isArray(shape) || shape.some((side) => typeof side !== 'number')) {
    throw fileError('invalid-option', 'elementCount', 'a shape', describeShape(shape), '');
  }
  return valueCount(shape);
}

/** {@link elementCount} of a shape that is known to be one. A page that decodes carries this alone. */
export function valueCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
