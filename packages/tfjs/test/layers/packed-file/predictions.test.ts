// Packed files loaded as packed layers predict the same as with dense weights.
import { packedModel } from '@gcompress/packed/load';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { executionReport } from '../../../src/layers/index.ts';
import { loadArtifacts, savedArtifacts } from '../../networks.ts';
import {
  CHOICES,
  expectClose,
  formats,
  loadPacked,
  packedFile,
  pictureNetwork,
  predictions,
  usePackedLayers,
  wordNetwork,
} from './packed-networks.ts';

usePackedLayers();

const NETWORKS: Readonly<Record<string, (times?: number) => tf.LayersModel>> = {
  words: wordNetwork,
  pictures: pictureNetwork,
};

describe.each(Object.entries(NETWORKS))('a network of %s', (_, network) => {
  it.each(Object.entries(CHOICES))('predicts the same from packed layers, with %s', async (_, options) => {
    const bytes = await packedFile(network(), options);
    const dense = await tf.loadLayersModel(packedModel(bytes, { formats }));
    for (const prefer of ['memory', 'speed'] as const) {
      const { model } = await loadPacked(bytes, { prefer });
      const expected = predictions(dense);
      expectClose(predictions(model), expected);
      expectClose(predictions(model), expected);
      expect(executionReport(model).length).toBeGreaterThan(1);
      model.dispose();
    }
    dense.dispose();
  });

  it('leaves no tensor behind', async () => {
    // TensorFlow.js itself never disposes a layer that is used twice
    const bytes = await packedFile(network(1));
    const before = tf.memory().numTensors;
    const { model } = await loadPacked(bytes);
    predictions(model);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is saved and loaded like every packed model', async () => {
    const { model } = await loadPacked(await packedFile(network()));
    const expected = predictions(model);
    const again = await loadArtifacts(await savedArtifacts(model));
    expect(predictions(again)).toEqual(expected);
    again.dispose();
    model.dispose();
  });
});
