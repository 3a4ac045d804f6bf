// The function of `node:util` is there only as long as tfjs-node needs it.
import util from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLegacyUtil } from '../../src/backends/legacy-util.ts';

const legacy = util as { isNullOrUndefined?: ((value: unknown) => boolean) | undefined };
const original = legacy.isNullOrUndefined;

const absent = () => import(['gcompress', 'absent'].join('-'));

// As in Node 23 and later
beforeEach(() => {
  delete legacy.isNullOrUndefined;
});
afterEach(() => {
  legacy.isNullOrUndefined = original;
});

describe('withLegacyUtil', () => {
  it('gives util back what the package calls', async () => {
    const { sep } = await withLegacyUtil(() => import('node:path'));
    expect(sep).toHaveLength(1);
    expect([null, undefined, 0, ''].map((value) => legacy.isNullOrUndefined?.(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('leaves util as it was when the package cannot be imported', async () => {
    await expect(withLegacyUtil(absent)).rejects.toThrow('gcompress-absent');
    expect('isNullOrUndefined' in legacy).toBe(false);
  });

  it('keeps the function of a Node that has it', async () => {
    const own = () => true;
    legacy.isNullOrUndefined = own;
    await withLegacyUtil(() => import('node:path'));
    await expect(withLegacyUtil(absent)).rejects.toThrow();
    expect(legacy.isNullOrUndefined).toBe(own);
  });
});
