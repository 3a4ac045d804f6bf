// Reads a packed file in a separate process and prints the test error in percent.
import { mnist } from '@gcompress/example-datasets';
import { type Backend, startBackend } from '@gcompress/example-program';
import { packedFile } from '@gcompress/packed/node';
import * as tf from '@tensorflow/tfjs';
import { errorOf } from './errors.ts';

const [file, backend] = process.argv.slice(2);
await startBackend(backend as Backend);
const model = await tf.loadLayersModel(packedFile(file));
console.log(JSON.stringify({ testError: errorOf(model, mnist('test')) }));
