// Weights that are compressed already go into the file as they are.
import { type CompressedMatrix, matrix } from '@gcompress/core';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { pack } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';

/** A dense layer whose kernel has the values of a compressed matrix, and this matrix. */
async function trained(): Promise<{ artifacts: tf.io.ModelArtifacts; matrices: Map<string, CompressedMatrix> }> {
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [40], units: 30, name: 'fc' })] });
  const [kernel] = model.getWeights();
  const compressed = uniform({ bits: 2 }).compress(matrix([40, 30], Float32Array.from(kernel.dataSync())));
  model.layers[0].setWeights([tf.tensor2d(compressed.decompress().data, [40, 30]), tf.zeros([30])]);
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return { artifacts: artifacts as unknown as tf.io.ModelArtifacts, matrices: new Map([['fc/kernel', compressed]]) };
}

it('a matrix is stored with its own bytes and comes back bit by bit', async () => {
  const { artifacts, matrices } = await trained();
  const { bytes, report } = await pack(artifacts, { matrices });
  const compressed = matrices.get('fc/kernel') as CompressedMatrix;
  const [kernel] = report.weights;
  expect(kernel).toMatchObject({ storedAs: 'uniform', bytes: compressed.byteLength, maxError: 0 });
  const loaded = await tf.loadLayersModel(packedModel(bytes));
  expect(loaded.getWeights()[0].dataSync()).toEqual(compressed.decompress().data);
});

it.each<[string, (matrices: Map<string, CompressedMatrix>) => unknown, string]>([
  ['of another weight', (matrices) => new Map([['fc2/kernel', matrices.get('fc/kernel')]]), 'invalid-option'],
  [
    'of other values',
    () => new Map([['fc/kernel', uniform({ bits: 2 }).compress(matrix([40, 30], new Float32Array(1200).fill(1)))]]),
    'invalid-option',
  ],
  [
    'of another shape',
    () => new Map([['fc/kernel', uniform({ bits: 2 }).compress(matrix([30, 40], new Float32Array(1200).fill(1)))]]),
    'shape-mismatch',
  ],
  ['that is none', () => new Map([['fc/kernel', {}]]), 'invalid-option'],
  ['in an object', (matrices) => Object.fromEntries(matrices), 'invalid-option'],
])('a matrix %s is refused', async (_, changed, code) => {
  const { artifacts, matrices } = await trained();
  await expect(pack(artifacts, { matrices: changed(matrices) as never })).rejects.toMatchObject({ code });
});
