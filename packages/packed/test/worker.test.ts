// Models that a worker decodes: the same weights as in the page, aborted, refused, and without a worker that starts.
import type * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { splitFile } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { type MessageTarget, serveModels, type WorkerSource, workerModel } from '../src/worker/index.ts';
import { formats, packedExample } from './packed-example.ts';

let file: Uint8Array;
let expected: tf.io.ModelArtifacts;
let worker: MessageTarget;
let end = () => {};

/** Both ends of a worker, in this thread. A browser's test has a real one. */
function channel() {
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) port.start();
  const close = () => port1.close();
  return { page: port1 as unknown as MessageTarget, scope: port2 as unknown as MessageTarget, close };
}

beforeAll(async () => {
  file = await packedExample();
  expected = (await packedModel(file, { formats }).load?.()) as tf.io.ModelArtifacts;
});

beforeEach(() => {
  const { page, scope, close } = channel();
  worker = page;
  const stop = serveModels({ formats, scope });
  end = () => {
    stop();
    close();
  };
});

afterEach(() => end());

const codeOf = (loading: Promise<unknown> | undefined) =>
  Promise.resolve(loading).then(
    () => 'loaded',
    (error: { readonly code?: string }) => error.code ?? error,
  );

describe('a worker', () => {
  const SOURCES: Readonly<Record<string, () => WorkerSource>> = {
    bytes: () => file,
    'an ArrayBuffer': () => file.slice().buffer,
    'a Blob': () => new Blob([file.slice()]),
    'all files of a split one': () => Object.values(splitFile(file, { name: 'small.gcm', maxFileBytes: 2000 })),
  };
  it.each(Object.entries(SOURCES))('decodes %s as the page does, and again', async (_, source) => {
    const given = source();
    for (let i = 0; i < 2; i++) expect(await workerModel(worker, given).load?.()).toEqual(expected);
  });

  it('decodes several models at once and tells the progress of each', async () => {
    const told = [0, 0, 0];
    const loading = told.map((_, at) =>
      workerModel(worker, file, {
        onProgress: (done) => {
          told[at] = done;
        },
      }).load?.(),
    );
    for (const artifacts of await Promise.all(loading)) expect(artifacts).toEqual(expected);
    expect(told).toEqual([1, 1, 1]);
  });

  it('refuses damaged files with the code, the place and the hint of the page', async () => {
    const load = (bytes: Uint8Array) => workerModel(worker, bytes).load?.();
    expect(await codeOf(load(file.subarray(0, -9)))).toBe('file-truncated');
    expect(await codeOf(load(new TextEncoder().encode('<!doctype html>')))).toBe('file-html');
    const ofPage = await packedModel(file.subarray(0, -9), { formats })
      .load?.()
      .catch(({ message }) => message);
    expect(await load(file.subarray(0, -9))?.catch(({ message }) => message)).toBe(ofPage);
    expect(await codeOf(workerModel(worker, 'http://127.0.0.1:1/x').load?.())).toBe('file-read');
    expect(await codeOf(workerModel(worker, 'no address').load?.())).toBe('file-read');
    expect(await codeOf(workerModel(worker, file, { limits: { maxBytes: 100 } }).load?.())).toBe('file-oversized');
  });

  it('stops when the signal is aborted, before and while it loads, and goes on with other models', async () => {
    const reason = new Error('enough');
    expect(await codeOf(workerModel(worker, file, { signal: AbortSignal.abort(reason) }).load?.())).toBe(reason);
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    expect(await codeOf(workerModel(worker, file, { signal: controller.signal, onProgress }).load?.())).toBe(reason);
    expect(await workerModel(worker, file).load?.()).toEqual(expected);
  });

  it('stops when a listener throws', async () => {
    const broken = new Error('listener');
    const onProgress = () => {
      throw broken;
    };
    expect(await codeOf(workerModel(worker, file, { onProgress }).load?.())).toBe(broken);
  });

  it('leaves other messages alone', async () => {
    for (const message of [null, 3, 'x', {}, { type: 'else' }]) worker.postMessage(message, []);
    expect(await workerModel(worker, file).load?.()).toEqual(expected);
  });
});

describe('without a worker', () => {
  it('a model is decoded in the page', async () => {
    expect(await workerModel(undefined, file, { formats }).load?.()).toEqual(expected);
  });

  it('that starts, a model is decoded in the page', async () => {
    const listeners = new Set<(event: object) => void>();
    const failing: MessageTarget = {
      postMessage: () => queueMicrotask(() => listeners.forEach((listener) => void listener({}))),
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
    };
    expect(await workerModel(failing, file, { formats }).load?.()).toEqual(expected);
    expect(listeners.size).toBe(0);
  });
});

it.each([
  ['no worker but an object', () => workerModel({} as never, file), 'invalid-option'],
  ['a source that cannot be sent', () => workerModel(worker, (() => []) as never), 'invalid-option'],
  ['no source', () => workerModel(worker, 3 as never), 'invalid-option'],
  ['an unknown option', () => workerModel(worker, file, { worker: 1 } as never), 'unknown-option'],
  ['a number in the place of a format', () => serveModels({ formats: [3] as never }), 'invalid-option'],
  ['an unknown option of the worker', () => serveModels({ limits: {} } as never), 'unknown-option'],
  ['an object that receives no messages as the scope', () => serveModels({ scope: {} as never }), 'invalid-option'],
])('%s is refused', (_, call, code) => expect(call).toThrow(expect.objectContaining({ code })));
