// Reads the start of a packed file: magic letters, version, and the header, which may be hostile.
import { crc32 } from '@gcompress/core/storage';
import { CONTAINER_VERSION, type Header, MAGIC, PRELUDE_BYTES } from '../container/header.ts';
import { assertBeginning } from './beginning.ts';
import { type ByteReader, byteReader } from './byte-reader.ts';
import { assertHeader } from './check-header.ts';
import { refusal } from './refusal.ts';
import { fromStream } from './source.ts';

/** Most bytes of text in a header, so that parsing its JSON takes bounded memory. */
const MAX_TEXT = 2 ** 26;

/** A header and the bytes that follow it. */
export interface ReadHeader {
  readonly header: Header;
  /** Bytes of the whole file. */
  readonly fileBytes: number;
}

/**
 * Reads and checks everything that comes before the tensors.
 *
 * @param maxBytes the most bytes that the decoded weights may take.
 * @throws GCompressError `file-html`, `file-header`, `file-truncated`, `file-checksum`, `file-oversized`, `unsupported-version`.
 */
export async function readHeader(reader: ByteReader, maxBytes: number): Promise<ReadHeader> {
  assertBeginning(await reader.peek(PRELUDE_BYTES), MAGIC, CONTAINER_VERSION);
  const prelude = await reader.read(PRELUDE_BYTES);
  const [, storedBytes, textBytes, checksum] = new Uint32Array(prelude.buffer);
  const most = Math.min(MAX_TEXT, maxBytes);
  if (textBytes > most) throw refusal('file-oversized', `a header of at most ${most} bytes`, textBytes);
  const stored = await reader.read(storedBytes);
  assertChecksum('the header', checksum, crc32(stored, crc32(prelude.subarray(0, 12))));
  const header = await inflated(stored, textBytes);
  const bytes = assertHeader(header, maxBytes);
  return { header: header as Header, fileBytes: reader.position + bytes };
}

/** @throws GCompressError `file-checksum` if the bytes do not have the stored checksum. */
export function assertChecksum(what: string, written: number, computed: number): void {
  if (written !== computed) throw refusal('file-checksum', `checksum ${written} of ${what}`, computed);
}

/** Inflates and parses JSON of exactly the given number of bytes; inflates nothing beyond them. */
async function inflated(stored: Uint8Array, length: number): Promise<unknown> {
  const stream = new Blob([stored as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = byteReader(fromStream(stream));
  try {
    const text = await reader.read(length);
    await reader.end();
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    // An engine may also run out of stack here, where the text nests deep
    throw refusal('file-header', `${length} bytes of JSON, deflated`, cause);
  } finally {
    await reader.close();
  }
}
