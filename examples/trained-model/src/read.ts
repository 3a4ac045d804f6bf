// Loads models in a separate process and prints the test error of each in percent.
import { mnist } from '@gcompress/example-datasets';
import { tensors } from '@gcompress/example-mnist/network';
import { type Backend, startBackend } from '@gcompress/example-program';
import { packedFile } from '@gcompress/packed/node';
import { modelFolder } from '@gcompress/tfjs/files';
import * as tf from '@tensorflow/tfjs';

const [backend, ...paths] = process.argv.slice(2);
await startBackend(backend as Backend);
const digits = mnist('test');
const { xs } = tensors(
  digits,
  Int32Array.from({ length: digits.count }, (_, image) => image),
);
const errors: number[] = [];
for (const path of paths) {
  const model = await tf.loadLayersModel(path.endsWith('.gcm') ? packedFile(path) : modelFolder(path));
  const answers = tf.tidy(() => tf.argMax(model.predict(xs, { batchSize: 1000 }) as tf.Tensor, 1).dataSync());
  errors.push((100 * digits.labels.filter((label, digit) => answers[digit] !== label).length) / digits.count);
  model.dispose();
}
console.log(JSON.stringify({ errors }));
