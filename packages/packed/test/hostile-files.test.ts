// Damaged and hostile packed files: each fault has its error code, and no such file loads.
import { type ErrorCode, isGCompressError } from '@gcompress/core';
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { assertHeader } from '../src/load/check-header.ts';
import { type PackedModelOptions, packedModel } from '../src/load/index.ts';
import { formats, packedExample, putTogether, takenApart, uniformExample, withChecksums } from './packed-example.ts';

/** Headers that the fuzz tests check, and whole files that they read. */
const HEADERS = testRuns(10_000);
const FILES = testRuns(200);

let file: Uint8Array;
beforeAll(async () => {
  file = await packedExample();
});

async function loadArtifacts(bytes: Uint8Array, options: PackedModelOptions = {}): Promise<tf.io.ModelArtifacts> {
  return (await packedModel(bytes, { formats, ...options }).load?.()) as tf.io.ModelArtifacts;
}

async function load(bytes: Uint8Array, options: PackedModelOptions = {}): Promise<ArrayBuffer> {
  return (await loadArtifacts(bytes, options)).weightData as ArrayBuffer;
}

/** The code of the error that a file is refused with; undefined where it loads. Any other error is one of the test. */
async function codeOf(bytes: Uint8Array, options: PackedModelOptions = {}): Promise<ErrorCode | undefined> {
  try {
    await load(bytes, options);
    return undefined;
  } catch (error) {
    if (!isGCompressError(error)) throw error;
    return error.code;
  }
}

describe('a damaged file', () => {
  it('is refused at whatever byte it is cut off', async () => {
    for (let length = 0; length < file.length; length += length < 64 ? 1 : 31) {
      expect(await codeOf(file.subarray(0, length))).toBe('file-truncated');
    }
  });

  it('is refused when a bit is flipped', async () => {
    const codes = new Set<ErrorCode | undefined>();
    const property = fc.asyncProperty(fc.nat(file.length - 1), fc.nat(7), async (at, bit) => {
      const damaged = file.slice();
      damaged[at] ^= 1 << bit;
      const code = await codeOf(damaged);
      expect(code).toBeDefined();
      codes.add(code);
    });
    await fc.assert(property, { numRuns: 150, seed: 1 });
    expect(codes).toContain('file-checksum');
  });

  it('is refused when bytes follow its end', async () => {
    expect(await codeOf(Uint8Array.of(...file, 0))).toBe('file-overlap');
  });

  it('is refused when bytes of its parts are swapped', async () => {
    const { header, data } = takenApart(file);
    const swapped = Uint8Array.from([...data.subarray(8, 16), ...data.subarray(0, 8), ...data.subarray(16)]);
    expect(await codeOf(putTogether(JSON.stringify(header), swapped))).toBe('file-checksum');
  });
});

describe('a file of another kind', () => {
  const text = (content: string) => new TextEncoder().encode(content);
  const OTHERS: readonly (readonly [string, Uint8Array, ErrorCode])[] = [
    ['a page', text('<!doctype html><title>404</title>'), 'file-html'],
    ['a page after spaces', text('\n\n  <html>not found</html>'), 'file-html'],
    ['a page after a byte order mark', text('\uFEFF<html></html>'), 'file-html'],
    ['JSON', text('{"modelTopology": {}}'), 'file-header'],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0), 'file-header'],
    ['nothing', new Uint8Array(0), 'file-truncated'],
  ];
  it.each(OTHERS)('%s is reported with its own error code', async (_, bytes, code) =>
    expect(await codeOf(bytes)).toBe(code),
  );

  it('of a newer version is reported as unsupported-version', async () => {
    const newer = file.slice();
    newer[3] = 3;
    expect(await codeOf(newer)).toBe('unsupported-version');
  });

  it('with a format without a decoder is reported as unknown-format, with a newer format as unsupported-version', async () => {
    expect(await codeOf(file, { formats: [] })).toBe('unknown-format');
    const { header, data } = takenApart(file);
    const newer = JSON.stringify(header).replaceAll('"format":"kmeans","version":2', '"format":"kmeans","version":3');
    expect(await codeOf(putTogether(newer, data))).toBe('unsupported-version');
  });
});

it('a file whose matrix names an unknown codec is reported as unknown-codec', async () => {
  const { header, data } = takenApart(await uniformExample());
  const changed = data.slice();
  // The levels follow the steps of the only matrix
  const [, , , storage] = header.weights[0];
  expect(Object.keys(storage?.matrix?.tensors ?? {})).toEqual(['steps', 'levels']);
  changed[4] = 9;
  expect(await codeOf(putTogether(JSON.stringify(withChecksums(header, changed)), changed))).toBe('unknown-codec');
});

