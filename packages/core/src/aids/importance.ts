// How much the error of each entry counts.
import { GCompressError } from '../checks/errors.ts';
import { assertFinite, type Matrix } from '../matrix/matrix.ts';

/**
 * Checks that the weights of a matrix fit it.
 *
 * @throws GCompressError `shape-mismatch`, `non-finite`, or `invalid-option` for a negative weight or zeros alone.
 */
export function assertImportance(name: string, importance: Matrix, matrix: Matrix): void {
  assertFinite(importance, `${name} importance`);
  if (importance.shape[0] !== matrix.shape[0] || importance.shape[1] !== matrix.shape[1]) {
    throw new GCompressError('shape-mismatch', {
      where: `${name} importance`,
      expected: `shape [${matrix.shape.join(', ')}]`,
      actual: `[${importance.shape.join(', ')}]`,
    });
  }
  if (importance.data.some((weight) => weight < 0) || importance.data.every((weight) => weight === 0)) {
    throw new GCompressError('invalid-option', {
      where: `${name} importance`,
      expected: 'weights of at least 0 that are not all 0',
      actual: importance.data.some((weight) => weight < 0) ? 'a negative weight' : 'zeros alone',
    });
  }
}
