// reportData: sizes equal those of zlib, errors those of pack, and levels and ranks those that the methods were asked for.
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import type * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ReportData, reportData, stockRivals } from '../src/index.ts';
import { exampleArtifacts, FORMATS, packedExample } from './model.ts';

let artifacts: tf.io.ModelArtifacts;
let packed: Awaited<ReturnType<typeof packedExample>>;
let data: ReportData;
const compressors = { gzip: promisify(gzip) as (bytes: Uint8Array) => Promise<Uint8Array> };
const weight = (name: string) => data.weights.find((each) => each.name === name);

beforeAll(async () => {
  artifacts = await exampleArtifacts();
  packed = await packedExample(artifacts);
  data = await reportData(artifacts, packed.bytes, { formats: FORMATS, compressors, records: packed.report.weights });
});

it('gives the bytes and errors that the report of pack has', () => {
  for (const expected of packed.report.weights) {
    const found = weight(expected.name);
    expect(found).toMatchObject({ bytes: expected.bytes, storedAs: expected.storedAs, kind: expected.kind });
    expect(found?.relativeError).toBeCloseTo(expected.relativeError, 6);
    expect(found?.maxError).toBeCloseTo(expected.maxError, 6);
  }
  expect(data.weights).toHaveLength(packed.report.weights.length);
  expect(data.headerBytes).toBe(packed.report.headerBytes);
});

it('counts the bytes of model.json and weights, and gzips each alone', () => {
  const { weightSpecs, weightData, ...model } = artifacts;
  const bytesOf = (form: string) => data.forms.find((each) => each.form === form)?.bytes;
  const weights = Buffer.from(weightData as ArrayBuffer);
  expect(bytesOf('packed')).toEqual({ raw: packed.bytes.length, gzip: gzipSync(packed.bytes).length });
  const plain = JSON.stringify({
    ...model,
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: weightSpecs }],
  });
  // The order of keys in a specification does not change its length
  expect(bytesOf('original')?.raw).toBe(Buffer.byteLength(plain) + weights.length);
  const values = weights.length / 4;
  const uint8 = bytesOf('uint8')?.raw as number;
  const float16 = bytesOf('float16')?.raw as number;
  const rival = stockRivals(artifacts).uint8.weightData as ArrayBuffer;
  expect(rival.byteLength).toBe(values);
  expect(float16 - uint8).toBeGreaterThan(0.9 * values - 1000);
  expect(uint8).toBeGreaterThan(values);
});

it('finds the rank of low-rank factors and the levels of a codebook', () => {
  expect(weight('hidden/kernel')?.spectrum).toMatchObject({ count: 40, rank: 6 });
  expect(weight('hidden/kernel')?.columnLevels).toBeUndefined();
  expect(weight('wide/kernel')?.histogram?.levels).toHaveLength(8);
  expect(weight('wide/kernel')?.spectrum?.rank).toBeUndefined();
  expect(weight('conv/kernel')?.columnLevels).toBeLessThan(9);
});

it('counts every value of a matrix in its histograms', () => {
  for (const { histogram, shape } of data.weights) {
    if (!histogram) continue;
    const values = shape.reduce((product, side) => product * side, 1);
    const { before, after, levels } = histogram;
    for (const counts of [before, after, ...(levels ? [levels.map(([, count]) => count)] : [])]) {
      expect(counts.reduce((a, b) => a + b, 0)).toBe(values);
    }
  }
});

it('gives the reason why a matrix is not compressed', async () => {
  expect(weight('tiny/kernel')).toMatchObject({ compressed: false, reason: expect.stringMatching(/64 values/) });
  expect(weight('tiny/bias')?.reason).toBeUndefined();
  const method = ({ name }: { name: string }) => (name === 'hidden/kernel' ? 'float32' : uniform({ bits: 6 }));
  const { bytes } = await pack(artifacts, { method });
  const kept = (await reportData(artifacts, bytes, { spectra: false })).weights.find(
    ({ name }) => name === 'hidden/kernel',
  );
  expect(kept).toMatchObject({
    compressed: false,
    relativeError: 0,
    reason: 'stored as float32; the file does not say why',
  });
  expect(kept?.spectrum).toBeUndefined();
  const records = [{ name: 'hidden/kernel', notes: ['kept by the caller'], outputError: 0.25 }];
  const told = await reportData(artifacts, bytes, { spectra: false, records });
  expect(told.weights.find(({ name }) => name === 'hidden/kernel')).toMatchObject({
    reason: 'kept by the caller',
    outputError: 0.25,
  });
});

it('is the same for the same model and file, survives JSON, and changes nothing', async () => {
  const before = Buffer.from(artifacts.weightData as ArrayBuffer).toString('base64');
  const again = await reportData(artifacts, packed.bytes, {
    formats: FORMATS,
    compressors,
    records: packed.report.weights,
  });
  expect(again).toEqual(data);
  expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  expect(Buffer.from(artifacts.weightData as ArrayBuffer).toString('base64')).toBe(before);
});

it('reports rising progress up to 1, and stops when aborted', async () => {
  const seen: number[] = [];
  await reportData(artifacts, packed.bytes, { formats: FORMATS, onProgress: (done) => seen.push(done) });
  expect(seen.length).toBeGreaterThan(5);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
  const controller = new AbortController();
  const stop = (done: number) => done > 0.3 && controller.abort(new Error('enough'));
  const options = { formats: FORMATS, signal: controller.signal, onProgress: stop };
  await expect(reportData(artifacts, packed.bytes, options)).rejects.toThrow('enough');
});

describe('is refused:', () => {
  it('the file of another model', async () => {
    const weightSpecs = artifacts.weightSpecs?.map((spec) =>
      spec.name === 'out/kernel' ? { ...spec, name: 'other' } : spec,
    );
    const { bytes } = await pack({ ...artifacts, weightSpecs } as tf.io.ModelArtifacts);
    await expect(reportData(artifacts, bytes)).rejects.toMatchObject({ code: 'shape-mismatch' });
  });
  it('a damaged file', async () => {
    const damaged = packed.bytes.map((byte, i) => (i === packed.bytes.length - 9 ? byte ^ 4 : byte));
    await expect(reportData(artifacts, damaged, { formats: FORMATS })).rejects.toMatchObject({ code: 'file-checksum' });
  });
  it('a format without its decoder', async () => {
    await expect(reportData(artifacts, packed.bytes)).rejects.toMatchObject({ code: 'unknown-format' });
  });
  it.each([
    ['an unknown option', { titel: 'x' }, 'unknown-option'],
    ['a compressor that is no function', { compressors: { gzip: 3 } }, 'invalid-option'],
    ['one name of two', { models: ['x'] }, 'invalid-option'],
    ['memory without bytes', { memory: { original: 1 } }, 'invalid-option'],
    ['times without a machine', { latency: { backend: 'cpu', batches: [] } }, 'invalid-option'],
    ['records without names', { records: [{}] }, 'invalid-option'],
  ])('%s', async (_, options, code) => {
    await expect(reportData(artifacts, packed.bytes, options as never)).rejects.toMatchObject({ code });
  });
});
