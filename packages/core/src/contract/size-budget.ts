// How small a compressed matrix must be: a ratio or bytes, and the largest size that fits.
import { GCompressError } from '../checks/errors.ts';
import { assertNumber, assertType, exactlyOneOption, type NumberRange } from '../checks/option-checks.ts';
import { assertShape2D, type Shape2D } from '../matrix/matrix.ts';

/**
 * How much the stored form of a matrix may take: at most the dense float32 bytes divided by `ratio` (above 1), or at most `bytes`
 * (a positive integer).
 */
export type SizeBudget =
  | { readonly ratio: number; readonly bytes?: undefined }
  | { readonly bytes: number; readonly ratio?: undefined };

const RANGES: Readonly<Record<'ratio' | 'bytes', NumberRange>> = {
  ratio: { above: 1 },
  bytes: { min: 1, integer: true },
};

/**
 * The budget among the options of a method, checked; undefined when they hold neither `ratio` nor `bytes`.
 *
 * @throws GCompressError `invalid-option` when both are given, or one is out of range.
 */
export function sizeBudgetOf(
  where: string,
  options: { readonly ratio?: number | undefined; readonly bytes?: number | undefined },
): SizeBudget | undefined {
  assertType(where, 'options', options, 'object');
  if (options.ratio === undefined && options.bytes === undefined) return undefined;
  const name = exactlyOneOption(where, options, ['ratio', 'bytes']);
  const value: unknown = options[name];
  assertNumber(where, name, value, RANGES[name]);
  return name === 'ratio' ? { ratio: value } : { bytes: value };
}

/**
 * The bytes that a budget allows for a matrix of this shape, rounded down.
 *
 * @throws GCompressError `invalid-option` for anything but a budget, `invalid-matrix` for anything but a shape.
 */
export function budgetBytes(where: string, budget: SizeBudget, shape: Shape2D): number {
  const { ratio, bytes = 0 } = checkedBudget(where, budget);
  const dense = denseBytes(where, shape);
  return ratio === undefined ? bytes : Math.floor(dense / ratio);
}

/**
 * The largest integer in [min, max] whose stored size fits the budget, found in log2(max − min) calls of `bytesAt`.
 *
 * @param where the method, which the error names.
 * @param bytesAt the stored bytes at a size; must not fall as the size grows.
 * @param range `max` may be `Number.MAX_SAFE_INTEGER` where only the budget limits the size.
 * @throws GCompressError `invalid-option`, naming the bytes and the ratio of `min`, when not even `min` fits.
 */
export function largestThatFits(
  where: string,
  budget: SizeBudget,
  shape: Shape2D,
  bytesAt: (size: number) => number,
  range: { readonly min: number; readonly max: number },
): number {
  const allowed = budgetBytes(where, budget, shape);
  assertType(where, 'bytesAt', bytesAt, 'function');
  assertType(where, 'range', range, 'object');
  assertNumber(`${String(where)} range`, 'min', range.min, { integer: true });
  assertNumber(`${String(where)} range`, 'max', range.max, { integer: true, min: range.min });
  const least = bytesAt(range.min);
  if (!(least <= allowed)) throw budgetTooSmall(where, budget, shape, least);
  let fits = range.min;
  let tooLarge = range.max + 1;
  while (tooLarge - fits > 1) {
    const middle = fits + Math.floor((tooLarge - fits) / 2);
    if (bytesAt(middle) <= allowed) fits = middle;
    else tooLarge = middle;
  }
  return fits;
}

/**
 * The error for a budget that no size of a method reaches. {@link largestThatFits} throws it; methods that search in another way,
 * such as among divisors, throw it themselves.
 *
 * @param leastBytes stored bytes of the smallest form that the method has for this shape.
 * @returns GCompressError `invalid-option`, which names the least bytes and the largest ratio.
 */
export function budgetTooSmall(where: string, budget: SizeBudget, shape: Shape2D, leastBytes: number): GCompressError {
  const { ratio, bytes } = checkedBudget(where, budget);
  const dense = denseBytes(where, shape);
  assertNumber(String(where), 'leastBytes', leastBytes, { min: 0 });
  // Rounded down, so that the ratio that the message names can be reached; division may round below whole bytes
  const rounded = Math.floor((100 * dense) / leastBytes) / 100;
  const largest = Math.floor(dense / rounded) < leastBytes ? Math.round(100 * rounded - 1) / 100 : rounded;
  return new GCompressError('invalid-option', {
    where: `${String(where)} ${ratio === undefined ? 'bytes' : 'ratio'}`,
    expected: `at ${ratio === undefined ? `least ${leastBytes}` : `most ${largest}`} for a matrix [${shape.join(', ')}]`,
    actual: `${ratio ?? bytes}`,
    hint:
      largest > 1
        ? `The smallest stored form takes ${leastBytes} bytes, a ratio of ${largest}.`
        : `The smallest stored form takes ${leastBytes} bytes, the matrix ${dense}. Leave this matrix as it is.`,
  });
}

function checkedBudget(where: string, budget: SizeBudget): SizeBudget {
  assertType(where, 'budget', budget, 'object');
  const { ratio, bytes } = budget;
  exactlyOneOption(`${String(where)} budget`, { ratio, bytes }, ['ratio', 'bytes']);
  return sizeBudgetOf(where, { ratio, bytes }) ?? budget;
}

function denseBytes(where: string, shape: Shape2D): number {
  assertShape2D(shape, where);
  return shape[0] * shape[1] * Float32Array.BYTES_PER_ELEMENT;
}
