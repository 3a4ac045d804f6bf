// Node and Chromium load the same packed files, and their models predict the same.
import { pack, splitFile } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { artifactsOf, graphArtifacts, pictureNetwork } from '../../../packages/packed/test/models.ts';
import { useBrowser } from './browser.ts';

const browser = useBrowser();
const KINDS = ['layers', 'graph'] as const;
const files = new Map<string, Uint8Array>();
let page: Page;

beforeAll(async () => {
  const method = uniform({ bits: 4, trellis: 8 });
  const layers = await pack(await artifactsOf(pictureNetwork()), { method });
  const graph = await pack(graphArtifacts(), { method });
  files.set('layers.gcm', layers.bytes);
  for (const [name, bytes] of Object.entries(splitFile(graph.bytes, { name: 'graph.gcm', maxFileBytes: 1000 }))) {
    files.set(name, bytes);
  }
  files.set('whole.gcm', graph.bytes);
  files.set('cut.gcm', graph.bytes.subarray(0, -100));
  files.set('page.gcm', new TextEncoder().encode('<!doctype html><p>Not here</p>'));
  page = await browser.open('test-browser/packed.html', {
    before: (made) =>
      made.route('**/*.gcm*', (route) => {
        const bytes = files.get(new URL(route.request().url()).pathname.split('/').at(-1) ?? '');
        return bytes ? route.fulfill({ body: Buffer.from(bytes) }) : route.fulfill({ status: 404 });
      }),
  });
  await page.waitForFunction(() => 'predictPacked' in globalThis);
});

describe.each(KINDS)('a %s model', (kind) => {
  it.each(['cpu', 'wasm'])('predicts on %s in Chromium as it does in Node', async (backend) => {
    const bytes = files.get(kind === 'layers' ? 'layers.gcm' : 'whole.gcm') as Uint8Array;
    const source = packedModel(bytes);
    const model = kind === 'layers' ? await tf.loadLayersModel(source) : await tf.loadGraphModel(source);
    const shape = model.inputs[0].shape?.map((side) => side ?? 1) ?? [];
    const input = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 17) / 17 - 0.4);
    const expected = [...(await (model.predict(tf.tensor(input, shape)) as tf.Tensor).data())];
    const got = await page.evaluate(([asked, at, on, values]) => globalThis.predictPacked(asked, at, on, values), [
      kind,
      `${kind}.gcm`,
      backend,
      input,
    ] as const);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
    expect(got.length).toBe(expected.length);
    for (const [i, value] of expected.entries()) expect(Math.abs(got[i] - value)).toBeLessThan(1e-4);
  });
});

it.each([
  ['cut.gcm', 'file-truncated'],
  ['page.gcm', 'file-html'],
  ['nothing.gcm', 'file-read'],
])('%s is refused as in Node', async (address, code) => {
  expect(await page.evaluate((at) => globalThis.loadPacked(at), address)).toBe(code);
});

it('progress is told while a file loads', async () => {
  const loading = await page.evaluate(() => globalThis.loadPacked('whole.gcm'));
  expect(loading).toMatchObject({ weights: expect.any(Number), progress: expect.any(Number) });
  expect((loading as { progress: number }).progress).toBeGreaterThan(1);
});

describe('a worker', () => {
  const load = (address: string, worker: 'decoding' | 'missing') =>
    page.evaluate(([at, asked]) => globalThis.loadPacked(at, { isModel: true, worker: asked }), [
      address,
      worker,
    ] as const);

  it.each(['decoding', 'missing'] as const)('decodes a graph, or the page where the worker is %s', async (worker) => {
    const here = await page.evaluate(() => globalThis.loadPacked('whole.gcm', { isModel: true }));
    expect(await load('whole.gcm', worker)).toMatchObject({ weights: (here as { weights: number }).weights });
    expect(await load('graph.gcm', worker)).toMatchObject({ weights: (here as { weights: number }).weights });
  });

  it.each([
    ['cut.gcm', 'file-truncated'],
    ['page.gcm', 'file-html'],
    ['nothing.gcm', 'file-read'],
  ])('refuses %s as the page does', async (address, code) => expect(await load(address, 'decoding')).toBe(code));
});
