// evaluateForms: counts by hand, intervals of a textbook, pictures that decode to the inputs.

import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { evaluateForms } from '../src/index.ts';

const rows = (...values: number[][]) => ({
  shape: [values.length, values[0].length],
  data: Float32Array.from(values.flat()),
});
const original = rows([0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.5, 0.5]);
const packed = rows([0.9, 0.1], [0.7, 0.3], [0.5, 0.5], [0.4, 0.6]);

it('counts right classes, equal classes and changed inputs', () => {
  const { forms, changed, changedInputs, classes } = evaluateForms(
    { original, packed },
    { labels: [0, 1, 1, 1], classNames: ['cat', 'dog'] },
  );
  expect(classes).toBe(true);
  expect(forms.map(({ form }) => form)).toEqual(['original', 'packed']);
  expect(forms[0]).toMatchObject({ accuracy: { value: 0.5 }, agreement: { value: 1 }, relativeError: 0 });
  expect(forms[1]).toMatchObject({ accuracy: { value: 0.5 }, agreement: { value: 0.5 } });
  expect(changedInputs).toBe(2);
  expect(changed.map(({ index }) => index)).toEqual([1, 3]);
  expect(changed[0]).toMatchObject({ before: { label: 'dog' }, after: { label: 'cat' }, label: 'dog' });
  expect(changed[0].after?.value).toBeCloseTo(0.7);
});

it('names changed inputs by the given names', () => {
  const { changed } = evaluateForms({ original, packed }, { inputNames: ['a', 'b.png', 'c', 'd/e.jpg'] });
  expect(changed.map(({ index, name }) => [index, name])).toEqual([
    [1, 'b.png'],
    [3, 'd/e.jpg'],
  ]);
});

it('gives the interval of Wilson: 8 of 10 is 0.490 to 0.943', () => {
  const ten = (hits: number) => rows(...Array.from({ length: 10 }, (_, i) => (i < hits ? [1, 0] : [0, 1])));
  const [, { agreement }] = evaluateForms({ original: ten(10), packed: ten(8) }).forms;
  expect(agreement?.low).toBeCloseTo(0.4902, 4);
  expect(agreement?.high).toBeCloseTo(0.9433, 4);
});

it('keeps every proportion inside its interval, and the interval inside 0 to 1', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (same) => {
      const first = rows(...same.map(() => [1, 0]));
      const second = rows(...same.map((is) => (is ? [1, 0] : [0, 1])));
      const { value, low, high } = evaluateForms({ original: first, packed: second }).forms[1].agreement ?? {
        value: -1,
        low: 0,
        high: 0,
      };
      expect(value).toBeCloseTo(same.filter(Boolean).length / same.length);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    }),
  );
});

it('gives only relative errors for outputs that are no classes', () => {
  const one = { shape: [2, 1], data: Float32Array.of(3, 4) };
  const { classes, forms, changed } = evaluateForms({ original: one, packed: { ...one, data: Float32Array.of(3, 3) } });
  expect(classes).toBe(false);
  expect(forms[1]).toEqual({ form: 'packed', relativeError: 0.2 });
  expect(changed).toEqual([{ index: 1, relativeError: 0.25 }]);
});

describe('pictures', () => {
  const pictureOf = (shape: number[], value: (i: number) => number) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i));
    const [{ picture }] = evaluateForms(
      { original: rows([1, 0]), packed: rows([0, 1]) },
      { inputs: { shape, data } },
    ).changed;
    return picture === undefined ? undefined : decode(Buffer.from(picture.split(',')[1], 'base64'));
  };
  it('of gray values from 0 to 1 have the same pixels', () => {
    const { width, height, channels, data } = pictureOf([1, 6, 5, 1], (i) => i / 29) ?? {};
    expect({ width, height, channels }).toEqual({ width: 5, height: 6, channels: 1 });
    expect([...(data ?? [])]).toEqual(Array.from({ length: 30 }, (_, i) => Math.round((255 * i) / 29)));
  });
  it('of values from -1 to 1 and from 0 to 255 are stretched or kept', () => {
    expect(pictureOf([1, 4, 4, 3], (i) => (i % 3) - 1)?.data.slice(0, 3)).toEqual(Uint8Array.of(0, 128, 255));
    expect(pictureOf([1, 4, 4, 3], (i) => [7, 130, 255][i % 3])?.data.slice(0, 3)).toEqual(Uint8Array.of(7, 130, 255));
  });
  it('are at most 96 pixels wide, each the mean of its block', () => {
    const { width, height, data } = pictureOf([1, 192, 8, 1], (i) => (Math.floor(i / 8) % 2) * 200) ?? {};
    expect({ width, height }).toEqual({ width: 4, height: 96 });
    expect(new Set(data)).toEqual(new Set([100]));
  });
  it('are missing for other inputs', () => {
    expect(pictureOf([1, 16], () => 0.5)).toBeUndefined();
    expect(pictureOf([1, 8, 8, 2], () => 0.5)).toBeUndefined();
    expect(pictureOf([1, 8, 8, 1], () => Number.NaN)).toBeUndefined();
  });
});

it.each([
  ['outputs of other shapes', { original, packed: rows([1, 2, 3]) }, {}, 'shape-mismatch'],
  ['no outputs', { original: rows([1, 2]), packed: undefined }, {}, 'invalid-option'],
  ['labels that are too few', { original, packed }, { labels: [1] }, 'invalid-option'],
  ['labels beyond the classes', { original, packed }, { labels: [0, 1, 2, 1] }, 'invalid-option'],
  ['too few names', { original, packed }, { inputNames: ['a'] }, 'invalid-option'],
  ['inputs of another number', { original, packed }, { inputs: rows([1]) }, 'shape-mismatch'],
  ['an unknown option', { original, packed }, { label: [] }, 'unknown-option'],
])('refuses %s', (_, outputs, options, code) => {
  expect(() => evaluateForms(outputs as never, options as never)).toThrow(expect.objectContaining({ code }));
});
