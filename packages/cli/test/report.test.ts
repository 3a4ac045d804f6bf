// gcompress report: the page, the data of the API, and outputs that only replace a report.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRandom } from '@gcompress/core';
import { pack, splitFile } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import { memory, version_core } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gcompress, graphModel, json, layersModel, newFolder, writeModel } from './models.ts';

const cwd = newFolder();
const random = createRandom(4);
const inputs = Array.from({ length: 40 }, () => Array.from({ length: 12 }, () => random.uniform()));
let packed: Uint8Array;

beforeAll(async () => {
  writeModel(join(cwd, 'model'), layersModel());
  writeModel(join(cwd, 'graph'), graphModel());
  packed = (await pack(layersModel(), { method: uniform({ bits: 2 }) })).bytes;
  writeFileSync(join(cwd, 'small.gcm'), packed);
  writeFileSync(join(cwd, 'graph.gcm'), (await pack(graphModel())).bytes);
  writeFileSync(join(cwd, 'inputs.json'), JSON.stringify(inputs));
  writeFileSync(join(cwd, 'labels.json'), JSON.stringify(inputs.map((_, i) => i % 4)));
  writeFileSync(join(cwd, 'classes.json'), '["north", "east", "south", "west"]');
});
const report = (...args: string[]) => gcompress(cwd, 'report', ...args, '--backend', 'cpu');

it('writes one page with the command, sizes and work', async () => {
  const { code, stdout, stderr } = await report(
    'model',
    'small.gcm',
    '--out',
    'page.html',
    '--made-by',
    'gcompress pack it',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^form +raw +gzip +brotli$/m);
  expect(stdout).toMatch(/^Median times on cpu, .+, with quartiles:$/m);
  expect(stdout).toMatch(/^ {2}1 example, \d+ runs: original [\d.]+ ms \([\d.]+ to [\d.]+\), packed file /m);
  expect(stdout).toMatch(/^page\.html: a report of [\d.]+ kB$/m);
  const page = readFileSync(join(cwd, 'page.html'), 'utf8');
  expect(page).toContain(
    'gcompress pack it\ngcompress report model small.gcm --out page.html --made-by &#39;gcompress pack it&#39;',
  );
  // 12 · 40 and 40 · 4
  expect(page).toContain('640 for one input');
  expect(page).toContain('No inputs were given');
});

it('gives the data as JSON, with the bytes of zlib and both dense layers', async () => {
  const { forms, weights, work } = json(await report('model', 'small.gcm', '--json'));
  expect(forms[3]).toMatchObject({
    form: 'packed',
    bytes: { raw: packed.length, gzip: gzipSync(packed, { level: 9 }).length },
  });
  expect(weights[0]).toMatchObject({ name: 'hidden/kernel', storedAs: 'uniform', multiplyAdds: 480 });
  expect(work).toMatchObject({ multiplyAdds: 640, uncounted: {} });
  expect(readdirSync(cwd)).not.toContain('undefined');
});

it('times one example and a batch of both forms, and names backend and machine', async () => {
  const { latency, memory } = json(await report('model', 'small.gcm', '--inputs', 'inputs.json', '--json'));
  expect(latency.backend).toBe(`cpu, TensorFlow.js ${version_core}`);
  expect(latency.machine).toContain(`Node ${process.versions.node}`);
  expect(latency.batches.map(({ batch }: { batch: number }) => batch)).toEqual([1, 32]);
  for (const { runs, original, packed: small } of latency.batches) {
    expect(runs).toBeGreaterThan(2);
    for (const { low, median, high } of [original, small])
      expect(0 <= low && low <= median && median <= high).toBe(true);
  }
  // 12 · 40 + 40 + 40 · 4 + 4 float32 values; packed layers hold the 640 values of the matrices in words of bits
  expect(memory).toMatchObject({ original: 4 * 684, packed: 4 * 684 });
  expect(memory.packedLayers).toBeGreaterThan(4 * 44);
  expect(memory.packedLayers).toBeLessThan(2 * 684);
  const few = ['--inputs', 'inputs.json', '--batch-size', '1', '--json'];
  expect(json(await report('model', 'small.gcm', ...few)).latency.batches).toHaveLength(1);
  const { stdout } = await report('model', 'small.gcm', '--markdown');
  expect(stdout).toMatch(/^\| once loaded \| weights in memory \| 1 example \| 32 examples \|$/m);
  expect(stdout).toContain('predictions on cpu, TensorFlow.js');
});

it('is the same twice with --no-latency, and leaves no tensors', async () => {
  const made = async () => json(await report('model', 'small.gcm', '--no-latency', '--json'));
  const first = await made();
  const { numTensors } = memory();
  expect(await made()).toEqual(first);
  expect(memory().numTensors).toBe(numTensors);
  expect(first.latency).toBeUndefined();
  await report('graph', 'graph.gcm', '--json');
  expect(memory().numTensors).toBe(numTensors);
});

