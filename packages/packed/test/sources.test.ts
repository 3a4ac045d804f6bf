// Sources of a packed file: memory, files, and servers, working and failing.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isGCompressError } from '@gcompress/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PackedSource, packedModel } from '../src/load/index.ts';
import { packedFile } from '../src/node/index.ts';
import { formats, packedExample } from './packed-example.ts';

let file: Uint8Array;
let expected: Uint8Array;
let server: Server;
let address: string;
let folder: string;

const ANSWERS: Readonly<Record<string, RequestListener>> = {
  '/model.gcm': (_, response) => response.end(file),
  '/slow.gcm': (_, response) => {
    response.write(file.subarray(0, 2000));
    setTimeout(() => response.end(file.subarray(2000)), 20);
  },
  '/page': (_, response) => response.end('<!doctype html><p>Not here, but with status 200</p>'),
  '/cut': (_, response) => response.end(file.subarray(0, file.length - 100)),
  '/broken': (_, response) => {
    response.setHeader('content-length', file.length);
    response.write(file.subarray(0, 2000), () => response.destroy());
  },
  '/hanging': (_, response) => response.write(file.subarray(0, 2000)),
};

beforeAll(async () => {
  file = await packedExample();
  expected = new Uint8Array((await dataOf(file)) as ArrayBuffer);
  server = createServer((request, response) => {
    const answer = ANSWERS[request.url ?? ''];
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'packed-'));
  await writeFile(join(folder, 'model.gcm'), file);
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function dataOf(source: PackedSource) {
  return (await packedModel(source, { formats }).load?.())?.weightData;
}

async function codeOf(loading: Promise<unknown> | undefined): Promise<unknown> {
  try {
    await loading;
    return 'loaded';
  } catch (error) {
    return isGCompressError(error) ? error.code : error;
  }
}

const SOURCES: Readonly<Record<string, () => PackedSource>> = {
  'a part of a larger buffer': () => Uint8Array.of(0, 0, 0, ...file, 0).subarray(3, 3 + file.length),
  'an ArrayBuffer': () => file.slice().buffer,
  'a Blob': () => new Blob([file.slice()]),
  'an address': () => `${address}/model.gcm`,
  'an URL': () => new URL('/slow.gcm', address),
};

it.each(Object.entries(SOURCES))('loads the same from %s, and again', async (_, source) => {
  const handler = packedModel(source(), { formats });
  for (let i = 0; i < 2; i++) {
    expect(new Uint8Array((await handler.load?.())?.weightData as ArrayBuffer)).toEqual(expected);
  }
});

it.each([
  ['a path', (path: string) => path],
  ['an address of a file', (path: string) => pathToFileURL(path)],
])('loads the same from %s', async (_, source) => {
  const loaded = await packedFile(source(join(folder, 'model.gcm')), { formats }).load?.();
  expect(new Uint8Array(loaded?.weightData as ArrayBuffer)).toEqual(expected);
});

describe('a failing source has its own error code', () => {
  it.each([
    ['/nothing', 'file-read'],
    ['/page', 'file-html'],
    ['/cut', 'file-truncated'],
    ['/broken', 'file-interrupted'],
  ])('%s', async (path, code) => expect(await codeOf(dataOf(address + path))).toBe(code));

  it('for a server that cannot be reached', async () =>
    expect(await codeOf(dataOf('http://127.0.0.1:1/x'))).toBe('file-read'));

  it('for an invalid address', async () => expect(await codeOf(dataOf('no address'))).toBe('file-read'));

  it('for a missing file', async () => {
    expect(await codeOf(packedFile(join(folder, 'nothing')).load?.())).toBe('file-read');
    expect(await codeOf(packedFile(folder).load?.())).toBe('file-read');
  });
});

describe('abort', () => {
  it('ends a download that hangs, with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => controller.abort(reason);
    const loading = packedModel(`${address}/hanging`, { formats, signal: controller.signal, onProgress }).load?.();
    expect(await codeOf(loading)).toBe(reason);
  });

  it.each(['before', 'while'])('%s it loads', async (when) => {
    const controller = new AbortController();
    if (when === 'before') controller.abort();
    const { signal } = controller;
    const onProgress = () => controller.abort();
    const handlers = [
      packedModel(file, { formats, signal, onProgress }),
      packedModel(`${address}/model.gcm`, { formats, signal, onProgress }),
      packedFile(join(folder, 'model.gcm'), { formats, signal, onProgress }),
    ];
    for (const handler of handlers) expect(await codeOf(handler.load?.())).toBe(signal.reason);
  });
});

it('reports progress that grows from above 0 to 1', async () => {
  const told: number[] = [];
  await packedModel(`${address}/slow.gcm`, { formats, onProgress: (done) => told.push(done) }).load?.();
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told[0]).toBeGreaterThan(0);
  expect(told[told.length - 1]).toBe(1);
});

it('loaded artifacts can be transferred from a worker to its page', async () => {
  const loaded = await packedModel(file, { formats }).load?.();
  expect(structuredClone(loaded)).toEqual(loaded);
});
