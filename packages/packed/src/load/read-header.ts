// The beginning of a packed file: letters, version, and the header, which may be hostile.
import { crc32 } from '@gcompress/core/storage';
import { CONTAINER_VERSION, type Header, MAGIC, PRELUDE_BYTES } from '../container/header.ts';
import { type ByteReader, joined } from './byte-reader.ts';
import { assertHeader, badHeader } from './check-header.ts';
import { refusal } from './refusal.ts';

/** Bytes of text that a header may have at most: what a JSON parser can take within bounded memory. */
const MAX_TEXT = 2 ** 26;
/** Deflate makes no more than this of one byte. */
const MAX_EXPANSION = 1032;

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
  assertBeginning(await reader.peek(PRELUDE_BYTES));
  const prelude = await reader.read(PRELUDE_BYTES);
  const view = new DataView(prelude.buffer, prelude.byteOffset);
  const [storedBytes, textBytes, checksum] = [4, 8, 12].map((at) => view.getUint32(at, true));
  const most = Math.min(MAX_TEXT, maxBytes);
  if (textBytes > most) throw refusal('file-oversized', `a header of at most ${most} bytes`, textBytes);
  const stored = await reader.read(storedBytes);
  assertChecksum('the header', checksum, crc32(stored, crc32(prelude.subarray(0, 12))));
  if (textBytes > (storedBytes + 1) * MAX_EXPANSION) throw badHeader('a header of its length', `${storedBytes} bytes`);
  const header = parsed(await inflated(stored, textBytes));
  const bytes = assertHeader(header, maxBytes);
  return { header: header as Header, fileBytes: reader.position + bytes };
}

/** @throws GCompressError `file-checksum` where bytes are not those that were written. */
export function assertChecksum(what: string, written: number, computed: number): void {
  if (written !== computed) throw refusal('file-checksum', `checksum ${written} of ${what}`, computed);
}

function assertBeginning(start: Uint8Array): void {
  const text = String.fromCharCode(...start);
  if (/^(\xef\xbb\xbf)?\s*</.test(text)) {
    throw refusal('file-html', `a file that begins with '${MAGIC}'`, `'${text.trim()}'`);
  }
  if (!text.startsWith(MAGIC.slice(0, text.length))) {
    throw badHeader(`a file that begins with '${MAGIC}'`, `'${text.slice(0, MAGIC.length)}'`);
  }
  const version = start[MAGIC.length];
  if (version === undefined || version === CONTAINER_VERSION) return;
  throw refusal('unsupported-version', `version 1 to ${CONTAINER_VERSION}`, version);
}

async function inflated(stored: Uint8Array, length: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let got = 0;
  try {
    const stream = new Blob([stored as Uint8Array<ArrayBuffer>]).stream();
    const reader = stream.pipeThrough(new DecompressionStream('deflate')).getReader();
    for (let { value } = await reader.read(); value; { value } = await reader.read()) {
      pieces.push(value);
      got += value.length;
      if (got > length) {
        await reader.cancel();
        break;
      }
    }
  } catch (cause) {
    throw badHeader('a header in deflate', 'something else', cause);
  }
  if (got !== length) throw badHeader(`${length} bytes of header`, got > length ? 'more' : `${got}`);
  return joined(pieces);
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    // An engine may also run out of stack here, where the text nests deep
    throw badHeader('a header in JSON', 'something else', cause);
  }
}
