// gcompress pack and unpack: what the API makes, in files that are there whole or not at all.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack, splitFile, stockFiles } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { verify } from '@gcompress/packed/probes';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { gcompress, graphModel, json, layersModel, newFolder, twinModel, writeModel } from './models.ts';

let cwd: string;
beforeEach(() => {
  cwd = newFolder();
  writeModel(join(cwd, 'model'), layersModel());
});
const read = (...path: string[]) => new Uint8Array(readFileSync(join(cwd, ...path)));
const files = (...path: string[]) => readdirSync(join(cwd, ...path)).sort();

describe('pack', () => {
  it('writes what pack() makes, and prints its report', async () => {
    const printed = json(await gcompress(cwd, 'pack', 'model', '--out', 'small.gcm', '--json'));
    const { bytes, report } = await pack(layersModel());
    expect(read('small.gcm')).toEqual(bytes);
    expect(printed).toMatchObject({ ...report, files: ['small.gcm'] });
    expect(files()).toEqual(['model', 'small.gcm']);
  });

  it('passes method, size and types on', async () => {
    const size = ['--bits', '3', '--options', '{"trellis":4}', '--rest', 'uint8', '--min-elements', '40'];
    await gcompress(cwd, 'pack', 'model', '--out', 'small.gcm', ...size, '--keep', 'out/*', '*.no');
    const { bytes } = await pack(layersModel(), {
      method: ({ name }) => (name.startsWith('out/') ? 'float32' : uniform({ bits: 3, trellis: 4, steps: 'column' })),
      rest: 'uint8',
      minElements: 40,
    });
    expect(read('small.gcm')).toEqual(bytes);
  });

  it.each([
    ['kmeans', '--levels', '4'],
    ['lowrank', '--rank', '3'],
    ['dictlearn', '--ratio', '4'],
    ['simhash', '--bits', '4'],
    ['pruned', '--sparsity', '0.9'],
    ['pruned-kmeans', '--sparsity', '0.9'],
    ['block-diagonal', '--options', '{"blocks":4}'],
    ['mixed-block', '--options', '{"blocks":4}'],
  ])('packs by %s %s %s, and reads that again', async (method, ...size) => {
    const { weights } = json(
      await gcompress(cwd, 'pack', 'model', '--out', 'm.gcm', '--method', method, ...size, '--json'),
    );
    expect(weights[0].notes).toEqual([]);
    expect(weights[0].storedAs).not.toBe('float16');
    const unpacked = await gcompress(cwd, 'unpack', 'm.gcm', '--out', 'again');
    expect(unpacked).toMatchObject({ code: 0, stderr: '' });
  });

  it('stores equal weights once, and unpack writes both', async () => {
    writeModel(join(cwd, 'twins'), twinModel());
    const { stdout } = await gcompress(cwd, 'pack', 'twins', '--out', 'twins.gcm');
    expect(stdout).toMatch(/twin .* copy +0 B/);
    expect(await gcompress(cwd, 'unpack', 'twins.gcm', '--out', 'again')).toMatchObject({ code: 0, stderr: '' });
    const { weightsManifest } = JSON.parse(readFileSync(join(cwd, 'again/model.json'), 'utf8'));
    const [kernel, twin] = weightsManifest[0].weights;
    expect(twin).toEqual({ ...kernel, name: 'twin' });
    const data = read('again', 'group1-shard1of1.bin');
    expect(data.subarray(data.length / 2)).toEqual(data.subarray(0, data.length / 2));
  });

  it('puts probes into the file, which verify runs', async () => {
    await gcompress(cwd, 'pack', 'model', '--out', 'small.gcm', '--bits', '8', '--probes', '2', '--backend', 'cpu');
    await tf.setBackend('cpu');
    const model = await tf.loadLayersModel(packedModel(read('small.gcm')));
    const { agrees, outputs } = await verify(model, read('small.gcm'));
    expect({ agrees, probes: outputs.length }).toEqual({ agrees: true, probes: 2 });
    model.dispose();
  });

  it('splits the file on request, and reads the parts', async () => {
    await gcompress(cwd, 'pack', 'model', '--out', 'small.gcm', '--max-file-bytes', '600B');
    const { bytes } = await pack(layersModel());
    const parts = splitFile(bytes, { name: 'small.gcm', maxFileBytes: 600 });
    expect(files()).toEqual([...Object.keys(parts), 'model'].sort());
    for (const [name, part] of Object.entries(parts)) expect(read(name)).toEqual(part);
    const { bytes: counted } = json(await gcompress(cwd, 'inspect', 'small.gcm', '--json'));
    expect(counted).toBe(Object.values(parts).reduce((sum, { length }) => sum + length, 0));
  });

  it('replaces a packed file, another file only with --force, the model itself never', async () => {
    writeFileSync(join(cwd, 'notes.txt'), 'mine');
    const refused = await gcompress(cwd, 'pack', 'model', '--out', 'notes.txt');
    expect(refused).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('--force') });
    expect(read('notes.txt')).toEqual(new TextEncoder().encode('mine'));
    expect(await gcompress(cwd, 'pack', 'model', '--out', 'notes.txt', '--force')).toMatchObject({ code: 0 });
    expect(await gcompress(cwd, 'pack', 'model', '--out', 'notes.txt', '--bits', '2')).toMatchObject({ code: 0 });
    const before = read('notes.txt');
    symlinkSync('notes.txt', join(cwd, 'link.gcm'));
    for (const source of ['notes.txt', 'link.gcm']) {
      const self = await gcompress(cwd, 'pack', source, '--out', 'notes.txt', '--force');
      expect(self).toMatchObject({ code: 4, stderr: expect.stringContaining('the model itself') });
    }
    expect(read('notes.txt')).toEqual(before);
  });

  it('replaces no file of the model, and no foreign file in the place of a part', async () => {
    const shard = read('model', 'group1-shard1of3.bin');
    const inside = await gcompress(cwd, 'pack', 'model', '--out', 'model/group1-shard1of3.bin', '--force');
    expect(inside).toMatchObject({ code: 4, stderr: expect.stringContaining('a file of it') });
    expect(read('model', 'group1-shard1of3.bin')).toEqual(shard);
    for (let i = 0; i < 2; i++)
      expect(await gcompress(cwd, 'pack', 'model', '--out', 'model/x.gcm')).toMatchObject({ code: 0 });
    writeFileSync(join(cwd, 'small.gcm.1'), 'mine');
    const split = await gcompress(cwd, 'pack', 'model', '--out', 'small.gcm', '--max-file-bytes', '600B');
    expect(split).toMatchObject({ code: 4, stderr: expect.stringContaining('small.gcm.1') });
    expect(files()).toEqual(['model', 'small.gcm.1']);
  });

  it('does not count an unrelated file beside a packed one', async () => {
    await gcompress(cwd, 'pack', 'model', '--out', 'small.gcm');
    writeFileSync(join(cwd, 'small.gcm.1'), 'mine');
    const { bytes } = json(await gcompress(cwd, 'inspect', 'small.gcm', '--json'));
    expect(bytes).toBe(read('small.gcm').length);
  });

  it('names the path that it cannot write, and leaves no file', async () => {
    writeFileSync(join(cwd, 'file'), '');
    for (const out of ['nowhere/small.gcm', 'model', 'file/small.gcm', '/proc/small.gcm']) {
      const { code, stderr } = await gcompress(cwd, 'pack', 'model', '--out', out);
      expect({ out, code }).toEqual({ out, code: 4 });
      expect(stderr).toMatch(/^error: [^\n]+\n$/);
    }
    expect(files()).toEqual(['file', 'model']);
  });
});

