// Exact numbers of bytes out of a source that gives them in pieces of its own.
import { refusal } from './refusal.ts';

/** Bytes that are taken at once, however large a piece came, so that a checksum over them blocks nobody. */
const MOST = 2 ** 20;

/** A file in the pieces in which it comes. Ending the iteration lets go of the source. */
export type Pieces = AsyncIterable<Uint8Array>;

/** Reads a source piece by piece, never more than it was asked for beyond the piece that has come. */
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
   * @throws GCompressError `file-truncated` where the source ends before.
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

  /** The next `count` bytes at once. Memory is taken for what comes, not for what was announced. */
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

  /** Lets go of the source. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

async function joined(pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