describe('a file that announces too much', () => {
  it('is held exactly to the limit of the caller', async () => {
    const maxBytes = (await load(file)).byteLength;
    const { header, data } = takenApart(file);
    // Without topology, so that the header's own length does not meet the limit
    const small = putTogether(JSON.stringify({ ...header, model: {} }), data);
    expect(await codeOf(small, { limits: { maxBytes } })).toBeUndefined();
    expect(await codeOf(small, { limits: { maxBytes: maxBytes - 1 } })).toBe('file-oversized');
  });

  it.each([2 ** 20, 2 ** 28, 2 ** 40, 2 ** 53])('is refused before memory is allocated for %d rows', async (rows) => {
    const { header, data } = takenApart(file);
    const weights = header.weights.map((weight) => (weight[0] === 'gain' ? ['gain', 'float32', [rows, 1024]] : weight));
    const code = await codeOf(putTogether(JSON.stringify({ ...header, weights }), data), {
      limits: { maxBytes: 2 ** 30 },
    });
    expect(['file-oversized', 'file-header']).toContain(code);
  });

  it('is refused when its header announces more or less text than it has', async () => {
    const { header, data } = takenApart(file);
    const text = JSON.stringify(header);
    for (const bytes of [0, 1, text.length - 1, text.length + 1, 2 ** 26]) {
      expect(await codeOf(putTogether(text, data, bytes))).toBe('file-header');
    }
    expect(await codeOf(putTogether(text, data, 2 ** 26 + 1))).toBe('file-oversized');
  });

  it('is refused when a small header inflates to a large one', async () => {
    const bomb = `{"model":{},"weights":[],"probes":[],"parts":[]${' '.repeat(2 ** 24)}}`;
    expect(await codeOf(putTogether(bomb, new Uint8Array(0)), { limits: { maxBytes: 2 ** 20 } })).toBe(
      'file-oversized',
    );
    expect(await codeOf(putTogether(bomb, new Uint8Array(0), 2 ** 16), { limits: { maxBytes: 2 ** 20 } })).toBe(
      'file-header',
    );
  });

  it('reads lists 100,000 deep', async () => {
    const deep = `{"model":${'['.repeat(100_000)}${']'.repeat(100_000)},"weights":[],"probes":[],"parts":[]}`;
    expect(await codeOf(putTogether(deep, new Uint8Array(0)))).toBe('file-header');
  });
});

/** Values in the place of a number, a string, a list or an object. */
const JUNK: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  'constructor',
  '__proto__',
  'float32',
  'string',
  [],
  [[]],
  [0],
  [-1],
  [1e9, 1e9],
  {},
  { toString: 1, valueOf: 1, length: 1 },
  { quantization: null },
  { quantization: { dtype: 'uint8' } },
  { spec: { quantization: { dtype: 'float16' } } },
  { seed: 3 },
];

type Tree = { [key: string]: Tree };

/** Every place in a value: a path of keys. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...placesOf(inner, [...path, key])]);
}

function edited(tree: unknown, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(tree);
  let at = copy as Tree;
  for (const key of path.slice(0, -1)) {
    // An edit before this one may have put something else in the way
    if (typeof at[key] !== 'object' || at[key] === null) return tree;
    at = at[key];
  }
  Object.defineProperty(at, path[path.length - 1], { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

describe('a malformed file with correct checksums', () => {
  it('is refused when a weight has a type of quantized values, which no tensor has', async () => {
    const { header, data } = takenApart(file);
    for (const [dtype, sides] of [
      ['uint8', 3],
      ['uint16', 1],
      ['float16', 1],
    ] as const) {
      const weights = header.weights.map((weight) => (weight[0] === 'flag' ? ['flag', dtype, [sides]] : weight));
      expect(await codeOf(putTogether(JSON.stringify({ ...header, weights }), data))).toBe('file-header');
    }
  });

  it('is refused when two weights have the same name', async () => {
    const { header, data } = takenApart(file);
    const weights = header.weights.map((weight) =>
      weight[0] === 'flag' ? [header.weights[0][0], ...weight.slice(1)] : weight,
    );
    expect(weights).not.toEqual(header.weights);
    expect(await codeOf(putTogether(JSON.stringify({ ...header, weights }), data))).toBe('file-header');
  });

  it('is refused when a string is longer than its tensor', async () => {
    const { header, data } = takenApart(file);
    const at = Buffer.from(data).indexOf('Katze');
    for (const length of [4, 6, 255]) {
      const changed = data.slice();
      changed[at - 4] = length;
      expect(await codeOf(putTogether(JSON.stringify(withChecksums(header, changed)), changed))).toBe('file-tensor');
    }
  });

  it('is refused with a GCompressError, or loads with valid data for tensors', async () => {
    const { header, data } = takenApart(file);
    // The topology is passed on unchanged; edits of it would only hide the others
    const rest = { ...header, model: { modelTopology: {} } };
    const places = placesOf(rest);
    const edit = fc.record({ place: fc.constantFrom(...places), value: fc.constantFrom(...JUNK) });
    const accepted: unknown[] = [];
    const property = fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
      const hostile = edits.reduce((tree: unknown, { place, value }) => edited(tree, place, value), rest);
      try {
        assertHeader(hostile, 2 ** 22);
        accepted.push(hostile);
      } catch (error) {
        if (!isGCompressError(error)) throw error;
      }
    });
    fc.assert(property, { numRuns: HEADERS, seed: 2 });
    let loaded = 0;
    for (const hostile of accepted.slice(0, FILES)) {
      try {
        const weights = await loadArtifacts(putTogether(JSON.stringify(hostile), data), {
          limits: { maxBytes: 2 ** 22 },
        });
        loaded++;
        const { weightData, weightSpecs } = weights;
        expect((weightData as ArrayBuffer).byteLength).toBeLessThanOrEqual(2 ** 22);
        tf.dispose(tf.io.decodeWeights(weightData as ArrayBuffer, weightSpecs ?? []));
      } catch (error) {
        if (!isGCompressError(error)) throw error;
      }
    }
    expect(loaded).toBeGreaterThan(0);
  });

  it('is refused with a GCompressError, or loads, for any bytes', async () => {
    const { header, data } = takenApart(file);
    const edits = fc.array(fc.tuple(fc.nat(data.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 });
    const property = fc.asyncProperty(edits, async (bytes) => {
      const changed = data.slice();
      for (const [at, byte] of bytes) changed[at] = byte;
      const code = await codeOf(putTogether(JSON.stringify(withChecksums(header, changed)), changed));
      if (code !== undefined) expect(code).toMatch(/^(file-|unknown-codec$)/);
    });
    await fc.assert(property, { numRuns: FILES, seed: 3 });
  });
});
