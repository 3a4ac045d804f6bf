// gcompress inspect: every figure equals the result of an API call or of zlib.

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { createRandom, matrix } from '@gcompress/core';
import { singularValues } from '@gcompress/linalg';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampledModel } from '../src/verbs/sample-model.ts';
import {
  changeModelJson,
  gcompress,
  graphModel,
  json,
  layersModel,
  newFolder,
  twinModel,
  writeModel,
} from './models.ts';

const cwd = newFolder();
let server: Server;
let address: string;

beforeAll(async () => {
  writeModel(join(cwd, 'model'), layersModel());
  writeModel(join(cwd, 'graph'), graphModel());
  writeFileSync(join(cwd, 'small.gcm'), (await pack(layersModel())).bytes);
  const carried = join(cwd, 'node_modules/@acme/carried');
  writeModel(join(carried, 'files'), graphModel());
  writeFileSync(join(carried, 'package.json'), '{ "name": "@acme/carried", "version": "2.0.0" }');
  server = createServer((request, response) => {
    const path = join(cwd, new URL(request.url ?? '/', 'http://x').pathname);
    try {
      response.end(readFileSync(path));
    } catch {
      response.writeHead(request.url?.includes('page') ? 200 : 404, { 'content-type': 'text/html' });
      response.end('<!doctype html><p>Nothing here');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

it('counts bytes raw, gzipped, in brotli and packed for each weight', async () => {
  const { kind, parts, bytes, totals, weights, packedFileBytes } = json(
    await gcompress(cwd, 'inspect', 'model', '--json'),
  );
  expect({ kind, parts }).toEqual({ kind: 'layers', parts: { Dense: 2 } });
  const files = ['model.json', 'group1-shard1of3.bin', 'group1-shard2of3.bin', 'group1-shard3of3.bin'];
  expect(bytes).toBe(files.reduce((sum, file) => sum + statSync(join(cwd, 'model', file)).size, 0));
  const { weightData } = layersModel();
  const kernel = new Uint8Array(weightData as ArrayBuffer, 0, 12 * 40 * 4);
  const { bytes: file, report } = await pack(layersModel());
  expect(weights[0]).toEqual({
    ...report.weights[0],
    usedBy: 'Dense',
    bytes: kernel.length,
    gzipBytes: gzipSync(kernel).length,
    brotliBytes: brotliCompressSync(kernel, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: kernel.length },
    }).length,
    packedBytes: report.weights[0].bytes,
    estimated: false,
  });
  expect(packedFileBytes).toBe(file.length);
  for (const key of ['bytes', 'gzipBytes', 'brotliBytes', 'packedBytes']) {
    expect(totals[key]).toBe(weights.reduce((sum: number, weight: Record<string, number>) => sum + weight[key], 0));
  }
});

it('counts equal weights once, and names the weight that a copy shares', async () => {
  writeModel(join(cwd, 'twins'), twinModel());
  const { weights, packedFileBytes } = json(await gcompress(cwd, 'inspect', 'twins', '--json'));
  expect(weights).toMatchObject([{ name: 'kernel' }, { name: 'twin', copyOf: 'kernel', packedBytes: 0, bytes: 1280 }]);
  expect(packedFileBytes).toBe((await pack(twinModel())).bytes.length);
  expect((await gcompress(cwd, 'inspect', 'twins')).stdout).toMatch(/twin .* float32 → copy /);
});

describe('a large model', () => {
  /** A dense layer of `side · side` weights, whose columns have scales of their own, and a small one. */
  const large = (side: number) => {
    const random = createRandom(3);
    const shapes = { 'wide/kernel': [side, side], 'wide/bias': [side], 'out/kernel': [side, 4] };
    const weightSpecs = Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' as const }));
    const data = Float32Array.from({ length: side * (side + 5) }, (_, i) => (1 + (i % 7)) * random.uniform());
    return { ...layersModel(), weightSpecs, weightData: data.buffer };
  };

  it('is estimated from columns whose bytes and errors are within 5 % of the whole', async () => {
    const artifacts = large(300);
    const { artifacts: sample, factors } = sampledModel(artifacts, 2 ** 14) ?? { factors: [] };
    expect(factors[0]).toBeGreaterThan(3);
    expect(factors.slice(1)).toEqual([1, 1]);
    const [part, whole] = [(await pack(sample as never)).report.weights[0], (await pack(artifacts)).report.weights[0]];
    expect(Math.abs((part.bytes * factors[0]) / whole.bytes - 1)).toBeLessThan(0.05);
    expect(Math.abs(part.relativeError / whole.relativeError - 1)).toBeLessThan(0.05);
    expect(sampledModel(large(50))).toBeUndefined();
  });

  // Compresses half a million values, which takes more than two seconds
  it('gets sizes that are named as estimates', async () => {
    writeModel(join(cwd, 'large'), large(1030), 2 ** 22);
    const { weights, estimated, totals } = json(await gcompress(cwd, 'inspect', 'large', '--json'));
    expect([estimated, totals.estimated]).toEqual([true, true]);
    expect(weights.map((weight: { estimated: boolean }) => weight.estimated)).toEqual([true, false, false]);
    expect(weights[0]).toMatchObject({ shape: [1030, 1030], bytes: 4 * 1030 * 1030 });
  }, 120_000);
});

it('gives the rank that holds 90 % of each matrix', async () => {
  const { weights } = json(await gcompress(cwd, 'inspect', 'model', '--spectra', '--json'));
  const kernel = matrix([12, 40], new Float32Array(layersModel().weightData as ArrayBuffer, 0, 480));
  const energies = [...singularValues(kernel)].map((value) => value ** 2);
  const total = energies.reduce((a, b) => a + b, 0);
  const holds = (rank: number) => energies.slice(0, rank).reduce((a, b) => a + b, 0) / total;
  const rank = Number(weights[0].energyRank.replace(' of 12', ''));
  expect(holds(rank)).toBeGreaterThanOrEqual(0.9 - 1e-9);
  expect(holds(rank - 1)).toBeLessThan(0.9);
  expect((await gcompress(cwd, 'inspect', 'model', '--spectra')).stdout).toMatch(/rank for 90 %[\s\S]* of 12$/m);
});

it('packs by the requested method', async () => {
  const { weights } = json(await gcompress(cwd, 'inspect', 'model', '--bits', '3', '--json'));
  const { report } = await pack(layersModel(), { method: uniform({ bits: 3, steps: 'column' }) });
  expect(weights[0]).toMatchObject({ packedBytes: report.weights[0].bytes, storedAs: 'uniform' });
  const kmeans = json(await gcompress(cwd, 'inspect', 'model', '--method', 'kmeans', '--levels', '4', '--json'));
  expect(kmeans).toMatchObject({ method: { name: 'kmeans', options: { levels: 4 } } });
});

it('prints a table for people and one for pull requests', async () => {
  const people = await gcompress(cwd, 'inspect', 'model');
  expect(people.stdout).toMatch(/^model: layers model of 2 layers \(2 Dense\)/);
  expect(people.stdout).toMatch(/^hidden\/kernel +Dense +dense +\[12, 40\] +float32 → uniform +1,920 B/m);
  expect(people.stdout).toMatch(/^2 other weights \(--all lists them\)/m);
  const markdown = (await gcompress(cwd, 'inspect', 'model', '--markdown', '--all')).stdout.split('\n');
  expect(markdown).toContain('| --- | --- | --- | --- | --- | --: | --: | --: | --: | --: | --: |');
  expect(markdown.filter((line) => /^\| (hidden|out)\/(kernel|bias) \|/.test(line))).toHaveLength(4);
});

it('prints no control characters of a file', async () => {
  writeModel(join(cwd, 'hostile'), graphModel());
  changeModelJson(join(cwd, 'hostile'), (text) => text.replaceAll('"kernel"', '"ker\\u001b[2Jnel"'));
  const { code, stdout } = await gcompress(cwd, 'inspect', 'hostile');
  expect(code).toBe(0);
  expect(stdout).toContain('ker\ufffd[2Jnel');
});

describe('a model is', () => {
  it.each([
    ['a folder', () => 'graph', 'graph'],
    ['a model.json', () => 'model/model.json', 'layers'],
    ['a packed file', () => 'small.gcm', 'layers'],
    ['the address of a model.json', () => `${address}/graph/model.json`, 'graph'],
    ['the address of a folder', () => `${address}/model/`, 'layers'],
    ['the address of a packed file', () => `${address}/small.gcm`, 'layers'],
    ['an installed package', () => 'npm:@acme/carried', 'graph'],
    ['a path in an installed package', () => 'npm:@acme/carried@2.0.0/files/model.json', 'graph'],
  ])('%s', async (_, name, kind) => {
    const outcome = await gcompress(cwd, 'inspect', name(), '--json');
    expect(json(outcome)).toMatchObject({ kind });
    expect(outcome.code).toBe(0);
  });

  it('as large as its files, wherever it is', async () => {
    const here = json(await gcompress(cwd, 'inspect', 'model', '--json'));
    const there = json(await gcompress(cwd, 'inspect', `${address}/model/model.json`, '--json'));
    expect(there.bytes).toBe(here.bytes);
    const packed = json(await gcompress(cwd, 'inspect', `${address}/small.gcm`, '--json'));
    expect(packed.bytes).toBe(statSync(join(cwd, 'small.gcm')).size);
  });
});

describe('one line and code 3 are the answer to', () => {
  const refused = async (name: string, message: RegExp) => {
    const { code, stdout, stderr } = await gcompress(cwd, 'inspect', name);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  };

  it('a path with nothing there', () => refused('nothing', /expected a model, got ENOENT.*npm:PACKAGE/));
  it('a folder without a model', async () => {
    mkdirSync(join(cwd, 'empty'));
    await refused('empty', /model\.json': expected a file that can be read/);
  });
  it('a missing shard', async () => {
    writeModel(join(cwd, 'partial'), layersModel());
    changeModelJson(join(cwd, 'partial'), (text) => text.replace('group1-shard2of3', 'group1-shard9of3'));
    await refused('partial', /group1-shard9of3\.bin/);
    await refused(`${address}/partial/`, /group1-shard9of3\.bin': expected a file, got the answer 404/);
  });
  it('a shard that is too short', async () => {
    writeModel(join(cwd, 'short'), layersModel());
    writeFileSync(join(cwd, 'short/group1-shard3of3.bin'), 'x');
    await refused('short', /bytes of weights/);
    await refused(`${address}/short/`, /bytes for/);
  });
  it('weights outside of the folder', async () => {
    writeModel(join(cwd, 'outside'), layersModel());
    changeModelJson(join(cwd, 'outside'), (text) => text.replace('group1-shard1of3', '../model/group1-shard1of3'));
    await refused('outside', /expected weight files in the folder/);
  });
  it('a file that is no model', async () => {
    writeFileSync(join(cwd, 'notes.txt'), 'not a model');
    await refused('notes.txt', /begins with 'GCM'/);
    writeFileSync(join(cwd, 'other.json'), '{}');
    await refused('other.json', /called model\.json/);
  });
  it('a web page', async () => {
    await refused(`${address}/page/model.json`, /expected a file of a model, got a web page/);
    await refused(`${address}/page/small.gcm`, /got '<!doctype/);
  });
  it('a server that is not there', () => refused('http://127.0.0.1:1/model.json', /a server that answers/));
});

it('asks which model of a package is meant, with code 2', async () => {
  const several = join(cwd, 'node_modules/several');
  writeModel(join(several, 'a'), graphModel());
  writeModel(join(several, 'b'), graphModel());
  writeFileSync(join(several, 'package.json'), '{ "name": "several", "version": "1.0.0" }');
  const { code, stderr } = await gcompress(cwd, 'inspect', 'npm:several');
  expect(code).toBe(2);
  expect(stderr).toContain('Name one: npm:several/a/model.json, npm:several/b/model.json.');
  expect(await gcompress(cwd, 'inspect', 'npm:several/../../model')).toMatchObject({ code: 2 });
  expect(await gcompress(cwd, 'inspect', 'npm:..')).toMatchObject({ code: 2 });
});
