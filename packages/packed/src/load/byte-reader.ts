// Reads exact numbers of bytes from a source that comes in pieces of any size.
import { refusal } from './refusal.ts';

/** Most bytes that are read at once, however large a piece is, so that computing their checksum does not block. */
const MOST = 2 ** 20;

/** A file in the pieces in which it comes. Ending the iteration closes the source. */
export type Pieces = AsyncIterable<Uint8Array>;

/** Reads a source piece by piece. It requests the next piece only when the current one does not suffice. */
export class ByteReader {
  #rest: Uint8Array = new Uint8Array(0);
  readonly #source: AsyncIterator<Uint8Array>;
  /** Bytes that were read. */
  position = 0;

  constructor(pieces: Pieces) {
    this.#source = pieces[Symbol.asyncIterator]();
  }

  /**
   * The next `count` bytes in the pieces in which they come, or all to the end.
   *
   * @throws GCompressError `file-truncated` if the source ends earlier.
   */
  async *pieces(count?: number): AsyncGenerator<Uint8Array, void> {
    for (let left = count ?? Number.POSITIVE_INFINITY; left > 0; ) {
      if ((await this.peek(1)).length === 0) {
        if (count === undefined) return;
        throw refusal('file-truncated', `${left} more bytes`, `the end after ${this.position}`);
      }
      const piece = this.#rest.subarray(0, Math.min(left, MOST));
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      this.position += piece.length;
      yield piece;
    }
  }

  /** The next `count` bytes in one array. Allocates memory for the bytes that arrive, not for the announced number. */
  async read(count: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.pieces(count)) pieces.push(piece);
    return joined(pieces);
  }

  /** The first bytes that are left, at most `count`, without reading them. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#rest.length < count) {
      const { value } = await this.#source.next();
      if (!value) break;
      this.#rest = this.#rest.length > 0 ? await joined([this.#rest, value]) : value;
    }
    return this.#rest.subarray(0, count);
  }

  /** @throws GCompressError `file-overlap` for bytes that are left. */
  async end(): Promise<void> {
    const { length } = await this.peek(1);
    if (length > 0) throw refusal('file-overlap', `its end after ${this.position} bytes`, 'more');
  }

  /** Closes the source. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

async function joined(pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
