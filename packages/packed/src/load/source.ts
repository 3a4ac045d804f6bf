// Sources of a packed file: an address, a File or Blob, bytes in memory, or a function that streams it.
import type { Pieces } from './byte-reader.ts';
import { assertArgument, refusal } from './refusal.ts';

/** Opens a file and streams it from its first byte; called once for each loading. */
export type OpenSource = (signal?: AbortSignal) => Pieces;

/**
 * A source of a packed file. A string is an address; for a path use the `./node` entry. Use a function for any other source, such as
 * {@link splitSource}.
 */
export type PackedSource = string | URL | Blob | ArrayBuffer | Uint8Array | OpenSource;

/** Throws for anything but a source, before anything is loaded. */
export function assertSource(where: string, source: unknown): asserts source is PackedSource {
  const isSource =
    /^(string|function)$/.test(typeof source) || source instanceof URL || source instanceof Blob || !!bytesOf(source);
  assertArgument(isSource, `${where} source`, 'an address, a Blob or bytes', source);
}

/**
 * The bytes of a source in pieces.
 *
 * @throws GCompressError `file-read` if a server cannot be reached or refuses; `file-interrupted` if the connection breaks; the reason of an
 *   aborted signal.
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
  const response = await fetch(address, { signal: signal ?? null }).catch(failure('file-read', signal));
  if (!response.ok || !response.body) throw refusal('file-read', 'a file', `the answer ${response.status}`);
  return response.body;
}

/** @throws GCompressError `file-interrupted` if the stream fails; the reason of an aborted signal. */
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
    failure('file-interrupted', signal)(cause);
  } finally {
    // Errors of a source that is being cancelled do not matter
    reader.cancel().catch(() => {});
  }
}

/** Throws the reason of an aborted signal, or else the error for a source that failed. */
function failure(code: string, signal: AbortSignal | undefined): (cause: unknown) => never {
  return (cause) => {
    signal?.throwIfAborted();
    throw refusal(code, 'a file', cause);
  };
}

/** Compares the tag, not the class, because a frame or a test environment has its own classes. */
function bytesOf(source: unknown): Uint8Array | undefined {
  const tag = Object.prototype.toString.call(source);
  if (tag === '[object Uint8Array]' && ArrayBuffer.isView(source)) return source as Uint8Array;
  return tag === '[object ArrayBuffer]' && 'byteLength' in Object(source)
    ? new Uint8Array(source as ArrayBuffer)
    : undefined;
}
