import { describe, expect, it } from 'vitest';
import {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertType,
  describeValue,
  exactlyOneOption,
  type NumberRange,
} from '../src/checks.ts';
import { isGCompressError } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

describe('assertKnownOptions', () => {
  it('accepts known names, given or not', () => {
    expect(() => assertKnownOptions('kmeans', { levels: 4 }, ['levels', 'seed'])).not.toThrow();
    expect(() => assertKnownOptions('kmeans', {}, ['levels'])).not.toThrow();
  });

  it('names the option that is not known', () => {
    expect(() => assertKnownOptions('kmeans', { level: 4 }, ['levels', 'seed'])).toThrow(code('unknown-option'));
    expect(() => assertKnownOptions('kmeans', { level: 4 }, ['levels', 'seed'])).toThrow(
      "kmeans: expected options among levels, seed, got 'level'",
    );
  });

  it.each([[undefined], [null], [5], ['levels'], [[]]])('refuses %j, which is no options object', (options) => {
    expect(() => assertKnownOptions('kmeans', options, [])).toThrow(code('invalid-option'));
  });
});

describe('exactlyOneOption', () => {
  const names = ['rank', 'energy'] as const;

  it('returns the name of the option that is given', () => {
    expect(exactlyOneOption('lowrank', { rank: 0, energy: undefined }, names)).toBe('rank');
    expect(exactlyOneOption('lowrank', { energy: 0.9, other: 1 } as { energy?: number; rank?: number }, names)).toBe(
      'energy',
    );
  });

  it('refuses no option and several options', () => {
    const none: { rank?: number; energy?: number } = {};
    expect(() => exactlyOneOption('lowrank', none, names)).toThrow(code('invalid-option'));
    expect(() => exactlyOneOption('lowrank', none, names)).toThrow('exactly one of rank, energy, got none');
    expect(() => exactlyOneOption('lowrank', { rank: 1, energy: 1 }, names)).toThrow('got rank and energy');
  });
});

describe('assertNumber', () => {
  it.each<[unknown, NumberRange]>([
    [0, {}],
    [-1.5, {}],
    [1, { min: 1 }],
    [1, { max: 1 }],
    [0.001, { above: 0 }],
    [3, { integer: true }],
    [Number.MAX_SAFE_INTEGER, { integer: true }],
  ])('accepts %j in %j', (value, range) => {
    expect(() => assertNumber('kmeans', 'levels', value, range)).not.toThrow();
  });

  it.each<[unknown, NumberRange, string]>([
    [Number.NaN, {}, 'a number, got NaN'],
    [Number.POSITIVE_INFINITY, {}, 'a number, got Infinity'],
    ['5', {}, "a number, got '5'"],
    [undefined, {}, 'a number, got undefined'],
    [null, {}, 'a number, got null'],
    [true, {}, 'a number, got true'],
    [[5], {}, 'a number, got an array'],
    [0, { min: 1 }, 'a number of at least 1, got 0'],
    [2, { max: 1 }, 'a number at most 1, got 2'],
    [0, { above: 0, max: 1 }, 'a number above 0 and at most 1, got 0'],
    [1.5, { integer: true, min: 1 }, 'an integer of at least 1, got 1.5'],
    [2 ** 53, { integer: true }, 'an integer, got 9007199254740992'],
  ])('refuses %j in %j', (value, range, message) => {
    expect(() => assertNumber('kmeans', 'levels', value, range)).toThrow(code('invalid-option'));
    expect(() => assertNumber('kmeans', 'levels', value, range)).toThrow(`kmeans levels: expected ${message}`);
  });
});

it('describeValue is short and tells strings from numbers', () => {
  const values = ['5', 5, null, undefined, [1, 2], { a: 1 }, 5n, () => 'a long function'];
  expect(values.map(describeValue)).toEqual([
    "'5'",
    '5',
    'null',
    'undefined',
    'an array',
    'an object',
    '5n',
    'a function',
  ]);
  expect(describeValue('x'.repeat(1000))).toHaveLength(62);
});

describe('assertType', () => {
  it.each([
    ['string', 'a'],
    ['boolean', false],
    ['function', () => 1],
    ['object', {}],
  ] as const)('accepts a %s', (type, value) => {
    expect(() => assertType('compressModel', 'method', value, type)).not.toThrow();
  });

  it.each([
    ['string', 5],
    ['boolean', 'true'],
    ['function', Promise.resolve()],
    ['object', null],
    ['object', []],
  ] as const)('refuses as %s what is of another type', (type, value) => {
    expect(() => assertType('compressModel', 'method', value, type)).toThrow(code('invalid-option'));
  });

  it('names the option, the type, what came, and what to do', () => {
    expect(() => assertType('compressModel', 'method', 'lowrank', 'function', 'Call lowRank().')).toThrow(
      "compressModel method: expected a function, got 'lowrank'. Call lowRank().",
    );
  });
});

describe('assertOneOf', () => {
  it('accepts the values that are allowed, and names them for others', () => {
    expect(() => assertOneOf('strip', 'prefer', 'speed', ['speed', 'memory'])).not.toThrow();
    expect(() => assertOneOf('strip', 'prefer', 'fast', ['speed', 'memory'])).toThrow(
      "strip prefer: expected one of 'speed', 'memory', got 'fast'.",
    );
    expect(() => assertOneOf('strip', 'prefer', {}, ['speed'])).toThrow(code('invalid-option'));
  });
});
