import { isGCompressError } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { booleanField, choiceField, numberField, textField } from '../src/hparams/fields.ts';
import { formatValues, type HParamsSchema, parseValues } from '../src/hparams/schema.ts';

/*
 * What the reference's own tests of its HParams say, on a schema with a field of each type. What they say about the Python
 * object has no counterpart in a frozen, typed object: `get(key, default)` and its type check are property access and the
 * compiler; `del`, `add_hparam` and the untyped None field are a change of schema; `str` is the text form.
 */
interface Values {
  readonly aaa: number;
  readonly b: number;
  readonly cC: string;
  readonly d: string;
  readonly flag: boolean;
  readonly kind: 'thin' | 'full';
  readonly 'x1.y': number;
}

const schema: HParamsSchema<Values> = {
  aaa: numberField({ integer: true }),
  b: numberField(),
  cC: textField(),
  d: textField(),
  flag: booleanField(),
  kind: choiceField(
    [
      { value: 'thin', code: 0, alias: 'THIN_KIND' },
      { value: 'full', code: 7, alias: 'FULL_KIND' },
    ],
    [{ code: 3, alias: 'LOST_KIND', hint: 'It was never built.' }],
  ),
  'x1.y': numberField({ integer: true }),
};

const base: Values = {
  aaa: 1,
  b: 2,
  cC: 'relu6',
  d: '/a/b=c/d',
  flag: false,
  kind: 'thin',
  'x1.y': 4,
};

const parse = (source: string | object) => parseValues(schema, source, base);
const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

describe('reading text', () => {
  it.each<[string, Partial<Values>]>([
    ['', {}],
    ['aaa=12', { aaa: 12 }],
    ['c_c=relu4, b=-2.0e10', { cC: 'relu4', b: -2e10 }],
    ['c_c=,b=0,', { cC: '', b: 0 }],
    ['c_c=2.3",b=+2,', { cC: '2.3"', b: 2 }],
    ['d=/a=b/c/d,aaa=11', { d: '/a=b/c/d', aaa: 11 }],
    ['cC=camel', { cC: 'camel' }],
    ['x1.y=5', { 'x1.y': 5 }],
    ['b=.5', { b: 0.5 }],
    ['b=5., aaa= 7 ', { b: 5, aaa: 7 }],
    ['kind=full', { kind: 'full' }],
    ['kind=7', { kind: 'full' }],
    ['kind= FULL_KIND ', { kind: 'full' }],
  ])('%j', (text, changed) => {
    expect(parse(text)).toEqual({ ...base, ...changed });
  });

  it.each(['true', 'True', '1', ' true '])('takes %j for true', (word) => {
    expect(parse(`flag=${word}`).flag).toBe(true);
  });

  it.each(['false', 'False', '0'])('takes %j for false', (word) => {
    expect(parseValues(schema, `flag=${word}`, { ...base, flag: true }).flag).toBe(false);
  });

  it.each([
    ['aaa=1.0', /hparams aaa: expected an integer, got '1.0'/],
    ['aaa=1e3', /hparams aaa: expected an integer/],
    ['aaa=', /hparams aaa: expected an integer, got ''/],
    ['aaa=true', /hparams aaa: expected an integer/],
    ['b=relu', /hparams b: expected a number, got 'relu'/],
    ['b=nan', /hparams b/],
    ['b=inf', /hparams b/],
    ['b=1e999', /hparams b: expected a number, got Infinity/],
    ['b=0x10', /hparams b/],
    ['flag=2', /hparams flag: expected true or false/],
    ['flag=TRUE', /hparams flag: expected true or false/],
    ['aaa=[1]', /expected clauses such as rank=200/],
    ['aaa[0]=1', /expected clauses such as rank=200/],
    ['kind=wide', /hparams kind: expected one of thin \(0\), full \(7\), got 'wide'/],
    ['kind=3', /It was never built/],
    ['kind=LOST_KIND', /It was never built/],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(code('invalid-option'));
    expect(() => parse(text)).toThrow(message);
  });

  it.each(['a=1', 'x1=1', 'constructor=1', 'toString=1', 'c_C=1', 'C_c=1'])('refuses the unknown key in %j', (text) => {
    expect(() => parse(text)).toThrow(code('unknown-option'));
    expect(() => parse(text)).toThrow(`got '${text.slice(0, -2)}'`);
  });

  it.each(['aaa=1,aaa=1', 'c_c=a,cC=b'])('refuses the duplicate in %j', (text) => {
    expect(() => parse(text)).toThrow(code('duplicate-option'));
  });
});

