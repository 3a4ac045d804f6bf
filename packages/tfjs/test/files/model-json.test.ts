import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GCompressError } from '@gcompress/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkpointFolder, modelFolder } from '../../src/files/index.ts';

let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
  await writeFile(join(root, 'w.bin'), new Uint8Array(16));
  await mkdir(join(root, 'model'));
  await writeFile(join(root, 'model/w.bin'), new Uint8Array(16));
  await symlink(join(root, 'w.bin'), join(root, 'model/out.bin'));
});

afterAll(() => rm(root, { recursive: true }));

const weight = { name: 'w', shape: [2, 2], dtype: 'float32' };
const strange: readonly unknown[] = [null, 17, '17', Number.NaN, true, {}, [], [null], { toString: 1 }];

function manifest(weights: unknown, paths: unknown = ['./w.bin']): unknown {
  return { weightsManifest: [{ paths, weights }] };
}

async function load(text: string, maxBytes?: number): Promise<unknown> {
  await writeFile(join(root, 'model/model.json'), text);
  return modelFolder(join(root, 'model'), maxBytes === undefined ? {} : { maxBytes }).load?.();
}

it('every directed fault in model.json is refused with a GCompressError', async () => {
  await load(JSON.stringify(manifest([weight])));
  const faults: unknown[] = [
    ...strange,
    ...strange.map((value) => ({ weightsManifest: [value] })),
    ...strange.map((value) => manifest(value)),
    ...strange.map((value) => manifest([value])),
    ...strange.map((value) => manifest([weight], [value])),
    ...['name', 'shape', 'dtype', 'quantization'].flatMap((key) =>
      strange
        .filter((value) => key !== 'name' || value !== '17')
        .map((value) => manifest([{ ...weight, [key]: value }])),
    ),
    ...[...strange, -1, 0.5, 2 ** 53, 2 ** 31].map((side) => manifest([{ ...weight, shape: [side, 2] }])),
    ...['modelTopology', 'trainingConfig', 'userDefinedMetadata'].flatMap((key) =>
      ['17', 17, []].map((value) => ({ ...(manifest([weight]) as object), [key]: value })),
    ),
    { ...(manifest([weight]) as object), format: { toString: 1 } },
    ...['../w.bin', join(root, 'w.bin'), 'out.bin', '.', 'none.bin', 'w\0'].map((path) => manifest([weight], [path])),
    manifest([weight], Array(1200).fill('w.bin')),
    manifest([{ ...weight, shape: Array(300).fill(2 ** 20) }]),
    manifest([weight, weight]),
  ];
  for (const fault of faults) {
    const text = JSON.stringify(fault);
    await expect(load(text), text.slice(0, 200)).rejects.toBeInstanceOf(GCompressError);
  }
  await expect(load(`{"modelTopology":${'['.repeat(1e5)}${']'.repeat(1e5)}}`)).rejects.toThrow(/levels of nesting/);
  await expect(load(JSON.stringify(manifest([weight])), 15)).rejects.toMatchObject({ code: 'file-oversized' });
});

it('deletes only its own files from a folder, and follows a link to a folder', async () => {
  const folder = join(root, 'public');
  await mkdir(folder);
  await writeFile(join(folder, 'index.html'), 'page');
  await symlink(folder, join(root, 'link'));
  const artifacts = { weightSpecs: [], weightData: new ArrayBuffer(0) };
  for (let i = 0; i < 2; i++) await modelFolder(join(root, 'link')).save?.(artifacts);
  expect(await readFile(join(folder, 'index.html'), 'utf8')).toBe('page');
  expect(await readdir(folder)).toHaveLength(3);
  await writeFile(join(folder, 'model.json'), '{"weightsManifest":[{"paths":["index.html"],"weights":[]}]}');
  const before = await readdir(folder);
  await expect(modelFolder(folder).save?.(artifacts)).rejects.toMatchObject({ code: 'file-write' });
  expect(await readdir(folder)).toEqual(before);
});

it('refuses anything but a path', () => {
  for (const value of [undefined, null, '', 5, {}, [], 'a\0'] as string[]) {
    expect(() => modelFolder(value)).toThrow(GCompressError);
    expect(() => checkpointFolder(value)).toThrow(GCompressError);
  }
});
