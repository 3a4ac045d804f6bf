// The page's side: a packed model that a worker decodes.
import { GCompressError } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';
import { type PackedModelOptions, packedModel, readOptions } from '../load/packed-model.ts';
import { assertArgument } from '../load/refusal.ts';
import { assertSource, type PackedSource } from '../load/source.ts';
import { splitSource } from '../load/split-source.ts';
import { LOAD, type LoadAnswer, type LoadRequest, type MessageTarget, type Port } from './messages.ts';

/** A source that can be sent to a worker; a list has all files that `splitFile` made. */
export type WorkerSource = Exclude<PackedSource, (...args: never) => unknown> | readonly (string | Blob | Uint8Array)[];

/**
 * A packed model that a worker decodes, for `tf.loadLayersModel` or `tf.loadGraphModel`. The weights come back without a copy. Without a
 * worker, and with one that fails to start, it loads like `packedModel`, in slices between which the page can respond.
 *
 * ```ts
 * const worker = new Worker(new URL('./decoder.ts', import.meta.url), { type: 'module' }); // calls serveModels()
 * const model = await tf.loadGraphModel(workerModel(worker, 'https://example.org/small.gcm'));
 * ```
 *
 * @param worker a worker that calls `serveModels`, or undefined for none. It is not terminated, and can decode several models.
 * @param source the address of the file, or of the first of several that it was split into; a File or Blob, its bytes, or a list of all
 *   files.
 * @param options as for `packedModel`. `formats` are for loading without a worker; the worker has decoders of its own.
 * @throws GCompressError `invalid-option`, `unknown-option`; from `load`, the errors of `packedModel`.
 */
export function workerModel(
  worker: MessageTarget | undefined,
  source: WorkerSource,
  options: PackedModelOptions = {},
): io.IOHandler {
  const isWorker = worker === undefined || typeof worker?.postMessage === 'function';
  assertArgument(isWorker, 'workerModel worker', 'a Worker, or undefined for none', worker);
  const { maxBytes, signal, onProgress } = readOptions('workerModel', options);
  for (const part of Array.isArray(source) ? source : [source]) assertSource('workerModel', part);
  assertArgument(typeof source !== 'function', 'workerModel source', 'an address, a File, or bytes', source);
  const sent = Array.isArray(source) ? source.map(whole) : whole(source as PackedSource);
  const split = Array.isArray(sent) || typeof sent === 'string' ? splitSource(sent) : (sent as PackedSource);
  const here = packedModel(split, options);
  return {
    async load() {
      if (!worker) return (here.load as NonNullable<typeof here.load>)();
      signal?.throwIfAborted();
      const answered = await ask(worker, { source: sent, maxBytes }, signal, onProgress);
      return answered ?? (here.load as NonNullable<typeof here.load>)();
    },
  };
}

/** Addresses as the page reads them, because a worker's base is its own address. */
function whole(source: PackedSource): PackedSource {
  if (typeof source !== 'string' && !(source instanceof URL)) return source;
  const { document, location } = globalThis as {
    readonly document?: { readonly baseURI: string };
    readonly location?: { readonly href: string };
  };
  const base = document?.baseURI ?? location?.href;
  try {
    return new URL(source, base).href;
  } catch {
    // Fetching it says what is wrong
    return String(source);
  }
}

/** The artifacts that the worker decoded; undefined if it failed before it accepted the request. */
function ask(
  worker: MessageTarget,
  request: Pick<LoadRequest, 'source' | 'maxBytes'>,
  signal: AbortSignal | undefined,
  onProgress: ((done: number) => void) | undefined,
): Promise<io.ModelArtifacts | undefined> {
  const { port1, port2 } = new MessageChannel() as unknown as { readonly port1: Port; readonly port2: Port };
  return new Promise<io.ModelArtifacts | undefined>((resolve, reject) => {
    let accepted = false;
    const end = () => {
      port1.close();
      worker.removeEventListener('error', onFailure);
      signal?.removeEventListener('abort', onAbort);
    };
    const onFailure = () => {
      if (accepted) return;
      end();
      resolve(undefined);
    };
    const onAbort = () => {
      port1.postMessage(0);
      end();
      reject(signal?.reason);
    };
    const receive = (answer: LoadAnswer) => {
      if (answer.type === 'accepted') accepted = true;
      else if (answer.type === 'progress') onProgress?.(answer.done);
      else {
        end();
        if (answer.type === 'loaded') resolve(answer.artifacts);
        else reject(new GCompressError(answer.code, answer.details));
      }
    };
    port1.onmessage = ({ data }) => {
      try {
        receive(data as LoadAnswer);
      } catch (error) {
        // The listener of the progress
        port1.postMessage(0);
        end();
        reject(error);
      }
    };
    worker.addEventListener('error', onFailure);
    signal?.addEventListener('abort', onAbort);
    try {
      worker.postMessage({ type: LOAD, ...request, port: port2 } satisfies LoadRequest, [port2]);
    } catch (error) {
      end();
      reject(error);
    }
  });
}
