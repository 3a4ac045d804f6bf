import { randomUUID } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteModel, modelFolder } from '../../src/files/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, predictionDifference, smallNetwork } from '../networks.ts';

let root = '';

beforeAll(async () => {
  await useTestBackend();
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
});

afterAll(() => rm(root, { recursive: true }));

describe('modelFolder', () => {
  it('loads the model that was saved, also over an older model', async () => {
    const path = join(root, 'model');
    await smallNetwork().save(modelFolder(path));
    const model = smallNetwork();
    model.setWeights(model.getWeights().map((weight) => tf.mul(weight, 2)));
    const { modelArtifactsInfo } = await model.save(modelFolder(path));
    const loaded = await tf.loadLayersModel(modelFolder(path));
    expect(predictionDifference(model, loaded, classes().xs)).toBe(0);
    expect((await readdir(path)).sort()).toEqual(['model.json', expect.stringMatching(/^weights-.*\.bin$/)]);
    expect(modelArtifactsInfo.weightDataBytes).toBe(model.countParams() * 4);
    expect(await readdir(root)).toEqual(['model']);
  });

  it('a failed write leaves no files behind and the old model in place', async () => {
    const blocked = join(root, 'file');
    await writeFile(blocked, 'kept');
    await expect(smallNetwork().save(modelFolder(join(blocked, 'model')))).rejects.toMatchObject({
      code: 'file-write',
    });
    expect(await readFile(blocked, 'utf8')).toBe('kept');
    await rm(blocked);
  });

  it('changes no other file in the folder, and follows a link to a folder', async () => {
    const folder = join(root, 'public');
    const link = join(root, 'link');
    await mkdir(join(folder, 'nested'), { recursive: true });
    await symlink(folder, link);
    const others = { 'index.html': 'page', 'weights.bin': 'of others', '.env': 'secret', 'nested/weights.bin': 'deep' };
    for (const [name, text] of Object.entries(others)) await writeFile(join(folder, name), text);
    for (const path of [folder, link, folder]) await smallNetwork().save(modelFolder(path));
    for (const [name, text] of Object.entries(others)) expect(await readFile(join(folder, name), 'utf8')).toBe(text);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await readdir(folder)).sort()).toEqual([
      '.env',
      'index.html',
      'model.json',
      'nested',
      expect.stringMatching(/^weights-[0-9a-f-]{36}\.bin$/),
      'weights.bin',
    ]);
    await deleteModel(folder);
    expect((await readdir(folder)).sort()).toEqual(['.env', 'index.html', 'nested', 'weights.bin']);
    await deleteModel(folder);
  });

  it.each([
    ['a file', (path: string) => writeFile(path, 'kept')],
    ['a link to a file', (path: string) => symlink(join(root, 'target'), path)],
    ['a link to nothing', (path: string) => symlink(join(root, 'nothing'), path)],
  ])('refuses %s in the place of the folder, which stays', async (_, make) => {
    const path = await mkdtemp(join(root, 'taken-'));
    const place = join(path, 'model');
    await writeFile(join(root, 'target'), 'kept');
    await make(place);
    const before = await lstat(place);
    await expect(smallNetwork().save(modelFolder(place))).rejects.toMatchObject({ code: 'file-write' });
    expect((await lstat(place)).ino).toBe(before.ino);
    expect(await readdir(path)).toEqual(['model']);
    expect(await readFile(join(root, 'target'), 'utf8')).toBe('kept');
  });

  it.each([
    ['of another program', '{"weightsManifest":[{"paths":["group1-shard1of1.bin"],"weights":[]}]}'],
    ['that names a file of others too', `{"weightsManifest":[{"paths":["./weights-${randomUUID()}.bin","a.bin"]}]}`],
    ['that is no model', '{"name":"project"}'],
    ['that is no JSON', 'text'],
  ])('refuses to write over a model.json %s, and to delete it', async (_, text) => {
    const folder = await mkdtemp(join(root, 'foreign-'));
    await writeFile(join(folder, 'model.json'), text);
    await writeFile(join(folder, 'group1-shard1of1.bin'), 'weights');
    await expect(smallNetwork().save(modelFolder(folder))).rejects.toMatchObject({ code: 'file-write' });
    await expect(deleteModel(folder)).rejects.toMatchObject({ code: 'file-write' });
    expect((await readdir(folder)).sort()).toEqual(['group1-shard1of1.bin', 'model.json']);
    expect(await readFile(join(folder, 'model.json'), 'utf8')).toBe(text);
  });

  it('removes old files of interrupted saves, but not files with similar names', async () => {
    const folder = join(root, 'leftovers');
    await smallNetwork().save(modelFolder(folder));
    const ours = await readdir(folder);
    const [old, young, alike] = [`weights-${randomUUID()}.bin`, `weights-${randomUUID()}.bin`, 'weights-mine.bin'];
    const partial = `.gcompress-model-${randomUUID()}.partial`;
    for (const name of [old, young, alike, partial]) await writeFile(join(folder, name), 'half');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    // The weights in force are as old as the model, however old that is
    for (const name of [old, alike, partial, ...ours]) await utimes(join(folder, name), anHourAgo, anHourAgo);
    await smallNetwork().save(modelFolder(folder));
    expect(predictionDifference(smallNetwork(), await tf.loadLayersModel(modelFolder(folder)), classes().xs)).toBe(0);
    const names = await readdir(folder);
    expect(names).toEqual(expect.arrayContaining(['model.json', young, alike]));
    expect(names).toHaveLength(4);
  });

  it.each([null, undefined, 5, '', 'a\0b', {}, []])('refuses %j as a path', async (path) => {
    expect(() => modelFolder(path as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    await expect(deleteModel(path as never)).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('refuses a missing, damaged, truncated or hostile model', async () => {
    const path = join(root, 'damaged');
    await expect(tf.loadLayersModel(modelFolder(path))).rejects.toMatchObject({ code: 'file-read' });
    await smallNetwork().save(modelFolder(path));
    const file = (await readdir(path)).find((name) => name.startsWith('weights-')) ?? '';
    const weights = join(path, file);
    const description = await readFile(join(path, 'model.json'), 'utf8');
    await writeFile(weights, (await readFile(weights)).subarray(4));
    await expect(tf.loadLayersModel(modelFolder(path))).rejects.toMatchObject({ code: 'file-truncated' });
    await writeFile(join(path, 'model.json'), description.replace(`./${file}`, '../../secret'));
    await expect(tf.loadLayersModel(modelFolder(path))).rejects.toMatchObject({ code: 'file-header' });
    await writeFile(join(path, 'model.json'), description.slice(0, -5));
    await expect(tf.loadLayersModel(modelFolder(path))).rejects.toMatchObject({ code: 'file-header' });
  });
});
