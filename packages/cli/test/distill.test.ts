// gcompress compress --distill: what distill() makes of the small model, within the bytes of the file.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calibrate, channelGains } from '@gcompress/calibration';
import { distill } from '@gcompress/distillation';
import { pack } from '@gcompress/packed';
import { compressNow } from '@gcompress/post-training';
import { uniform } from '@gcompress/uniform';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, expect, it } from 'vitest';
import { budgetBefore, distillModel } from '../src/plans/distill-model.ts';
import { correlatedRows, gcompress, graphModel, json, layersModel, newFolder, writeModel } from './models.ts';

const ROWS = correlatedRows(128);
let cwd: string;
beforeEach(async () => {
  await tf.setBackend('cpu');
  cwd = newFolder();
  writeModel(join(cwd, 'model'), layersModel());
  writeFileSync(join(cwd, 'x.json'), JSON.stringify(ROWS));
});
const read = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
const ON_INPUTS = ['--inputs', 'x.json', '--backend', 'cpu'];
const compress = (...args: string[]) => gcompress(cwd, 'compress', 'model', '--out', 'small.gcm', ...args);

it('writes what distill() makes of the model that compressNow() gives', async () => {
  const printed = json(await compress('--max-bytes', '1100', ...ON_INPUTS, '--distill', '60', '--json'));
  const teacher = await tf.loadLayersModel({ load: async () => layersModel() });
  const inputs = tf.tensor2d(ROWS);
  const first = tf.slice(inputs, [0, 0], [16, 12]);
  const small = await compressNow(layersModel(), {
    budget: { bytes: budgetBefore(1100) },
    inputMoments: (await calibrate(teacher, inputs, { batchSize: 32 })).moments,
    channelGains: await channelGains(teacher, first, { at: 'logits' }),
    kernels: await wasmKernels(),
  });
  const { artifacts, matrices, report } = await distill(small, { teacher, inputs, steps: 60, batchSize: 32 });
  tf.dispose([inputs, first]);
  teacher.dispose();
  expect(read('small.gcm')).toEqual((await pack(artifacts, { matrices })).bytes);
  expect(report.error.after).toBeLessThan(report.error.before);
  expect(printed).toMatchObject({ bytes: read('small.gcm').length, distilled: { error: report.error, heldOut: 13 } });
});

it.each([1100, 1150, 1200])('keeps a limit of %d bytes', async (most) => {
  const { code, stdout } = await compress('--max-bytes', `${most}`, ...ON_INPUTS, '--distill', '20');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Distilled: (the error of the outputs on 13 examples set aside fell from|no step lowered)/);
  expect(read('small.gcm').length).toBeLessThanOrEqual(most);
});

it('also trains a model of one method', async () => {
  const done = await compress('--method', 'uniform:bits=2', ...ON_INPUTS, '--distill', '30', '--json');
  const { distilled } = json(done);
  expect(distilled.error.after).toBeLessThan(distilled.error.before);
});

it('keeps the small model if the trained one exceeds the limit, says so, and leaks nothing', async () => {
  const small = await compressNow(layersModel(), { method: uniform({ bits: 2 }) });
  const opened = { name: 'model', artifacts: layersModel(), bytes: 0 } as never;
  const surroundings = { cwd, env: {}, stdout: { write: () => {} }, stderr: { write: () => {} } };
  const tensors = [tf.tensor2d(ROWS)];
  const before = tf.memory().numTensors;
  const options = { steps: 10, batchSize: 32, tensors, maxBytes: 100 };
  const kept = await distillModel(opened, small, options, surroundings as never);
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose(tensors);
  expect(kept).toEqual({
    artifacts: small.artifacts,
    matrices: small.matrices,
    notes: [expect.stringMatching(/^Not distilled: the file would take [\d,]+ bytes after the training\.$/)],
  });
});

it.each([
  [['--max-bytes', '1100'], 2, 'expected --inputs, on which the model is trained, got none'],
  [['--max-bytes', '1100', '--noise', '0..1'], 2, 'expected --inputs, on which the model is trained, got --noise'],
  [
    ['--max-drop', '1', ...ON_INPUTS],
    2,
    'expected none of --noise, --sequential, --gains-at and --distill, got one of them',
  ],
])('refuses to distill with %j, and writes nothing', async (args, code, message) => {
  const outcome = await compress(...args, '--distill', '10');
  expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  expect(readdirSync(cwd).sort()).toEqual(['model', 'x.json']);
});

it('refuses a number of steps that is not a whole number above 0', async () => {
  const { code, stderr } = await compress('--max-bytes', '1100', ...ON_INPUTS, '--distill', '0');
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('Give an integer from 1') });
});

it('refuses a graph model with one line and code 3 before anything runs', async () => {
  writeModel(join(cwd, 'graph'), graphModel());
  const args = [
    'compress',
    'graph',
    '--max-bytes',
    '700',
    '--out',
    'graph.gcm',
    '--inputs',
    'x.json',
    '--distill',
    '5',
  ];
  expect(await gcompress(cwd, ...args)).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: compress --distill: expected a layers model, got the graph model 'graph'[^\n]*\n$/,
    ),
  });
  expect(readdirSync(cwd).sort()).toEqual(['graph', 'model', 'x.json']);
});

it('leaves nothing behind when too few inputs are given to train', async () => {
  writeFileSync(join(cwd, 'x.json'), JSON.stringify(ROWS.slice(0, 1)));
  const outcome = await compress('--max-bytes', '1100', ...ON_INPUTS, '--distill', '5');
  expect(outcome).toMatchObject({ stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
  expect(outcome.code).toBeGreaterThan(0);
  expect(readdirSync(cwd).sort()).toEqual(['model', 'x.json']);
});
