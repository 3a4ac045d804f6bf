// Files that were split for hosts that limit the size of one: they load as before, and each fault has its code.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isGCompressError } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack, splitFile } from '../src/index.ts';
import { type PackedSource, packedModel, splitSource } from '../src/load/index.ts';
import { packedFile } from '../src/node/index.ts';
import { graphArtifacts } from './models.ts';
import { formats, packedExample } from './packed-example.ts';

const LIMIT = 1000;
const PRELUDE = 20;

let file: Uint8Array;
let files: Readonly<Record<string, Uint8Array>>;
let parts: Uint8Array[];
let others: Uint8Array[];
let expected: unknown;
let server: Server;
let address: string;
let folder: string;

/** What a server has instead of a file, and files that it lacks. */
const served = new Map<string, Uint8Array | undefined>();

beforeAll(async () => {
  file = await packedExample();
  files = splitFile(file, { name: 'small.gcm', maxFileBytes: LIMIT });
  parts = Object.values(files);
  const other = await pack(graphArtifacts(), { method: kMeans({ levels: 8 }) });
  others = Object.values(splitFile(other.bytes, { name: 'other.gcm', maxFileBytes: LIMIT }));
  expected = await dataOf(file);
  server = createServer(({ url = '' }, response) => {
    const name = url.slice(1).replace(/\?.*/, '');
    const body = served.has(name) ? served.get(name) : files[name];
    if (body) response.end(body);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/small.gcm`;
  folder = await mkdtemp(join(tmpdir(), 'packed-'));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function dataOf(source: PackedSource): Promise<unknown> {
  return (await packedModel(source, { formats }).load?.())?.weightData;
}

async function codeOf(loading: Promise<unknown>): Promise<unknown> {
  try {
    await loading;
    return 'loaded';
  } catch (error) {
    return isGCompressError(error) ? error.code : error;
  }
}

async function codeAt(change: Readonly<Record<string, Uint8Array | undefined>>): Promise<unknown> {
  for (const [name, bytes] of Object.entries(change)) served.set(name, bytes);
  const code = await codeOf(dataOf(splitSource(address)));
  served.clear();
  return code;
}

describe('a file that was split', () => {
  it('has numbered names, and no file is larger than requested', () => {
    expect(Object.keys(files)).toEqual(parts.map((_, part) => (part === 0 ? 'small.gcm' : `small.gcm.${part}`)));
    expect(Math.max(...parts.map(({ length }) => length))).toBe(LIMIT);
    expect(parts.reduce((sum, { length }) => sum + length - PRELUDE, 0)).toBe(file.length);
  });

  it('loads from an address, from all files, and from a path', async () => {
    expect(await dataOf(splitSource(address))).toEqual(expected);
    expect(await dataOf(splitSource(new URL(`${address}?version=2#x`)))).toEqual(expected);
    expect(await dataOf(splitSource(parts.map((part) => new Blob([part.slice()]))))).toEqual(expected);
    const path = join(folder, 'small.gcm');
    for (const place of [path, pathToFileURL(path)]) {
      expect((await packedFile(place, { formats }).load?.())?.weightData).toEqual(expected);
    }
  });

  it('loads for any limit', async () => {
    const property = fc.asyncProperty(fc.integer({ min: PRELUDE + 1, max: file.length + 10 }), async (maxFileBytes) => {
      const split = Object.values(splitFile(file, { name: 'x', maxFileBytes }));
      expect(await dataOf(splitSource(split))).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 20, seed: 1, examples: [[PRELUDE + 1]] });
  });

  it('stays unchanged when it is small enough, and loads from a list of one', async () => {
    const whole = splitFile(file, { name: 'small.gcm', maxFileBytes: file.length });
    expect(whole).toEqual({ 'small.gcm': file });
    expect(await dataOf(splitSource([file]))).toEqual(expected);
  });

  it('can only be made from a packed file', () => {
    const split = (bytes: Uint8Array, maxFileBytes: number) => () => splitFile(bytes, { name: 'x', maxFileBytes });
    expect(split(new Uint8Array(20), 1000)).toThrow('expected a packed file');
    expect(split(parts[0], 1000)).toThrow('expected a packed file');
    expect(split(file, PRELUDE)).toThrow('maxFileBytes');
  });
});

describe('a fault of split files has its own error code', () => {
  it('for a missing file', async () => {
    expect(await codeAt({ 'small.gcm.2': undefined })).toBe('file-part-missing');
    expect(await codeOf(dataOf(splitSource(parts.slice(0, -1))))).toBe('file-part-missing');
    expect(await codeAt({ 'small.gcm': undefined })).toBe('file-read');
  });

  it('for a web page in the place of a file', async () => {
    expect(await codeAt({ 'small.gcm.1': new TextEncoder().encode('<!doctype html><p>Not here</p>') })).toBe(
      'file-html',
    );
  });

  it('for files of another model, in another order, or given twice', async () => {
    expect(await codeAt({ 'small.gcm.1': others[1] })).toBe('file-part-mixed');
    expect(await codeAt({ 'small.gcm': others[0] })).toBe('file-part-mixed');
    expect(await codeAt({ 'small.gcm.1': parts[2], 'small.gcm.2': parts[1] })).toBe('file-part-mixed');
    expect(await codeAt({ 'small.gcm.1': parts[0] })).toBe('file-part-mixed');
    expect(await codeOf(dataOf(splitSource(parts.slice(1))))).toBe('file-part-mixed');
  });

  it('for a file that is cut off, too long, damaged, or written by a newer version', async () => {
    expect(await codeAt({ 'small.gcm.1': parts[1].subarray(0, -1) })).toBe('file-truncated');
    expect(await codeAt({ 'small.gcm.1': Uint8Array.of(...parts[1], 0) })).toBe('file-overlap');
    expect(await codeAt({ 'small.gcm.1': parts[1].map((byte, at) => (at === 500 ? byte ^ 1 : byte)) })).toBe(
      'file-checksum',
    );
    expect(await codeAt({ 'small.gcm.1': parts[1].map((byte, at) => (at === 3 ? 2 : byte)) })).toBe(
      'unsupported-version',
    );
  });

  it('for one part, when a whole file is expected', async () => {
    expect(await codeOf(dataOf(parts[0]))).toBe('file-header');
    expect(await codeOf(dataOf(splitSource([file.subarray(0, 5)])))).toBe('file-truncated');
    expect(await codeOf(dataOf((() => 1) as never))).toBe('invalid-option');
  });

  it('for any changed byte before the content', async () => {
    for (let at = 0; at < PRELUDE; at++) {
      for (const part of [0, 1]) {
        const name = part === 0 ? 'small.gcm' : `small.gcm.${part}`;
        expect(await codeAt({ [name]: parts[part].map((byte, i) => (i === at ? byte ^ 64 : byte)) })).toMatch(
          /^(file-|unsupported-)/,
        );
      }
    }
  });
});
