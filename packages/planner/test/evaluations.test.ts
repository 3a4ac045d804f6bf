// Evaluations that are stored, resumed and aborted, and the search on a curve.
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folderStore } from '../src/folder/index.ts';
import { evaluateAll, memoryStore, searchCurve } from '../src/index.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'gcompress-planner-'));

/** Tasks that square their numbers, and the numbers that were evaluated. */
function tasksOf(numbers: readonly number[]) {
  const evaluated: number[] = [];
  const tasks = numbers.map((number) => ({
    key: `square of ${number}`,
    evaluate: () => {
      evaluated.push(number);
      return number ** 2;
    },
  }));
  return { tasks, evaluated };
}

describe.each([
  ['memory', async () => memoryStore()],
  ['a folder', async () => folderStore(join(await newFolder(), 'evaluations'))],
])('with a store in %s', (_, open) => {
  it('results are in order, and are not computed twice', async () => {
    const store = await open();
    const { tasks, evaluated } = tasksOf([3, 1, 2]);
    expect(await evaluateAll(tasks, { store })).toEqual([9, 1, 4]);
    expect(await evaluateAll([...tasks].reverse(), { store })).toEqual([4, 1, 9]);
    expect(evaluated).toEqual([3, 1, 2]);
  });

  it('a call that was aborted goes on where it stopped', async () => {
    const store = await open();
    const { tasks, evaluated } = tasksOf([1, 2, 3, 4]);
    const controller = new AbortController();
    const onProgress = (done: number) => done >= 0.5 && controller.abort(new Error('enough'));
    await expect(evaluateAll(tasks, { store, signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(evaluated).toEqual([1, 2]);
    const progress: number[] = [];
    expect(await evaluateAll(tasks, { store, onProgress: (done) => progress.push(done) })).toEqual([1, 4, 9, 16]);
    expect(evaluated).toEqual([1, 2, 3, 4]);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });
});

it('a folder is shared, survives damaged files, and says when it cannot be written', async () => {
  const folder = await newFolder();
  const path = join(folder, 'store');
  await folderStore(path).set('a', { error: 0.5 });
  expect(await folderStore(path).get('a')).toEqual({ error: 0.5 });
  expect(await folderStore(path).get('b')).toBeUndefined();
  const [file] = await readdir(path);
  await writeFile(join(path, file), '{ "key": "a", "val');
  expect(await folderStore(path).get('a')).toBeUndefined();
  await writeFile(join(folder, 'file'), '');
  await expect(folderStore(join(folder, 'file')).set('a', 1)).rejects.toMatchObject({ code: 'file-write' });
  expect(() => folderStore('')).toThrow('the path of a folder');
});

it('a task without a key is never stored, and anything but tasks is refused', async () => {
  const store = memoryStore();
  let times = 0;
  const task = { key: undefined, evaluate: () => ++times };
  expect([await evaluateAll([task], { store }), await evaluateAll([task], { store })]).toEqual([[1], [2]]);
  await expect(evaluateAll([{ key: 3 } as never])).rejects.toThrow('evaluateAll task key');
  await expect(evaluateAll([task], { store: {} as never })).rejects.toThrow('store get');
  await expect(evaluateAll([task], { keep: 1 } as never)).rejects.toMatchObject({ code: 'unknown-option' });
});

describe('the search on a curve', () => {
  it('finds the first point within the limit of a falling curve, in few measurements', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 30 }),
      fc.nat(),
      async (values, most, start) => {
        const drops = [...values].sort((a, b) => b - a);
        const measure = async (index: number) => ({ drop: drops[index], measured: index });
        const search = searchCurve(drops.length, measure, { most, first: start % drops.length });
        const expected = drops.findIndex((drop) => drop <= most);
        if (expected < 0) {
          await expect(search).rejects.toThrow(`at least ${drops[drops.length - 1]},`);
          return;
        }
        const { chosen, measurements } = await search;
        expect(chosen).toEqual({ index: expected, drop: drops[expected], measured: expected });
        expect(measurements.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(drops.length + 1)) + 2);
        expect(new Set(measurements.map(({ index }) => index)).size).toBe(measurements.length);
      },
    );
    await fc.assert(property, { numRuns: testRuns(300), seed: 9 });
  });

  it('needs two measurements where the expected point is right', async () => {
    const measure = async (index: number) => ({ drop: 10 - index, measured: undefined });
    const { measurements } = await searchCurve(20, measure, { most: 4, first: 6 });
    expect(measurements.map(({ index }) => index)).toEqual([6, 5]);
  });

  it('refuses what is no drop', async () => {
    const measure = async () => ({ drop: Number.NaN, measured: undefined });
    await expect(searchCurve(3, measure, { most: 1 })).rejects.toThrow('searchCurve measure: expected a drop');
  });
});
