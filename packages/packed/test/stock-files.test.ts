// Files that stock TensorFlow.js loads: the same values, and a process without our code.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kMeans } from '@gcompress/kmeans';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { pack, stockFiles } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { evenLevels } from '../src/stock/even-levels.ts';
import { artifactsOf, graphArtifacts, handlerOf, pictureNetwork } from './models.ts';
import { formats } from './packed-example.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('even levels', () => {
  it('are found for any step, range and position, and decode to the values', () => {
    const levels = fc.record({
      step: fc.double({ min: 1e-4, max: 10, noNaN: true }),
      // At least two neighbours, by which the step is known
      codes: fc
        .array(fc.integer({ min: -127, max: 127 }), { minLength: 1, maxLength: 50 })
        .map((codes) => [0, 1, ...codes]),
    });
    const property = fc.property(levels, ({ step, codes }) => {
      const values = Float32Array.from(codes, (code) => code * step);
      const found = evenLevels(values);
      expect(found?.codes).toBeInstanceOf(Uint8Array);
      const most = Math.max(...values.map(Math.abs));
      for (const [i, value] of values.entries()) {
        const back = found ? Math.fround(found.codes[i] * found.scale + found.min) : Number.NaN;
        expect(Math.abs(back - value)).toBeLessThanOrEqual(2 ** -23 * most);
        if (value === 0) expect(back).toBe(0);
      }
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
  });

  it.each([
    ['uneven values', [0, 1, 2.5, Math.PI]],
    ['values that are not finite', [0, 1, Number.POSITIVE_INFINITY]],
    ['nothing', []],
  ])('are not found for %s', (_, values) => expect(evenLevels(Float32Array.from(values))).toBeUndefined());

  it('of a single value decode to that value', () => {
    expect(evenLevels(Float32Array.of(3, 3))).toEqual({ codes: new Uint8Array(2), scale: 1, min: 3 });
  });
});

async function loadedFrom(artifacts: tf.io.ModelArtifacts) {
  const { bytes } = await pack(artifacts, { method: kMeans({ levels: 16 }), rest: 'float16' });
  return (await packedModel(bytes, { formats }).load?.()) as tf.io.ModelArtifacts;
}

it('are loaded by a process without our code, which predicts the same', async () => {
  const models = [
    { artifacts: await loadedFrom(await artifactsOf(pictureNetwork())), shape: [1, 8, 8, 3] },
    { artifacts: await loadedFrom(graphArtifacts()), shape: [1, 6, 6, 2] },
  ];
  const root = await mkdtemp(join(tmpdir(), 'stock-'));
  try {
    const places: { folder: string; shape: number[] }[] = [];
    for (const [i, { artifacts, shape }] of models.entries()) {
      const folder = join(root, `${i}`);
      await mkdir(folder);
      const files = Object.entries(stockFiles(artifacts, { shardBytes: 1000 }));
      for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
      places.push({ folder, shape });
    }
    const script = join(import.meta.dirname, 'load-stock-files.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(places)]);
    const predicted: number[][] = JSON.parse(stdout);
    for (const [i, { artifacts, shape }] of models.entries()) {
      const handler = handlerOf(artifacts);
      const isGraph = artifacts.format === 'graph-model';
      const model = isGraph ? await tf.loadGraphModel(handler) : await tf.loadLayersModel(handler);
      const [output] = [model.predict(tf.fill(shape, 0.5))].flat();
      const expected = [...(output as tf.Tensor).dataSync()];
      expect(predicted[i]).toHaveLength(expected.length);
      for (const [at, value] of predicted[i].entries()) expect(value).toBeCloseTo(expected[at], 5);
    }
  } finally {
    await rm(root, { recursive: true });
  }
});

it('keeps quantized weights, and uses uint8 for evenly spaced levels and float16 where it is exact', async () => {
  const values = {
    even: Float32Array.of(-0.2, 0, 0.2, 0.4),
    half: Float32Array.of(1, 0.5, 1.125, 100.25),
    full: Float32Array.of(Math.PI, Math.E, 0, 1),
  };
  const entries = Object.entries(values);
  const data = Buffer.concat(entries.map(([, { buffer }]) => new Uint8Array(buffer as ArrayBuffer)));
  const files = stockFiles({
    modelTopology: { node: [] },
    weightSpecs: entries.map(([name]) => ({ name, shape: [4], dtype: 'float32' as const })),
    weightData: Uint8Array.from(data).buffer,
  });
  const [{ weights }] = JSON.parse(new TextDecoder().decode(files['model.json'])).weightsManifest;
  const dtypes = weights.map(({ quantization }: tf.io.WeightsManifestEntry) => quantization?.dtype);
  expect(dtypes).toEqual(['uint8', 'float16', undefined]);
});
