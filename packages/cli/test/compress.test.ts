// gcompress compress: a file of at most the requested bytes, identical to the file of the API.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrate, channelGains, pairedInputs, syntheticInputs } from '@gcompress/calibration';
import { createRandom } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { compressNow } from '@gcompress/post-training';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, expect, it } from 'vitest';
import {
  correlatedRows,
  deepModel,
  gcompress,
  graphModel,
  graphWithoutGradient,
  json,
  layersModel,
  newFolder,
  outputError,
  writeModel,
} from './models.ts';

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

it('uses the moments of unlabelled inputs, and the gains of the first ones', async () => {
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
  const first = tf.slice(examples, [0, 0], [16, 12]);
  const gains = await channelGains(model, first, { at: 'logits' });
  tf.dispose([examples, first]);
  model.dispose();
  const options = { budget: { bytes: MOST }, inputMoments: moments, channelGains: gains, kernels: await wasmKernels() };
  const { artifacts, matrices } = await compressNow(layersModel(), options);
  expect(read('small.gcm')).toEqual((await pack(artifacts, { matrices })).bytes);
});

it('takes noise in the place of inputs, and compresses one weight after the other', async () => {
  const files = ['--noise', '-1..2', '--sequential', '--backend', 'cpu', '--json'];
  const printed = json(await compress('--max-bytes', `${MOST}`, '--out', 'small.gcm', ...files));
  expect(printed).toMatchObject({ inputs: 'noise from -1 to 2, 16 samples', notes: [] });

  await tf.setBackend('cpu');
  const load = async () => layersModel();
  const model = await tf.loadLayersModel({ load });
  const noise = syntheticInputs(model.inputs, 0, { count: 16, range: [-1, 2] });
  const { artifacts, matrices } = await compressNow(layersModel(), {
    budget: { bytes: MOST },
    inputMoments: (await calibrate(model, noise)).moments,
    channelGains: await channelGains(model, noise, { at: 'logits' }),
    sequential: pairedInputs(noise, { load: tf.loadLayersModel }),
    kernels: await wasmKernels(),
  });
  tf.dispose(noise);
  model.dispose();
  expect(read('small.gcm')).toEqual((await pack(artifacts, { matrices })).bytes);
});

it('measures gains at layers of your choice', async () => {
  await tf.setBackend('cpu');
  const model = await tf.loadLayersModel({ load: async () => layersModel() });
  const noise = syntheticInputs(model.inputs, 0, { count: 16, range: [0, 1] });
  const inputMoments = (await calibrate(model, noise, { batchSize: 32 })).moments;
  for (const places of ['outputs', 'hidden,outputs']) {
    const files = ['--noise', '0..1', '--backend', 'cpu', '--gains-at', places];
    expect(await compress('--max-bytes', `${MOST}`, '--out', 'small.gcm', ...files)).toMatchObject({ code: 0 });
    const gains = await channelGains(model, noise, { at: places.split(',') });
    const options = { budget: { bytes: MOST }, inputMoments, channelGains: gains, kernels: await wasmKernels() };
    const { artifacts, matrices } = await compressNow(layersModel(), options);
    expect(read('small.gcm')).toEqual((await pack(artifacts, { matrices })).bytes);
  }
  tf.dispose(noise);
  model.dispose();
});

it('goes on without gains where an operation has no gradient, and says so', async () => {
  writeModel(join(cwd, 'graph'), graphWithoutGradient());
  const files = ['--noise', '0..1', '--backend', 'cpu', '--min-elements', '64'];
  const args = ['compress', 'graph', '--max-bytes', '1200', '--out', 'graph.gcm'];
  const { code, stdout } = await gcompress(cwd, ...args, ...files);
  expect(code).toBe(0);
  expect(stdout).toContain('Gains were not measured, so every layer counts alike:');
  const { notes } = json(await gcompress(cwd, ...args, ...files, '--json'));
  expect(notes).toEqual([expect.stringMatching(/^Gains were not measured, .*Cumprod/)]);
});

