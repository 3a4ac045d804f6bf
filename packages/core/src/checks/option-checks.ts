// Checks of options and arguments, and how an error message shows a value.
import { GCompressError } from './errors.ts';

/**
 * Refuses options that nobody reads, which are usually misspelt.
 *
 * @throws GCompressError `unknown-option`, naming the key and those that are known; `invalid-option` for no object.
 */
export function assertKnownOptions(where: string, options: unknown, known: readonly string[]): void {
  assertList('assertKnownOptions', 'known', known);
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
  assertType(where, 'options', options, 'object');
  assertList('exactlyOneOption', 'names', names);
  const given = names.filter((name) => options[name] !== undefined);
  const [only] = given;
  if (only !== undefined && given.length === 1) return only;
  throw new GCompressError('invalid-option', {
    where,
    expected: `exactly one of ${names.join(', ')}`,
    actual: given.length === 0 ? 'none' : given.join(' and '),
  });
}

/** One of the properties of T, and none of the others: the type of what {@link exactlyOneOption} accepts. */
export type ExactlyOne<T> = {
  [K in keyof T]-?: { readonly [own in K]-?: Exclude<T[own], undefined> } & {
    readonly [other in Exclude<keyof T, K>]?: undefined;
  };
}[keyof T];

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
  if (typeof range !== 'object' || range === null) throw wrongType('assertNumber range', 'an object', range);
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
    where: place(where, name),
    expected: describeRange(range),
    actual: describeValue(value),
  });
}

interface TypeNames {
  readonly string: string;
  readonly boolean: boolean;
  readonly function: (...values: never[]) => unknown;
  /** An object that is no array. */
  readonly object: object;
}

/**
 * Checks the type of an option or argument.
 *
 * @throws GCompressError `invalid-option`, naming the option, the type and what came.
 */
export function assertType<T extends keyof TypeNames>(
  where: string,
  name: string,
  value: unknown,
  type: T,
  hint?: string,
): asserts value is TypeNames[T] {
  const fits =
    type === 'object' ? typeof value === 'object' && value !== null && !Array.isArray(value) : typeof value === type;
  if (!fits) throw wrongType(place(where, name), `${type === 'object' ? 'an' : 'a'} ${String(type)}`, value, hint);
}

/**
 * Checks that an option is one of a few values.
 *
 * @throws GCompressError `invalid-option`, naming the option and the values.
 */
export function assertOneOf<T extends string | number | boolean>(
  where: string,
  name: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  assertList('assertOneOf', 'allowed', allowed);
  if ((allowed as readonly unknown[]).includes(value)) return;
  throw new GCompressError('invalid-option', {
    where: place(where, name),
    expected: `one of ${allowed.map(describeValue).join(', ')}`,
    actual: describeValue(value),
  });
}

function assertList(where: string, name: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(place(where, name), 'an array', value);
}

function wrongType(where: string, expected: string, value: unknown, hint?: string): GCompressError {
  return new GCompressError('invalid-option', {
    where,
    expected,
    actual: describeValue(value),
    ...(hint !== undefined && { hint }),
  });
}

/** Where an option stands. Callers in JavaScript may name it by anything, a symbol too, which a template does not take. */
function place(where: unknown, name: unknown): string {
  return `${String(where)} ${String(name)}`;
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

/** A shape as it is shown in an error message, whatever it is. */
export function describeShape(shape: unknown): string {
  if (!Array.isArray(shape)) return describeValue(shape);
  const sides = shape.slice(0, 8).map((side) => describeValue(side));
  return `[${sides.join(', ')}${shape.length > 8 ? ', …' : ''}]`;
}

/** A value as it is shown in an error message: short, and telling strings from numbers. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Promise) return 'a promise';
  return ArrayBuffer.isView(value) ? `a ${value.constructor.name}` : 'an object';
}
