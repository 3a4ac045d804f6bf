// Reads exact numbers of bytes from a source that comes in pieces of any size.
import { refusal } from './refusal.ts';

/** Most bytes that are read at once, however large a piece is, so that computing their checksum does not block. */
const MOST = 2 ** 20;

/** A file in the pieces in which it comes. Ending the iteration closes the source. */
export type Pieces = AsyncIterable<Uint8Array>;

/** Reads a source piece by piece. It requests the next piece only when the current one does not suffice. */
export interface ByteReader {
  /** Bytes that were read. */
  position: number;
  /**
   * The next `count` bytes in the pieces in which they come.
   *
   * @throws GCompressError `file-truncated` if the source ends earlier.
   */
  pieces(count: number): AsyncGenerator<Uint8Array, void>;
  /** The next `count` bytes in one array. Allocates memory for the bytes that arrive, not for the announced number. */
  read(count: number): Promise<Uint8Array>;
  /** The bytes that follow, as far as they came, without reading them: at least `count`, or all that are left. */
  peek(count: number): Promise<Uint8Array>;
  /** @throws GCompressError `file-overlap` for bytes that are left. */
  end(): Promise<void>;
  /** Closes the source. */
  close(): Promise<void>;
}

/** Begins to read a source. */
export function byteReader(pieces: Pieces): ByteReader {
  const source = pieces[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  const reader: ByteReader = {
    position: 0,
    async *pieces(count) {
      for (let left = count; left > 0; ) {
        if (!(await reader.peek(1)).length) {
          throw refusal('file-truncated', `${left} more bytes`, `the end after ${reader.position}`);
        }
        const piece = rest.subarray(0, Math.min(left, MOST));
        rest = rest.subarray(piece.length);
        left -= piece.length;
        reader.position += piece.length;
        yield piece;
      }
    },
    async read(count) {
      const read: Uint8Array[] = [];
      for await (const piece of reader.pieces(count)) read.push(piece);
      return joined(read);
    },
    async peek(count) {
      while (rest.length < count) {
        const { value } = await source.next();
        if (!value) break;
        rest = rest.length ? await joined([rest, value]) : value;
      }
      return rest;
    },
    async end() {
      if ((await reader.peek(1)).length)
        throw refusal('file-overlap', `its end after ${reader.position} bytes`, 'more');
    },
    async close() {
      await source.return?.();
    },
  };
  return reader;
}

async function joined(pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
