// Images as inputs: decoded as Pillow decodes them, resized, preprocessed by name, and skipped where they are damaged.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import fc from 'fast-check';
import { decode, encode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageDecoder } from '../src/images/decode-image.ts';
import { type PREPROCESSING, preprocess } from '../src/images/preprocessing.ts';
import { readImages } from '../src/images/read-images.ts';
import { startRunning } from '../src/models/run-model.ts';
// Written by Pillow 12: 8 × 4 pixels of (200, 40, 10), black beside white, and small PNG files of other kinds
import files from './images.json' with { type: 'json' };
import { gcompress, json, layersModel, newFolder, pictureModel, writeModel } from './models.ts';

const bytesOf = (name: keyof typeof files) => new Uint8Array(Buffer.from(files[name], 'base64'));
const png = (width: number, height: number, data: Uint8Array) => encode({ width, height, data, channels: 3 });

describe('an image decodes as Pillow decodes it', () => {
  it.each([
    ['baseline', 8, 4, [199, 40, 10]],
    ['progressive', 8, 4, [199, 40, 10]],
    ['palette', 8, 4, [200, 40, 10]],
    ['alpha', 3, 2, [1, 2, 3]],
    ['grayAlpha', 2, 2, [77, 77, 77]],
  ] as const)('%s', async (name, width, height, color) => {
    const decoded = await (await imageDecoder())(bytesOf(name));
    const data = Array.from({ length: width * height }, () => color).flat();
    expect({ ...decoded, data: [...decoded.data] }).toEqual({ width, height, data });
  });

  it('with 1 and with 16 bits', async () => {
    const decode = await imageDecoder();
    const row = [0, 0, 0, 0, 255, 255, 255, 255].flatMap((gray) => [gray, gray, gray]);
    expect([...(await decode(bytesOf('bilevel'))).data]).toEqual([row, row, row, row].flat());
    const deep = [0, 1, 2, 3, 4, 5].map((i) => (i * 10_000) >> 8);
    expect([...(await decode(bytesOf('gray16'))).data]).toEqual(deep.flatMap((gray) => [gray, gray, gray]));
  });

  it('turned as the camera noted', async () => {
    const { width, height, data } = await (await imageDecoder())(bytesOf('grayTurned'));
    expect([width, height]).toEqual([4, 8]);
    expect([...data].filter((_, i) => i % 12 === 0)).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  });
});

describe('a damaged image', () => {
  it('ends with a reason wherever it is cut, and decodes no less well afterwards', async () => {
    const decodeImage = await imageDecoder();
    const whole = { baseline: bytesOf('baseline'), progressive: bytesOf('progressive'), palette: bytesOf('palette') };
    const name = fc.constantFrom(...(Object.keys(whole) as (keyof typeof whole)[]));
    await fc.assert(
      fc.asyncProperty(name, fc.double({ min: 0, max: 0.9, noNaN: true }), async (image, part) => {
        const cut = whole[image].subarray(0, Math.floor(part * whole[image].length));
        await expect(decodeImage(cut)).rejects.toThrow(/\w/);
        expect((await decodeImage(whole[image])).width).toBe(8);
      }),
    );
    expect(process.exitCode).toBeUndefined();
  });

  it('cannot take all memory by its header', async () => {
    const huge = png(2, 2, new Uint8Array(12));
    new DataView(huge.buffer).setUint32(16, 1_000_000);
    new DataView(huge.buffer).setUint32(20, 1_000_000);
    await expect((await imageDecoder())(huge)).rejects.toThrow('more than 100000000');
  });

  it('is unreadable in colours that the decoder does not know', async () => {
    await expect((await imageDecoder())(bytesOf('cmyk'))).rejects.toThrow('Unsupported color conversion');
  });
});

