// Plain JavaScript values for any argument of the port give the house error.
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestBackend } from '../../tfjs/test/backend.ts';
import {
  ApplyCompression,
  CompressionWrapper,
  compressorFromHParams,
  defaultHParams,
  formatHParams,
  parseHParams,
  pruningScheduleFromHParams,
  referenceEager,
  referenceGraph,
  referenceHost,
  scheduleFromHParams,
} from '../src/index.ts';

const options = { compressor: lowRank({ rank: 2 }), schedule: linearAlpha({ end: 3, frequency: 1 }) };
const house = { name: 'GCompressError' };
const PLAIN: [string, unknown][] = [
  ['null', null],
  ['NaN', Number.NaN],
  ['a number', 5],
  ['text', 'abcd'],
  ['true', true],
  ['a function', () => 1],
  ['a symbol', Symbol('plain')],
];
const apply = new ApplyCompression(options);

beforeAll(useTestBackend);
afterAll(() => apply.dispose());

describe.each([...PLAIN, ['undefined', undefined] as [string, unknown]])('%s', (_, value) => {
  const wrong = value as never;
  const calls: [string, () => unknown][] = [
    ['CompressionWrapper', () => new CompressionWrapper(wrong)],
    ['getApplyCompression', () => new CompressionWrapper([lowRank]).getApplyCompression(wrong)],
    ['compressorFromHParams', () => compressorFromHParams(wrong, [lowRank])],
    ['compressorFromHParams methods', () => compressorFromHParams(defaultHParams, wrong)],
    ['ApplyCompression', () => new ApplyCompression(wrong)],
    ['compressor', () => new ApplyCompression({ ...options, compressor: wrong })],
    ['schedule', () => new ApplyCompression({ ...options, schedule: wrong })],
    ['op', () => apply.op(wrong)],
    ['applyCompression', () => apply.applyCompression(wrong)],
    ['scheduleFromHParams', () => scheduleFromHParams(wrong)],
    ['pruningScheduleFromHParams', () => pruningScheduleFromHParams(wrong)],
    ['formatHParams', () => formatHParams(wrong)],
    ['parseHParams', () => parseHParams(wrong)],
  ];
  it.each(calls)('is refused by %s', (_name, call) => {
    expect(call).toThrow(expect.objectContaining(house));
  });
});

describe.each(PLAIN)('%s as options', (_, value) => {
  it.each([referenceEager, referenceGraph, referenceHost])('of a reference schedule is refused', (kind) => {
    expect(() => kind(value as never)).toThrow(expect.objectContaining(house));
  });
});

it('says which call to make', () => {
  expect(() => new CompressionWrapper([lowRank]).getApplyCompression('rank=200' as never)).toThrow(/parseHParams/);
  expect(() => new CompressionWrapper([lowRank({ rank: 2 })] as never)).toThrow(/Pass the method itself/);
  expect(() => scheduleFromHParams({ updateOption: 'tf' } as never)).toThrow(
    /^scheduleFromHParams beginCompressionStep/,
  );
});
