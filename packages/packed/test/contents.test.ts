// packedContents: lists what pack stored, from the header alone.
import { kMeans } from '@gcompress/kmeans';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedContents } from '../src/contents/index.ts';
import { type PackResult, pack, splitFile } from '../src/index.ts';
import { splitSource } from '../src/load/index.ts';
import { artifactsOf, pictureNetwork } from './models.ts';

let packed: PackResult;
beforeAll(async () => {
  packed = await pack(await artifactsOf(pictureNetwork()), { method: kMeans({ levels: 8 }) });
});

it('lists the weights as the report of pack does', async () => {
  const { weights, fileBytes, weightBytes } = await packedContents(packed.bytes);
  const { report } = packed;
  expect(weights.map(({ name, storedAs, bytes }) => ({ name, storedAs, bytes }))).toEqual(
    report.weights.map(({ name, storedAs, bytes }) => ({ name, storedAs, bytes })),
  );
  expect({ fileBytes, weightBytes }).toEqual({
    fileBytes: packed.bytes.length,
    weightBytes: packed.bytes.length - report.headerBytes,
  });
});

it('lists shape, configuration and tensors of a compressed matrix, without its decoder', async () => {
  const { weights } = await packedContents(packed.bytes);
  const { form, bytes } = weights.find(({ name }) => name.startsWith('dense')) ?? { bytes: 0 };
  expect(form).toMatchObject({ format: 'kmeans', config: { levels: 8 } });
  const tensors = Object.values(form?.tensors ?? {});
  expect(tensors.length).toBeGreaterThan(0);
  expect(tensors.reduce((sum, tensor) => sum + tensor.bytes, 0)).toBe(bytes);
});

it('reads a file that was split', async () => {
  const files = Object.values(splitFile(packed.bytes, { name: 'x.gcm', maxFileBytes: 2000 }));
  expect(await packedContents(splitSource(files))).toEqual(await packedContents(packed.bytes));
});

describe('refuses', () => {
  it.each([
    ['a file cut in its header', () => packed.bytes.subarray(0, 60), {}, 'file-truncated'],
    ['a damaged header', () => packed.bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)), {}, 'file-checksum'],
    ['a web page', () => new TextEncoder().encode('<!doctype html><p>Nothing here'), {}, 'file-html'],
    ['anything but a source', () => 3, {}, 'invalid-option'],
    ['an unknown option', () => packed.bytes, { formats: [] }, 'unknown-option'],
    ['weights beyond the limit', () => packed.bytes, { limits: { maxBytes: 100 } }, 'file-oversized'],
  ])('%s', async (_, source, options, code) => {
    await expect(packedContents(source() as never, options as never)).rejects.toMatchObject({ code });
  });
});
