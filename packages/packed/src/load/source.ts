// Where a packed file comes from: an address, a file of the user, or memory.
import type { NextPiece } from './byte-reader.ts';
import { assertArgument, messageOf, refusal } from './refusal.ts';

/** What a packed file can be loaded from. A string is an address; for a path use the `./node` entry. */
export type PackedSource = string | URL | Blob | ArrayBuffer | Uint8Array;

/** An opened source. */
export interface OpenSource {
  readonly next: NextPiece;
  /** Lets go of what is not needed any more. */
  close(): Promise<void>;
}

/** Bytes that one piece of memory has, so that a checksum over it blocks nobody. */
const PIECE = 2 ** 20;

/** Refuses what is no source, before anything is loaded. */
export function assertSource(where: string, source: unknown): asserts source is PackedSource {
  const isSource = typeof source === 'string' || source instanceof URL || source instanceof Blob || !!bytesOf(source);
  assertArgument(isSource, `${where} source`, 'an address, a File, a Blob, an ArrayBuffer or a Uint8Array', source);
}

/**
 * Opens a source.
 *
 * @throws GCompressError `file-read` where a server cannot be reached or refuses; the signal's reason where that aborted it.
 */
export async function openSource(source: PackedSource, signal: AbortSignal | undefined): Promise<OpenSource> {
  signal?.throwIfAborted();
  const bytes = bytesOf(source);
  if (bytes) return openBytes(bytes, signal);
  if (source instanceof Blob) return openStream(source.stream(), signal);
  const response = await fetch(source as string | URL, { signal: signal ?? null }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw refusal('file-read', 'a file at this address', messageOf(cause), cause);
  });
  if (!response.ok || !response.body) throw refusal('file-read', 'a file', `the answer ${response.status}`);
  return openStream(response.body, signal);
}

/** @throws GCompressError from `next`: `file-interrupted` where the stream fails; the signal's reason where that aborted it. */
export function openStream(stream: ReadableStream<Uint8Array>, signal: AbortSignal | undefined): OpenSource {
  const reader = stream.getReader();
  return {
    async next() {
      signal?.throwIfAborted();
      try {
        return (await reader.read()).value;
      } catch (cause) {
        signal?.throwIfAborted();
        throw refusal('file-interrupted', 'the rest of the file', messageOf(cause), cause);
      }
    },
    // What a source says when it is no longer wanted is nobody's concern
    close: () => reader.cancel().catch(() => {}),
  };
}

function openBytes(bytes: Uint8Array, signal: AbortSignal | undefined): OpenSource {
  let at = 0;
  return {
    async next() {
      signal?.throwIfAborted();
      const piece = bytes.subarray(at, at + PIECE);
      at += piece.length;
      return piece.length > 0 ? piece : undefined;
    },
    close: async () => {},
  };
}

/** By tag, because a frame or a test environment has classes of its own. */
function bytesOf(source: unknown): Uint8Array | undefined {
  const tag = Object.prototype.toString.call(source);
  if (tag === '[object Uint8Array]' && ArrayBuffer.isView(source)) return source as Uint8Array;
  const isBuffer = source instanceof ArrayBuffer || (tag === '[object ArrayBuffer]' && 'byteLength' in Object(source));
  return isBuffer ? new Uint8Array(source as ArrayBuffer) : undefined;
}
