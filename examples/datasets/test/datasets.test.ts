import { describe, expect, it } from 'vitest';
import { mnist, readIdx } from '../src/index.ts';

describe('mnist', () => {
  it('gives real digits with their labels', () => {
    const { count, images, labels } = mnist('train', 100);
    expect([count, images.length, labels.length]).toEqual([100, 78_400, 100]);
    // The first labels of the training set, as published
    expect([...labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect(Math.max(...images)).toBe(1);
    expect(images.some((level) => level > 0 && level < 1)).toBe(true);
  });

  it('refuses counts that it does not have', () => {
    expect(() => mnist('test', 10_001)).toThrow(/an integer from 1 to 10000, got 10001/);
    expect(() => mnist('test', 0)).toThrow(/got 0/);
  });
});

describe('readIdx', () => {
  it('reads shape and bytes', () => {
    const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);
    expect(readIdx(file, 'file')).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  });

  it('refuses other files, naming what came', () => {
    expect(() => readIdx(Uint8Array.of(0x1f, 0x8b, 8, 0), 'train.gz')).toThrow(/train.gz: .*got 1f 8b 08 00/);
    expect(() => readIdx(new Uint8Array(), 'empty')).toThrow(/an empty file/);
  });

  it('refuses files that are shorter or longer than they say', () => {
    const head = [0, 0, 8, 1, 0, 0, 0, 3];
    expect(() => readIdx(Uint8Array.of(...head, 1, 2), 'file')).toThrow(/11 bytes for \[3\], got 10/);
    expect(() => readIdx(Uint8Array.of(...head, 1, 2, 3, 4), 'file')).toThrow(/got 12/);
    expect(() => readIdx(Uint8Array.of(0, 0, 8, 3, 0), 'file')).toThrow(/got 5/);
  });
});
