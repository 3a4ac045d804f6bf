// The worker's side: decodes the packed models that a page asks for.
import { type ErrorDetails, isGCompressError } from '@gcompress/core';
import { packedModel } from '../load/packed-model.ts';
import { assertArgument, refusal } from '../load/refusal.ts';
import type { RowDecoder } from '../load/row-decoder.ts';
import type { PackedSource } from '../load/source.ts';
import { splitSource } from '../load/split-source.ts';
import { LOAD, type LoadAnswer, type LoadRequest, type MessageTarget } from './messages.ts';

/** Options of {@link serveModels}. */
export interface ServeModelsOptions {
  /** Decoders of further formats, as for `packedModel`. */
  readonly formats?: readonly RowDecoder[];
  /** Where requests come from. Default: the global scope of the worker. */
  readonly scope?: MessageTarget;
}

/**
 * Decodes the models that `workerModel` asks for in the page. Call it once in a worker:
 *
 * ```ts
 * // decoder.ts
 * import { serveModels } from '@gcompress/packed/worker';
 * serveModels();
 * ```
 *
 * Messages of other kinds are left alone, so that the worker may have other work too.
 *
 * @returns stops listening.
 * @throws GCompressError `invalid-option`, `unknown-option`.
 */
export function serveModels(options: ServeModelsOptions = {}): () => void {
  assertArgument(typeof options === 'object' && options !== null, 'serveModels options', 'an object', options);
  const { formats = [], scope = globalThis as unknown as MessageTarget, ...others } = options;
  for (const unknown of Object.keys(others)) {
    throw refusal('unknown-option', 'options among formats, scope', `'${unknown.slice(0, 60)}'`, 'serveModels');
  }
  const isScope = typeof (scope as Partial<MessageTarget> | null)?.addEventListener === 'function';
  assertArgument(isScope, 'serveModels scope', 'the global scope of a worker', scope);
  // Refuses other formats now, and not at the first request
  packedModel(new Uint8Array(0), { formats });
  const listener = ({ data }: { readonly data?: unknown }) => {
    if ((data as Partial<LoadRequest> | null)?.type === LOAD) void answer(data as LoadRequest, formats);
  };
  scope.addEventListener('message', listener);
  return () => scope.removeEventListener('message', listener);
}

async function answer({ source, maxBytes, port }: LoadRequest, formats: readonly RowDecoder[]): Promise<void> {
  const tell = (message: LoadAnswer, transfer: object[] = []) => port.postMessage(message, transfer);
  const controller = new AbortController();
  port.onmessage = () => controller.abort();
  tell({ type: 'accepted' });
  try {
    const handler = packedModel(sourceOf(source), {
      formats,
      limits: { maxBytes },
      signal: controller.signal,
      onProgress: (done) => tell({ type: 'progress', done }),
    });
    const artifacts = (await handler.load?.()) ?? {};
    tell({ type: 'loaded', artifacts }, [artifacts.weightData as ArrayBuffer]);
  } catch (error) {
    if (!controller.signal.aborted) tell(failure(error));
  } finally {
    port.close();
  }
}

/** The whole file, also where it is split into several. */
function sourceOf(source: unknown): PackedSource {
  return Array.isArray(source) || typeof source === 'string' ? splitSource(source) : (source as PackedSource);
}

function failure(error: unknown): LoadAnswer {
  if (!isGCompressError(error)) {
    const details = {
      where: 'worker',
      expected: 'a model',
      actual: error instanceof Error ? error.message : String(error),
    };
    return { type: 'failed', code: 'file-read', details };
  }
  // The cause may be anything, and so may not be cloned
  const { cause: _, ...details }: ErrorDetails = error.details;
  return { type: 'failed', code: error.code, details };
}