describe('unpack', () => {
  beforeEach(async () => writeFileSync(join(cwd, 'small.gcm'), (await pack(graphModel())).bytes));

  it('writes what stockFiles() makes, which stock TensorFlow.js loads', async () => {
    await gcompress(cwd, 'unpack', 'small.gcm', '--out', 'stock', '--shard-bytes', '256B');
    const artifacts = await packedModel(read('small.gcm')).load?.();
    const expected = stockFiles(artifacts as tf.io.ModelArtifacts, { shardBytes: 256 });
    expect(files('stock')).toEqual(Object.keys(expected).sort());
    for (const [name, bytes] of Object.entries(expected)) expect(read('stock', name)).toEqual(bytes);

    await tf.setBackend('cpu');
    const { weightsManifest, ...model } = JSON.parse(new TextDecoder().decode(read('stock', 'model.json')));
    const weightData = new Blob(weightsManifest[0].paths.map((name: string) => read('stock', name)));
    const stock = await tf.loadGraphModel({
      load: async () => ({
        ...model,
        weightSpecs: weightsManifest[0].weights,
        weightData: await weightData.arrayBuffer(),
      }),
    });
    const answer = stock.predict(tf.ones([1, 16])) as tf.Tensor;
    expect(answer.shape).toEqual([1, 20]);
    tf.dispose([answer]);
    stock.dispose();
  });

  it('fills an empty folder; replaces a model only with --force, and other things never', async () => {
    mkdirSync(join(cwd, 'stock'));
    expect(await gcompress(cwd, 'unpack', 'small.gcm', '--out', 'stock')).toMatchObject({ code: 0 });
    const again = await gcompress(cwd, 'unpack', 'small.gcm', '--out', 'stock');
    expect(again).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('--force') });
    const forced = ['unpack', 'small.gcm', '--out', 'stock', '--shard-bytes', '400B', '--force'];
    expect(await gcompress(cwd, ...forced)).toMatchObject({ code: 0 });
    expect(files('stock')).toContain('group1-shard1of4.bin');
    expect(files('stock')).not.toContain('group1-shard1of1.bin');
    writeFileSync(join(cwd, 'stock/notes.txt'), 'mine');
    const { code, stderr } = await gcompress(cwd, ...forced);
    expect({ code, told: stderr.includes("holds 'notes.txt'") }).toEqual({ code: 4, told: true });
    expect(files('stock')).toContain('notes.txt');
    expect(files()).toEqual(['model', 'small.gcm', 'stock']);
  });

  it('never replaces the model that it reads', async () => {
    const { code } = await gcompress(cwd, 'unpack', 'model', '--out', 'model', '--force');
    expect(code).toBe(4);
    expect(existsSync(join(cwd, 'model/model.json'))).toBe(true);
  });

  it('refuses a damaged file and writes nothing', async () => {
    const bytes = read('small.gcm');
    writeFileSync(join(cwd, 'small.gcm'), bytes.subarray(0, bytes.length - 7));
    const { code, stderr } = await gcompress(cwd, 'unpack', 'small.gcm', '--out', 'stock');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(files()).toEqual(['model', 'small.gcm']);
  });
});
