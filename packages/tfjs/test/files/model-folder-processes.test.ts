import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFolder } from '../../src/files/index.ts';

let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
});

afterAll(() => rm(root, { recursive: true }));

function saver(folder: string, first: number, count?: number): ChildProcess {
  const program = join(import.meta.dirname, 'save-in-loop.ts');
  return spawn(process.execPath, [
    '--import',
    'tsx',
    program,
    folder,
    `${first}`,
    ...(count === undefined ? [] : [`${count}`]),
  ]);
}

/** Loads a model and says which save it is of; fails for one that is mixed of two. */
async function loadedValue(folder: string): Promise<unknown> {
  const { userDefinedMetadata, weightData } = (await modelFolder(folder).load?.()) ?? {};
  const { value } = userDefinedMetadata as { value: number };
  expect(new Set(new Float32Array(weightData as ArrayBuffer))).toEqual(new Set([value]));
  return value;
}

async function untilSaved(folder: string): Promise<void> {
  while (!(await readdir(folder).catch((): string[] => [])).includes('model.json')) await wait(5);
}

describe('modelFolder and other processes', () => {
  it('loads a whole model while another process saves, and after that process was killed at any moment', async () => {
    const folder = join(root, 'killed');
    for (let round = 0; round < 3; round++) {
      const child = saver(folder, round * 1e6);
      const ended = once(child, 'exit');
      await untilSaved(folder);
      for (let i = 0; i < 30; i++) await loadedValue(folder);
      await wait(Math.random() * 40);
      child.kill('SIGKILL');
      await ended;
      await loadedValue(folder);
    }
    expect(await (await once(saver(folder, 7, 1), 'exit'))[0]).toBe(0);
    expect(await loadedValue(folder)).toBe(7);
  });

  it('two processes may save at once, and one process may save several times at once', async () => {
    const folder = join(root, 'two');
    const codes = await Promise.all([0, 100].map((first) => once(saver(folder, first, 20), 'exit')));
    expect(codes.map(([code]) => code)).toEqual([0, 0]);
    const saves = [1, 2, 3].map((value) =>
      modelFolder(folder).save?.({
        userDefinedMetadata: { value },
        weightSpecs: [{ name: 'w', shape: [1], dtype: 'float32' }],
        weightData: Float32Array.of(value).buffer,
      }),
    );
    await Promise.all(saves);
    expect([1, 2, 3]).toContain(await loadedValue(folder));
  });
});
