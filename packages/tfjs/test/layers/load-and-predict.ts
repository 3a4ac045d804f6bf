/** A program of its own: loads a model that it knows nothing of, and prints the bytes of its predictions. */

import { kMeans } from '@gcompress/kmeans';
import * as tf from '@tensorflow/tfjs';
import { modelFolder } from '../../src/files/index.ts';
import { registerCompressedLayers } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { Mixing } from './layer-cases.ts';

const [folder, ids] = process.argv.slice(2);
await useTestBackend();
tf.serialization.registerClass(Mixing);
registerCompressedLayers([kMeans]);
const model = await tf.loadLayersModel(modelFolder(folder));
const output = model.predict(tf.tensor(JSON.parse(ids))) as tf.Tensor;
process.stdout.write(Buffer.from(output.dataSync().slice().buffer).toString('base64'));
