// gcompress compress: a file of at most the requested bytes, identical to the file of the API.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrate } from '@gcompress/calibration';
import { createRandom } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { compressNow } from '@gcompress/post-training';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, expect, it } from 'vitest';
import { gcompress, json, layersModel, newFolder, writeModel } from './models.ts';

const MOST = 1300;
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
  writeModel(join(cwd, 'model'), layersModel());
});
const read = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
const compress = (...args: string[]) => gcompress(cwd, 'compress', 'model', ...args);

it('writes what compressNow() and pack() make for the budget', async () => {
  const printed = json(await compress('--max-bytes', `${MOST}`, '--out', 'small.gcm', '--json'));
  const kernels = await wasmKernels();
  const { artifacts, matrices, report } = await compressNow(layersModel(), { budget: { bytes: MOST }, kernels });
  expect(read('small.gcm')).toEqual((await pack(artifacts, { matrices })).bytes);
  expect(read('small.gcm').length).toBeLessThanOrEqual(MOST);
  expect(printed).toMatchObject({ bytes: read('small.gcm').length, maxBytes: MOST, weights: report.weights });
});

it('computes in plain JavaScript on request', async () => {
  const { code } = await compress('--max-bytes', `${MOST}`, '--out', 'small.gcm', '--kernels', 'portable');
  expect(code).toBe(0);
  const { artifacts, matrices } = await compressNow(layersModel(), { budget: { bytes: MOST } });
  expect(read('small.gcm')).toEqual((await pack(artifacts, { matrices })).bytes);
});

it('uses the moments of unlabelled inputs', async () => {
  const random = createRandom(3);
  // Some inputs are much larger than others, so that their weights matter more
  const inputs = Array.from({ length: 64 }, () => Array.from({ length: 12 }, (_, i) => random.normal() * 2 ** (i - 8)));
  writeFileSync(join(cwd, 'x.json'), JSON.stringify(inputs));
  const files = ['--inputs', 'x.json', '--backend', 'cpu', '--json'];
  const { weights } = json(await compress('--max-bytes', `${MOST}`, '--out', 'small.gcm', ...files));
  expect(weights[0].outputError).toBeGreaterThan(0);

  await tf.setBackend('cpu');
  const model = await tf.loadLayersModel({ load: async () => layersModel() });
  const examples = tf.tensor2d(inputs);
  const { moments } = await calibrate(model, examples, { batchSize: 32 });
  tf.dispose([examples]);
  model.dispose();
  const options = { budget: { bytes: MOST }, inputMoments: moments, kernels: await wasmKernels() };
  const { artifacts, matrices } = await compressNow(layersModel(), options);
  expect(read('small.gcm')).toEqual((await pack(artifacts, { matrices })).bytes);
});

it('names the smallest possible size when a budget cannot be met, with code 1, and writes nothing', async () => {
  const { code, stdout, stderr } = await compress('--max-bytes', '100B', '--out', 'small.gcm');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]*\d+[^\n]*\n$/);
  expect(readdirSync(cwd)).toEqual(['model']);
});