it('says why it measures no times or memory', async () => {
  const topology = layersModel();
  const { layers } = (topology.modelTopology as { model_config: { config: { layers: { config: object }[] } } })
    .model_config.config;
  Object.assign(layers[0]?.config ?? {}, { batch_input_shape: [null, null, 12] });
  writeModel(join(cwd, 'any'), topology);
  writeFileSync(join(cwd, 'any.gcm'), (await pack(topology)).bytes);
  const { stdout } = await report('any', 'any.gcm', '--out', 'any.html');
  expect(stdout).toMatch(/^Weights in memory: original [\d,. kB]+, packed file [\d,. kB]+, with packed layers /m);
  expect(stdout).toMatch(/^Times are not measured: input '.+Give inputs with --inputs\.$/m);
  expect((await report('any', 'any.gcm', '--out', 'any.html', '--no-run')).stdout).toContain(
    'Time and memory are not measured: left out by --no-run',
  );
});

it('shows the inputs whose class changed, and the accuracies that eval measures', async () => {
  const given = ['--inputs', 'inputs.json', '--labels', 'labels.json'];
  const { evaluation } = json(await report('model', 'small.gcm', ...given, '--classes', 'classes.json', '--json'));
  const evaluated = json(
    await gcompress(cwd, 'eval', 'small.gcm', ...given, '--against', 'model', '--backend', 'cpu', '--json'),
  );
  const [original, , , small] = evaluation.forms;
  expect(small.accuracy.value).toBe(evaluated.value);
  expect(original.accuracy.value).toBe(evaluated.original.value);
  expect(small.agreement.value).toBe(evaluated.agreement);
  expect(evaluation.changedInputs).toBe(Math.round(40 * (1 - evaluated.agreement)));
  expect(evaluation.changed[0].before.label).toMatch(/north|east|south|west/);
  const markdown = await report('model', 'small.gcm', ...given, '--markdown');
  expect(markdown.stdout).toMatch(
    /^\| form \| raw \| gzip \| brotli \| smaller \| accuracy \| same class \| error of outputs \|$/m,
  );
});

it('takes graphs, files that were split, and the record of pack', async () => {
  const { work } = json(await report('graph', 'graph.gcm', '--json'));
  expect(work).toMatchObject({ multiplyAdds: 320, uncounted: {} });
  mkdirSync(join(cwd, 'parts'));
  for (const [name, bytes] of Object.entries(splitFile(packed, { name: 'small.gcm', maxFileBytes: 900 }))) {
    writeFileSync(join(cwd, 'parts', name), bytes);
  }
  writeFileSync(join(cwd, 'record.json'), JSON.stringify({ weights: [{ name: 'hidden/kernel', outputError: 0.125 }] }));
  const { weights, forms } = json(
    await report('model', 'parts/small.gcm', '--record', 'record.json', '--no-run', '--json'),
  );
  expect(weights[0].outputError).toBe(0.125);
  expect(forms[3].bytes.raw).toBe(packed.length);
});

describe('writes', () => {
  it('over a report, but over nothing else without --force', async () => {
    writeFileSync(join(cwd, 'mine.html'), '<!doctype html><p>mine');
    const refused = await report('model', 'small.gcm', '--out', 'mine.html');
    expect(refused).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^error: [^\n]+no file, or a report[^\n]+\n$/),
    });
    expect(readFileSync(join(cwd, 'mine.html'), 'utf8')).toBe('<!doctype html><p>mine');
    expect(await report('model', 'small.gcm', '--out', 'mine.html', '--force')).toMatchObject({ code: 0 });
    expect(await report('model', 'small.gcm', '--out', 'mine.html')).toMatchObject({ code: 0 });
  });
  it('never over the model or the packed file', async () => {
    for (const out of ['model/model.json', 'small.gcm', './small.gcm', 'model']) {
      const before = existsSync(join(cwd, out)) && statSync(join(cwd, out)).mtimeMs;
      expect(await report('model', 'small.gcm', '--out', out, '--force')).toMatchObject({ code: 4 });
      expect(statSync(join(cwd, out)).mtimeMs).toBe(before);
    }
    expect(readFileSync(join(cwd, 'small.gcm'))).toEqual(Buffer.from(packed));
    expect(readdirSync(cwd).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe('is refused with one line', () => {
  it.each([
    [2, ['model', 'small.gcm'], /--out FILE, --markdown or --json/],
    [2, ['model', 'small.gcm', '--json', '--labels', 'labels.json'], /--inputs too/],
    [3, ['model', 'graph.gcm', '--json'], /in the packed file/],
    [3, ['model', 'model/model.json', '--json'], /begins with 'GCM'/],
    [3, ['model', 'nothing.gcm', '--json'], /ENOENT/],
    [3, ['model', 'small.gcm', '--json', '--record', 'inputs.json'], /compress or pack/],
    [3, ['model', 'small.gcm', '--json', '--inputs', 'inputs.json', '--labels', 'inputs.json'], /40 classes/],
  ])('%i for %j', async (code, args, message) => {
    const refused = await report(...args);
    expect(refused).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
    expect(refused.stderr).toMatch(message);
  });
});
