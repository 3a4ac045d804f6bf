import { lowRank } from '@gcompress/lowrank';
import { cosineAlpha, linearAlpha } from '@gcompress/scheduler';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compressedLayers,
  compressionCallback,
  compressModel,
  registerCompressedLayers,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, loadArtifacts, savedArtifacts, smallNetwork, train, weightValues } from '../networks.ts';

beforeAll(async () => {
  await useTestBackend();
  registerCompressedLayers([lowRank]);
});

const schedules = {
  linear: linearAlpha({ begin: 2, end: 20, frequency: 2 }),
  'cosine, refactorised and staggered': cosineAlpha({
    begin: 1,
    end: 16,
    frequency: 3,
    refactorEvery: 2,
    stagger: { maxSteps: 4, seed: 7 },
  }),
};

describe('saving in the middle of a training', () => {
  for (const [name, schedule] of Object.entries(schedules)) {
    // 3 and 7 epochs of 4 steps: while alpha is 1, while it falls, and when it is 0
    for (const epochs of [1, 3, 6]) {
      it(`gives the weights of an unbroken run, bit for bit (${name}, after ${epochs} epochs)`, async () => {
        const data = classes();
        const options = { method: lowRank({ rank: 4 }), schedule, minWeights: 100 };
        const whole = compressModel(smallNetwork(), options);
        compile(whole.model);
        await train(whole.model, data, epochs + 3, [whole.callback]);

        const broken = compressModel(smallNetwork(), options);
        compile(broken.model);
        await train(broken.model, data, epochs, [broken.callback]);
        const loaded = await loadArtifacts(await savedArtifacts(broken.model, true));
        await train(loaded, data, 3, [compressionCallback(loaded)]);
        expect(weightValues(loaded)).toEqual(weightValues(whole.model));
        expect(compressedLayers(loaded).flatMap(({ ops }) => ops.map((op) => op.alpha))).toEqual(
          compressedLayers(whole.model).flatMap(({ ops }) => ops.map((op) => op.alpha)),
        );
      });
    }
  }

  it('loading needs the method to be registered, and the error names its package', async () => {
    const { model } = compressModel(smallNetwork(), {
      method: lowRank({ rank: 4 }),
      schedule: schedules.linear,
      minWeights: 100,
    });
    const artifacts = await savedArtifacts(model);
    registerCompressedLayers([]);
    await expect(loadArtifacts(artifacts)).rejects.toThrow(/no method at all, got method 'lowrank'/);
    registerCompressedLayers([lowRank]);
    expect((await loadArtifacts(artifacts)).layers.length).toBe(3);
  });
});