describe('preprocessing', () => {
  const changed = (name: (typeof PREPROCESSING)[number], ...pixels: number[]) => {
    const target = new Float32Array(pixels.length);
    preprocess(Float32Array.from(pixels), { name, channels: 3, target });
    return [...target];
  };
  // By torchvision's Normalize and by keras.applications.imagenet_utils.preprocess_input, in float64
  it.each([
    ['0..1', [0, 0.2, 1]],
    ['-1..1', [-1, -0.6, 1]],
    ['imagenet', [-2.117904, -1.1428571, 2.64]],
    ['caffe', [151.061, -65.779, -123.68]],
    ['raw', [0, 51, 255]],
  ] as const)('%s', (name, expected) => {
    for (const [i, value] of changed(name, 0, 51, 255).entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
  });
});

describe('reading', () => {
  const folder = newFolder();
  const read = (size: { height: number; width: number; channels: 1 | 3 }, ...names: string[]) =>
    readImages({ folder, files: names, size, maxUnreadable: 0, where: 'x' });

  beforeAll(async () => {
    await startRunning({ backend: 'cpu' }, { cwd: folder });
  });

  it('resizes with centres half a pixel from the edges', async () => {
    writeFileSync(join(folder, 'two.png'), png(2, 1, Uint8Array.from([0, 0, 0, 100, 200, 40])));
    const { pixels } = await read({ height: 1, width: 4, channels: 3 }, 'two.png');
    // Python: tf.image.resize([[[0, 0, 0], [100, 200, 40]]], [1, 4])
    expect([...pixels]).toEqual([0, 0, 0, 25, 50, 10, 75, 150, 30, 100, 200, 40]);
  });

  it('leaves an image of the size as it is, and weighs colours for gray', async () => {
    const random = createRandom(3);
    const data = Uint8Array.from({ length: 60 }, () => random.integer(256));
    writeFileSync(join(folder, 'same.png'), png(5, 4, data));
    expect([...(await read({ height: 4, width: 5, channels: 3 }, 'same.png')).pixels]).toEqual([...data]);
    const [gray] = (await read({ height: 4, width: 5, channels: 1 }, 'same.png')).pixels;
    expect(gray).toBeCloseTo(0.299 * data[0] + 0.587 * data[1] + 0.114 * data[2], 3);
  });
});

describe('a folder of images', () => {
  const cwd = newFolder();
  const run = (verb: string, ...args: string[]) => gcompress(cwd, verb, ...args, '--backend', 'cpu');
  const images = ['--inputs', 'photos', '--preprocess', '-1..1'];
  const count = 30;

  beforeAll(async () => {
    writeModel(join(cwd, 'model'), pictureModel());
    writeModel(join(cwd, 'dense'), layersModel());
    writeFileSync(join(cwd, 'small.gcm'), (await pack(pictureModel(), { method: uniform({ bits: 1 }) })).bytes);
    mkdirSync(join(cwd, 'photos/more'), { recursive: true });
    const random = createRandom(8);
    const values: number[][][][] = [];
    for (let i = 0; i < count; i++) {
      const data = Uint8Array.from({ length: 144 }, () => random.integer(256));
      writeFileSync(join(cwd, `photos/${i < 20 ? '' : 'more/'}${String(i).padStart(2, '0')}.PNG`), png(8, 6, data));
      const at = (row: number, column: number) =>
        [0, 1, 2].map((color) => data[(row * 8 + column) * 3 + color] / 127.5 - 1);
      values.push(Array.from({ length: 6 }, (_, row) => Array.from({ length: 8 }, (__, column) => at(row, column))));
    }
    writeFileSync(join(cwd, 'x.json'), JSON.stringify(values));
    writeFileSync(join(cwd, 'y.json'), JSON.stringify(values.map((_, i) => i % 3)));
    writeFileSync(join(cwd, 'photos/notes.txt'), 'no image');
  });

  it('gives the same score as the same values in a file', async () => {
    const asArray = json(await run('eval', 'small.gcm', '--inputs', 'x.json', '--labels', 'y.json', '--json'));
    const outcome = await run('eval', 'small.gcm', ...images, '--labels', 'y.json', '--json');
    expect(json(outcome)).toMatchObject({
      examples: count,
      value: asArray.value,
      inputs: '30 images of photos, resized to 6 × 8, values from -1 to 1 (--preprocess -1..1)',
    });
    expect(outcome.stderr).toBe(`inputs: ${json(outcome).inputs}\n`);
  });

  it('shows the changed images by name and in the colours of the files', async () => {
    const { evaluation } = json(await run('report', 'model', 'small.gcm', ...images, '--labels', 'y.json', '--json'));
    expect(evaluation).toMatchObject({ inputs: count, source: expect.stringContaining('(--preprocess -1..1)') });
    expect(evaluation.changed.length).toBeGreaterThan(0);
    const [{ name, picture, index }] = evaluation.changed;
    expect(name).toBe(index < 20 ? `${String(index).padStart(2, '0')}.PNG` : `more/${index}.PNG`);
    const shown = decode(Buffer.from(picture.split(',')[1], 'base64'));
    const [first] = JSON.parse(readFileSync(join(cwd, 'x.json'), 'utf8'))[index][0];
    expect([...shown.data.slice(0, 3)]).toEqual(first.map((value: number) => Math.round((value + 1) * 127.5)));
  });

  it('serves compress, diff and check', async () => {
    const made = await run('compress', 'model', '--max-bytes', '1500', '--out', 'made.gcm', ...images, '--json');
    expect(json(made).inputs).toContain('30 images of photos');
    const compared = await run('diff', 'model', 'small.gcm', ...images, '--json');
    const asArray = await run('diff', 'model', 'small.gcm', '--inputs', 'x.json', '--json');
    expect(json(compared).outputs[0].largestDifference).toBeCloseTo(json(asArray).outputs[0].largestDifference, 6);
    const budget = { model: 'small.gcm', against: 'model', maxDifference: 1e-6, inputs: 'photos', preprocess: '-1..1' };
    writeFileSync(join(cwd, 'gcompress.json'), JSON.stringify({ budgets: [budget] }));
    const checked = await run('check', '--json');
    expect(checked.code).toBe(1);
    expect(json(checked).checks[0].value).toBeCloseTo(json(compared).outputs[0].relativeDifference, 6);
  });

  it('skips unreadable images up to a share, with their labels, and refuses more', async () => {
    const damaged = join(cwd, 'damaged');
    mkdirSync(damaged);
    for (let i = 0; i < 12; i++) writeFileSync(join(damaged, `${10 + i}.png`), png(8, 6, new Uint8Array(144).fill(i)));
    writeFileSync(join(damaged, '11.jpg'), bytesOf('baseline').subarray(0, 500));
    // A class that the model does not have, for the unreadable image alone
    const labels = Array.from({ length: 13 }, (_, i) => (i === 1 ? 99 : 0));
    writeFileSync(join(cwd, 'thirteen.json'), JSON.stringify(labels));
    const given = ['--inputs', 'damaged', '--preprocess', '0..1', '--labels', 'thirteen.json'];
    const outcome = await run('eval', 'model', ...given, '--json');
    expect(json(outcome)).toMatchObject({ examples: 12, unreadable: [{ file: '11.jpg' }] });
    expect(outcome.stderr).toMatch(/^skipped damaged: 11\.jpg: \S.+$/m);
    const refused = await run('eval', 'model', ...given, '--max-unreadable', '0.05');
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(/^error: 'damaged': expected at most 0 unreadable images of 13, got [^\n]+\n$/);
  });

  it.each([
    [
      2,
      ['eval', 'model', '--inputs', 'photos', '--labels', 'y.json'],
      '--preprocess too, one of 0..1, -1..1, imagenet',
    ],
    [2, ['eval', 'model', '--inputs', 'x.json', '--preprocess', 'raw', '--labels', 'y.json'], 'a folder of images'],
    [2, ['diff', 'model', 'small.gcm', ...images, '--image-size', '9'], 'the size that the model takes, 6 × 8'],
    [3, ['eval', 'dense', ...images, '--labels', 'y.json'], 'a model with one input [n, height, width, 1 or 3]'],
    [3, ['eval', 'model', '--inputs', 'model', '--preprocess', 'raw', '--labels', 'y.json'], 'images that end in .png'],
    [2, ['diff', 'model', 'small.gcm', '--inputs', 'photos', '--preprocess', 'vgg'], 'Allowed choices are 0..1, -1..1'],
  ])('is refused with code %i: %j', async (code, [verb, ...args], message) => {
    const refused = await run(verb, ...args);
    expect(refused).toMatchObject({ code, stdout: '' });
    expect(refused.stderr).toContain(message);
  });
});
