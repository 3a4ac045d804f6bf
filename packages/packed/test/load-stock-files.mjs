// Loads model folders with stock TensorFlow.js alone and prints what they predict; run as a program of its own, without TypeScript.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

await tf.setBackend('cpu');
const predicted = [];
for (const { folder, shape } of JSON.parse(process.argv[2])) {
  const { weightsManifest, ...model } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const [{ paths, weights }] = weightsManifest;
  const weightData = Uint8Array.from(Buffer.concat(paths.map((path) => readFileSync(join(folder, path))))).buffer;
  const handler = { load: async () => ({ ...model, weightSpecs: weights, weightData }) };
  const isGraph = model.format === 'graph-model';
  const loaded = isGraph ? await tf.loadGraphModel(handler) : await tf.loadLayersModel(handler);
  const [output] = [loaded.predict(tf.fill(shape, 0.5))].flat();
  predicted.push([...output.dataSync()]);
}
process.stdout.write(JSON.stringify(predicted));
