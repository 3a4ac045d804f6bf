import { GCompressError } from './errors.ts';

/**
 * Refuses options that nobody reads, which are usually misspelt.
 *
 * @throws GCompressError `unknown-option`, naming the key and those that are known; `invalid-option` for no object.
 */
export function assertKnownOptions(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new GCompressError('invalid-option', {
      where,
      expected: 'an options object',
      actual: describeValue(options),
    });
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new GCompressError('unknown-option', {
    where,
    expected: `options among ${known.join(', ')}`,
    actual: `'${unknown}'`,
  });
}

/**
 * Exactly one of these options must be given; returns its name.
 *
 * @throws GCompressError `invalid-option` when none or several are.
 */
export function exactlyOneOption<O extends object, N extends keyof O & string>(
  where: string,
  options: O,
  names: readonly N[],
): N {
  const given = names.filter((name) => options[name] !== undefined);
  const [only] = given;
  if (only !== undefined && given.length === 1) return only;
  throw new GCompressError('invalid-option', {
    where,
    expected: `exactly one of ${names.join(', ')}`,
    actual: given.length === 0 ? 'none' : given.join(' and '),
  });
}

/** An interval that a number must lie in; open ends are allowed. */
export interface NumberRange {
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
  /** The value must be larger than this. */
  readonly above?: number;
  /** Whether only integers are allowed. */
  readonly integer?: boolean;
}

/**
 * Checks a numeric option.
 *
 * @throws GCompressError `invalid-option`, naming the option and the range.
 */
export function assertNumber(
  where: string,
  name: string,
  value: unknown,
  range: NumberRange = {},
): asserts value is number {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, above = Number.NEGATIVE_INFINITY } = range;
  const valid =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    value > above &&
    (!range.integer || Number.isSafeInteger(value));
  if (valid) return;
  throw new GCompressError('invalid-option', {
    where: `${where} ${name}`,
    expected: describeRange(range),
    actual: describeValue(value),
  });
}

function describeRange({ min, max, above, integer }: NumberRange): string {
  const kind = integer ? 'an integer' : 'a number';
  const bounds = [
    min === undefined ? '' : `of at least ${min}`,
    above === undefined ? '' : `above ${above}`,
    max === undefined ? '' : `at most ${max}`,
  ].filter(Boolean);
  return bounds.length > 0 ? `${kind} ${bounds.join(' and ')}` : kind;
}

/** A value as it is shown in an error message: short, and telling strings from numbers. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
