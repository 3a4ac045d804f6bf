// A `best` checkpoint that is damaged does not keep a training from going on from `last`.
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointCallback, restoreCheckpoint } from '../../src/callbacks/index.ts';
import { checkpointFolder, modelFolder } from '../../src/files/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, weightValues } from '../networks.ts';
import { compressedNetwork, untilStep9 } from './compressed-network.ts';

let root = '';
beforeAll(async () => {
  await useTestBackend();
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
});
afterAll(() => rm(root, { recursive: true }));

const data = classes();
const network = () => compressedNetwork(untilStep9, tf.train.sgd(0.1));

/** Goes on from `last` up to an epoch; from the third one on alpha is 0. */
async function fit({ model, callback }: ReturnType<typeof network>, path: string, epochs: number) {
  const checkpoint = checkpointCallback(model, checkpointFolder(path), { monitor: 'loss' });
  const { epoch, best } = await checkpoint.restore();
  const fitted = { batchSize: 16, shuffle: false, verbose: 0 as const, callbacks: [checkpoint, callback] };
  await model.fit(data.xs, data.ys, { ...fitted, epochs, initialEpoch: epoch });
  return { epoch, best, warnings: checkpoint.warnings };
}

/** Changes the text of the model in a folder. */
async function edit(folder: string, change: (text: string) => string): Promise<void> {
  const file = join(folder, 'model.json');
  await writeFile(file, change(await readFile(file, 'utf8')));
}

async function weightsFile(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((each) => each.startsWith('weights-'));
  return join(folder, name ?? '');
}

const damages: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  'weights that were cut off': async (folder) => truncate(await weightsFile(folder), 100),
  'no weights': async (folder) => rm(await weightsFile(folder)),
  'the header of a model': (folder) => edit(folder, (text) => text.replace('gcompress/checkpoint', 'something')),
  'a best epoch that is none': (folder) =>
    edit(folder, (text) => text.replace(/"best":{"epoch":\d+/, '"best":{"epoch":-1')),
  'a progress that is no object': (folder) =>
    edit(folder, (text) => text.replace('"progress":{', '"progress":5,"x":{')),
};

describe('a damaged best checkpoint', () => {
  it.each(Object.entries(damages))(
    '(%s) gives a warning, and the next best epoch replaces it',
    async (name, damage) => {
      const folder = join(root, name);
      expect((await fit(network(), folder, 4)).warnings).toEqual([]);
      await damage(join(folder, 'best'));
      const last = network();
      await restoreCheckpoint(last.model, modelFolder(join(folder, 'last')));

      const resumed = network();
      const checkpoint = checkpointCallback(resumed.model, checkpointFolder(folder), { monitor: 'loss' });
      await expect(checkpoint.restore('best')).rejects.toMatchObject({ code: expect.stringMatching(/^file-/) });
      expect(checkpoint.warnings).toEqual([]);
      expect(await checkpoint.restore()).toEqual({ epoch: 4, best: undefined });
      expect(checkpoint.warnings).toEqual([
        expect.stringMatching(/^The checkpoint 'best' is damaged. The next epoch that can be best replaces it/),
      ]);
      expect(weightValues(resumed.model)).toEqual(weightValues(last.model));

      const { epoch, warnings } = await fit(resumed, folder, 5);
      expect([epoch, warnings.length]).toEqual([4, 1]);
      const again = await fit(network(), folder, 5);
      expect(again).toMatchObject({ epoch: 5, best: { epoch: 4 }, warnings: [] });
    },
  );

  it('is not a checkpoint of a newer version, which is refused', async () => {
    const folder = join(root, 'newer');
    await fit(network(), folder, 4);
    await edit(join(folder, 'best'), (text) =>
      text.replace('"gcompress/checkpoint":{"version":1', '"gcompress/checkpoint":{"version":2'),
    );
    const checkpoint = checkpointCallback(network().model, checkpointFolder(folder), { monitor: 'loss' });
    await expect(checkpoint.restore()).rejects.toMatchObject({ code: 'unsupported-version' });
  });

  it('without a last checkpoint starts a new training', async () => {
    const folder = join(root, 'alone');
    await fit(network(), folder, 4);
    await rm(join(folder, 'last'), { recursive: true });
    await truncate(await weightsFile(join(folder, 'best')), 0);
    const { epoch, warnings } = await fit(network(), folder, 1);
    expect([epoch, warnings.length]).toEqual([0, 1]);
  });
});
