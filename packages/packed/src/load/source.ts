// Where a packed file comes from: an address, a file of the user, memory, or whatever gives it in pieces.
import type { Pieces } from './byte-reader.ts';
import { assertArgument, messageOf, refusal } from './refusal.ts';

/** Begins to give a file, from its first byte; called once for each loading. */
export type OpenSource = (signal?: AbortSignal) => Pieces;

/**
 * What a packed file can be loaded from. A string is an address; for a path use the `./node` entry. A function is for all other sources, such
 * as {@link splitSource}.
 */
export type PackedSource = string | URL | Blob | ArrayBuffer | Uint8Array | OpenSource;

/** Refuses what is no source, before anything is loaded. */
export function assertSource(where: string, source: unknown): asserts source is PackedSource {
  const isSource =
    /^(string|function)$/.test(typeof source) || source instanceof URL || source instanceof Blob || !!bytesOf(source);
  assertArgument(isSource, `${where} source`, 'an address, a File, a Blob, an ArrayBuffer or a Uint8Array', source);
}

/**
 * The bytes of a source in pieces.
 *
 * @throws GCompressError `file-read` where a server cannot be reached or refuses; `file-interrupted` where it breaks off; the signal's
 *   reason where that aborted it.
 */
export async function* openSource(source: PackedSource, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted();
  const bytes = bytesOf(source);
  if (bytes) yield bytes;
  else if (typeof source === 'function') {
    const pieces: unknown = source(signal);
    assertArgument(Symbol.asyncIterator in Object(pieces), 'source', 'an async iterable of bytes', pieces);
    yield* pieces as Pieces;
  } else
    yield* fromStream(source instanceof Blob ? source.stream() : await bodyAt(source as string | URL, signal), signal);
}

async function bodyAt(address: string | URL, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(address, { signal: signal ?? null }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw refusal('file-read', 'a file at this address', messageOf(cause), cause);
  });
  if (!response.ok || !response.body) throw refusal('file-read', 'a file', `the answer ${response.status}`);
  return response.body;
}

/** @throws GCompressError `file-interrupted` where the stream fails; the signal's reason where that aborted it. */
export async function* fromStream(
  stream: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { value } = await reader.read();
      if (!value) return;
      yield value;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw refusal('file-interrupted', 'the rest of the file', messageOf(cause), cause);
  } finally {
    // What a source says when it is no longer wanted is nobody's concern
    reader.cancel().catch(() => {});
  }
}

/** By tag, because a frame or a test environment has classes of its own. */
function bytesOf(source: unknown): Uint8Array | undefined {
  const tag = Object.prototype.toString.call(source);
  if (tag === '[object Uint8Array]' && ArrayBuffer.isView(source)) return source as Uint8Array;
  const isBuffer = source instanceof ArrayBuffer || (tag === '[object ArrayBuffer]' && 'byteLength' in Object(source));
  return isBuffer ? new Uint8Array(source as ArrayBuffer) : undefined;
}
