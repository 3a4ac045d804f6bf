import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importEntries } from './api-walk/entries.ts';
import { methodTargets, VALID } from './api-walk/valid-arguments.ts';
import { type Target, walk } from './api-walk/walk.ts';

// Plain JavaScript values for any public argument give the house's error, or a result: no raw TypeError, no endless loop.

// Writers among them write to where they are called
const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'gcompress-walk-'));
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const entries = await importEntries();
await tf.setBackend('cpu');

type Callable = (...args: readonly unknown[]) => unknown;

function targetsOf(entry: (typeof entries)[number]): Target[] {
  const functions = Object.entries(entry.exports).filter(([, value]) => typeof value === 'function');
  return functions.map(([name, value]) => {
    const made = value as Callable;
    const valid = Object.entries(VALID).find(([of]) => of === `${entry.name} ${name}`)?.[1];
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    return {
      name: `${entry.name} ${name}`,
      arity: Math.max(1, made.length, valid?.().length ?? 0),
      ...(valid && { valid }),
      call: (args) => (isClass ? Reflect.construct(made, [...args]) : made(...args)),
    };
  });
}

describe.each(entries)('$name', (entry) => {
  const targets = targetsOf(entry);
  if (targets.length > 0) {
    it.each(targets)('$name', async (target) => {
      expect(await walk(target)).toEqual([]);
    });
  } else {
    it('exports no function, which are all walked', () => {
      expect(Object.values(entry.exports).filter((value) => typeof value === 'function')).toEqual([]);
    });
  }
});

describe('methods of what is returned', () => {
  it.each(methodTargets())('$name', async (target) => {
    expect(await walk(target)).toEqual([]);
  });
});

it('names only functions that there are', () => {
  const names = new Set(entries.flatMap((entry) => targetsOf(entry).map(({ name }) => name)));
  expect(Object.keys(VALID).filter((name) => !names.has(name))).toEqual([]);
});
