// Equal kernels, which a packed file stores once, become packed layers each.
import { pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { savedArtifacts } from '../../networks.ts';
import { expectClose, loadPacked, predictions, usePackedLayers } from './packed-networks.ts';

usePackedLayers();

it('equal kernels, which the file stores once, become packed layers each', async () => {
  const kernelInitializer = tf.initializers.glorotNormal({ seed: 1 });
  const dense = (name: string) => tf.layers.dense({ units: 24, name, activation: 'tanh', kernelInitializer });
  const x = tf.input({ shape: [24] });
  const y = dense('twin-b').apply(dense('twin-a').apply(x)) as tf.SymbolicTensor;
  const { bytes, report: packed } = await pack(await savedArtifacts(tf.model({ inputs: x, outputs: y })));
  expect(packed.weights.flatMap(({ copyOf }) => copyOf ?? [])).toEqual(['twin-a/kernel', 'twin-a/bias']);
  const before = tf.memory().numTensors;
  const original = await tf.loadLayersModel(packedModel(bytes));
  const { model, report } = await loadPacked(bytes);
  expect(report.map(({ layer }) => layer)).toEqual(['twin-a', 'twin-b']);
  expectClose(predictions(model), predictions(original));
  for (const one of [original, model]) one.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
