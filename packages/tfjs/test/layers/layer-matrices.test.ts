import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compressedLayers,
  compressionCallback,
  compressModel,
  registerCompressedLayers,
  stripCompression,
} from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { compile, loadArtifacts, predictionDifference, savedArtifacts, weightValues } from '../networks.ts';
import { caseNetwork, layerCases, Mixing } from './layer-cases.ts';

const schedule = linearAlpha({ begin: 1, end: 4, frequency: 1 });

beforeAll(async () => {
  await useTestBackend();
  tf.serialization.registerClass(Mixing);
  registerCompressedLayers([lowRank, kMeans]);
});

type Data = ReturnType<typeof caseNetwork>['data'];

/** Two steps an epoch. */
async function train(model: tf.LayersModel, { xs, ys }: Data, epochs: number, callback: tf.Callback): Promise<void> {
  await model.fit(xs, ys, { epochs, batchSize: 8, shuffle: false, verbose: 0, callbacks: callback });
}

/** The values of a matrix's factors that are trained. */
function trainedFactors(model: tf.LayersModel, matrix: string): Float32Array {
  const op = compressedLayers(model)
    .flatMap(({ ops }) => ops)
    .find(({ name }) => name === matrix);
  const [, ...factors] = op?.trainableVariables ?? [];
  return Float32Array.from(factors.flatMap((factor) => [...factor.dataSync()]));
}

describe.each(Object.entries(layerCases))('%s', (_, layerCase) => {
  const { method, rule = {}, matrices, stripped: strippedClasses } = layerCase;
  const options = { method, schedule, rules: [{ name: 'it', minWeights: 1, ...rule }] };

  it('trains, resumes bit for bit, strips, saves and loads with equal predictions, and leaks no tensor', async () => {
    const tensorsBefore = tf.memory().numTensors;
    const { model: dense, data } = caseNetwork(layerCase);
    const factors = new Map<string, Float32Array>();
    const whole = compressModel(dense, {
      ...options,
      onUpdate: ({ matrix, result }) => {
        if (result === 'compressed') factors.set(matrix, trainedFactors(whole.model, matrix));
      },
    });
    expect(whole.report().compressed.map(({ name }) => name)).toEqual(matrices);
    expect(predictionDifference(dense, whole.model, data.xs)).toBe(0);
    compile(whole.model);
    await train(whole.model, data, 3, whole.callback);
    for (const name of matrices) {
      const [before, after] = [factors.get(name), trainedFactors(whole.model, name)];
      expect(after).not.toEqual(before);
      expect(after.every(Number.isFinite)).toBe(true);
    }
    expect(whole.report().compressed.map(({ alpha }) => alpha)).toEqual(matrices.map(() => 0));

    const broken = compressModel(dense, options);
    compile(broken.model);
    await train(broken.model, data, 1, broken.callback);
    const loaded = await loadArtifacts(await savedArtifacts(broken.model, true));
    await train(loaded, data, 2, compressionCallback(loaded));
    expect(weightValues(loaded)).toEqual(weightValues(whole.model));

    const stripped = stripCompression(whole.model);
    const rest = dense.layers.length - 1;
    // Beside the layer that keeps the name of the input
    const classNames = stripped.layers.slice(0, -rest).map((layer) => layer.getClassName());
    expect(classNames.filter((name) => name !== 'InputLayer')).toEqual(strippedClasses);
    expect(stripped.layers.at(-rest - 1)?.name).toBe('it');
    expect(predictionDifference(whole.model, stripped, data.xs)).toBeLessThan(1e-5);
    const deployed = await loadArtifacts(await savedArtifacts(stripped));
    expect(predictionDifference(stripped, deployed, data.xs)).toBe(0);

    for (const model of [whole.model, broken.model, loaded]) model.optimizer.dispose();
    for (const model of [dense, whole.model, broken.model, loaded, stripped, deployed]) model.dispose();
    data.dispose();
    // fit keeps one scalar an epoch, whatever the model
    expect(tf.memory().numTensors - tensorsBefore).toBeLessThanOrEqual(6);
  });
});