it('makes a deep network answer better in the same bytes, one weight after the other', async () => {
  const logarithms: number[] = [];
  // The mean over two networks: for one, chance decides too
  for (const seed of [1, 2]) {
    const rows = correlatedRows(256, seed);
    writeModel(join(cwd, 'deep'), deepModel(seed));
    writeFileSync(join(cwd, 'x.json'), JSON.stringify(rows.slice(0, 128)));
    const common = ['compress', 'deep', '--max-bytes', '2620', '--inputs', 'x.json', '--backend', 'cpu', '--force'];
    const errors: number[] = [];
    for (const more of [[], ['--sequential']]) {
      expect(await gcompress(cwd, ...common, '--out', 'deep.gcm', ...more)).toMatchObject({ code: 0, stderr: '' });
      expect(read('deep.gcm').length).toBeLessThanOrEqual(2620);
      errors.push(await outputError(deepModel(seed), read('deep.gcm'), rows.slice(128)));
    }
    const [together = 0, inOrder = 0] = errors;
    logarithms.push(Math.log(inOrder / together));
  }
  expect(logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length).toBeLessThan(Math.log(0.9));
});

it('compresses the weights of a graph model one after the other', async () => {
  writeModel(join(cwd, 'graph'), graphModel());
  const args = ['compress', 'graph', '--max-bytes', '700', '--out', 'graph.gcm', '--min-elements', '64'];
  const outcome = await gcompress(cwd, ...args, '--noise', '0..1', '--sequential', '--backend', 'cpu', '--json');
  expect(json(outcome)).toMatchObject({ notes: [] });
  expect(read('graph.gcm').length).toBeLessThanOrEqual(700);
});

it('measures gains on the wasm backend too', async () => {
  const args = ['--max-bytes', `${MOST}`, '--out', 'small.gcm', '--noise', '0..1', '--json'];
  expect(json(await compress(...args))).toMatchObject({ notes: [] });
  await tf.setBackend('cpu');
});

it('leaves nothing behind when inputs do not fit the model', async () => {
  writeFileSync(join(cwd, 'x.json'), JSON.stringify([[1, 2, 3]]));
  const files = ['--inputs', 'x.json', '--sequential', '--backend', 'cpu'];
  expect(await compress('--max-bytes', `${MOST}`, '--out', 'small.gcm', ...files)).toMatchObject({ code: 3 });
  expect(readdirSync(cwd).sort()).toEqual(['model', 'x.json']);
});

it.each([
  [['--sequential'], 'expected --inputs or --noise, got neither of them'],
  [['--gains-at', 'outputs'], 'expected --inputs or --noise, got neither of them'],
  [['--noise', '0..1', '--gains-at', 'out,,hidden'], 'Give names such as outputs'],
  [['--noise', '0..1', '--gains-at', 'nowhere'], "got 'nowhere'. The last layers are 'hidden', 'out'."],
  [['--noise', '0..1', '--inputs', 'x.json'], 'expected --inputs or --noise, got both of them'],
  [['--noise', '0..1', '--preprocess', '0..1'], 'expected a folder of images in --inputs, got noise'],
  [['--noise', '1..0'], 'Give a range such as 0..1'],
])('refuses %j with code 2, and writes nothing', async (args, message) => {
  const { code, stderr } = await compress('--max-bytes', `${MOST}`, '--out', 'small.gcm', ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(readdirSync(cwd)).toEqual(['model']);
});

it('says before any work that the place of the output is no folder', async () => {
  const { code, stderr } = await compress(
    '--max-bytes',
    `${MOST}`,
    '--out',
    'model/model.json/small.gcm',
    '--noise',
    '0..1',
  );
  expect(code).toBe(4);
  expect(stderr).toMatch(/^error: '.*small.gcm': expected a folder to write to, got none at '.*model.json'\..*\n$/);
});

it.runIf(process.getuid?.() !== 0)('says before any work that a folder cannot be written', async () => {
  chmodSync(cwd, 0o555);
  const { code, stderr } = await compress('--max-bytes', `${MOST}`, '--out', 'small.gcm', '--noise', '0..1');
  chmodSync(cwd, 0o755);
  expect(code).toBe(4);
  expect(stderr).toContain('Nothing was computed yet.');
});

it('names the smallest possible size when a budget cannot be met, with code 1, and writes nothing', async () => {
  const { code, stdout, stderr } = await compress('--max-bytes', '100B', '--out', 'small.gcm');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]*\d+[^\n]*\n$/);
  expect(readdirSync(cwd)).toEqual(['model']);
});
