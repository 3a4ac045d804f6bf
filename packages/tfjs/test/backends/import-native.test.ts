import util from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importNative } from '../../src/backends/import-native.ts';

const legacy = util as { isNullOrUndefined?: ((value: unknown) => boolean) | undefined };
const original = legacy.isNullOrUndefined;

// As in Node 23 and later
beforeEach(() => {
  delete legacy.isNullOrUndefined;
});
afterEach(() => {
  legacy.isNullOrUndefined = original;
});

describe('importNative', () => {
  it('gives util back what the package calls', async () => {
    const { sep } = (await importNative('node:path')) as { sep: string };
    expect(sep).toHaveLength(1);
    expect([null, undefined, 0, ''].map((value) => legacy.isNullOrUndefined?.(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('leaves util as it was when the package cannot be imported', async () => {
    await expect(importNative('gcompress-absent')).rejects.toThrow('gcompress-absent');
    expect('isNullOrUndefined' in legacy).toBe(false);
  });

  it('keeps the function of a Node that has it', async () => {
    const own = () => true;
    legacy.isNullOrUndefined = own;
    await importNative('node:path');
    await expect(importNative('gcompress-absent')).rejects.toThrow();
    expect(legacy.isNullOrUndefined).toBe(own);
  });
});
