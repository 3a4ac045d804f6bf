// Exact numbers of bytes out of a source that gives them in pieces of its own.
import { refusal } from './refusal.ts';

/** The next piece of a source; undefined at its end. */
export type NextPiece = () => Promise<Uint8Array | undefined>;

/** Reads a source piece by piece, never more than it was asked for beyond the piece that has come. */
export class ByteReader {
  #rest: Uint8Array = new Uint8Array(0);
  /** Bytes that were read. */
  position = 0;

  constructor(private readonly next: NextPiece) {}

  /**
   * The next `count` bytes in the pieces in which they come.
   *
   * @throws GCompressError `file-truncated` where the source ends before.
   */
  async *pieces(count: number): AsyncGenerator<Uint8Array, void> {
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) {
        throw refusal('file-truncated', `${left} more bytes`, `the end after ${this.position}`);
      }
      const piece = this.#rest.subarray(0, left);
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
    while (this.#rest.length < count && (await this.#more()));
    return this.#rest.subarray(0, count);
  }

  async #more(): Promise<boolean> {
    const piece = await this.next();
    if (piece) this.#rest = joined([this.#rest, piece]);
    return piece !== undefined;
  }
}

/** The pieces in one array; a single one is not copied. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const filled = pieces.filter(({ length }) => length > 0);
  if (filled.length === 1) return filled[0];
  const whole = new Uint8Array(filled.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of filled) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
