import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFolder } from '../../src/files/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, predictionDifference, smallNetwork } from '../networks.ts';

let root = '';

beforeAll(async () => {
  await useTestBackend();
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
});

afterAll(() => rm(root, { recursive: true }));

describe('modelFolder', () => {
  it('gives back the model that was saved, also over an older one', async () => {
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

  it('leaves nothing behind, and the old model in place, when it cannot write', async () => {
    const blocked = join(root, 'file');
    await writeFile(blocked, 'kept');
    await expect(smallNetwork().save(modelFolder(join(blocked, 'model')))).rejects.toMatchObject({
      code: 'file-write',
    });
    expect(await readFile(blocked, 'utf8')).toBe('kept');
    await rm(blocked);
  });

  it('refuses a missing, damaged, cut or hostile model', async () => {
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