describe('reading an object or JSON', () => {
  const changed = { aaa: 3, b: 2.5, cC: 'x,[y', flag: true, kind: 'full' } as const;

  it('takes both spellings', () => {
    expect(parse(changed)).toEqual({ ...base, ...changed });
    expect(parse({ c_c: 'snake', kind: 7 })).toEqual({ ...base, cC: 'snake', kind: 'full' });
    expect(parse(` ${JSON.stringify(changed)}`)).toEqual({ ...base, ...changed });
  });

  it('keeps the base value of a key that is missing or undefined', () => {
    expect(parse({})).toEqual(base);
    expect(parse({ aaa: undefined })).toEqual(base);
  });

  it('takes an integer for a number', () => {
    expect(parse({ b: 3 }).b).toBe(3);
  });

  it.each([
    [{ aaa: 1.5 }, 'aaa'],
    [{ aaa: '1' }, 'aaa'],
    [{ aaa: true }, 'aaa'],
    [{ aaa: null }, 'aaa'],
    [{ b: Number.NaN }, 'b'],
    [{ flag: 1 }, 'flag'],
    [{ flag: 'true' }, 'flag'],
    [{ c_c: 5 }, 'c_c'],
    [{ aaa: [1] }, 'aaa'],
    [{ kind: 3 }, 'kind'],
    [{ kind: true }, 'kind'],
  ])('refuses %j', (source, key) => {
    expect(() => parse(source)).toThrow(code('invalid-option'));
    expect(() => parse(source)).toThrow(`hparams ${key}: expected`);
  });

  it.each([[{ cC: 'a', c_c: 'b' }], ['{"aaa": 1, "aaa": 2}'], ['{"c_c": "a:", "cC": "b"}']])(
    'refuses the duplicate in %j',
    (source) => {
      expect(() => parse(source)).toThrow(code('duplicate-option'));
    },
  );

  it('does not take strings before a colon inside a string for keys', () => {
    expect(parse('{"c_c": "\\"aaa\\": 1", "d": "c_c"}').cC).toBe('"aaa": 1');
  });

  it.each([[[]], [null], [5], ['{"aaa": 1'], ['{aaa: 1}']])('refuses %j', (source) => {
    expect(() => parse(source as string)).toThrow(code('invalid-option'));
  });

  it('refuses unknown keys', () => {
    expect(() => parse({ rnk: 1 })).toThrow(code('unknown-option'));
    expect(() => parse('{"__proto__": 1}')).toThrow(code('unknown-option'));
  });
});

it('parseValues does not change the base, and freezes the result', () => {
  const result = parse('aaa=7');
  expect(base.aaa).toBe(1);
  expect(Object.isFrozen(result)).toBe(true);
});

it('formatted values are read back unchanged', () => {
  const values = parse({ aaa: -3, b: 1e-9, cC: '', flag: true, kind: 'full' });
  const text = formatValues(schema, values);
  expect(text).toBe('aaa=-3,b=1e-9,c_c=,d=/a/b=c/d,flag=true,kind=7,x1.y=4');
  expect(parse(text)).toEqual(values);
});

it('JSON of the values leaves out what JSON cannot hold', () => {
  expect(JSON.parse(JSON.stringify(parse('aaa=5')))).toEqual({ ...base, aaa: 5 });
});
