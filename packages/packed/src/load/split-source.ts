// Reads a packed file that may be split into several files.
import { SPLIT_MAGIC, SPLIT_PRELUDE_BYTES, SPLIT_VERSION } from '../container/split.ts';
import { assertBeginning } from './beginning.ts';
import { byteReader, type Pieces } from './byte-reader.ts';
import { refusal } from './refusal.ts';
import { type OpenSource, openSource, type PackedSource } from './source.ts';

/**
 * A source for a file that `splitFile` split.
 *
 * ```ts
 * const model = await tf.loadGraphModel(packedModel(splitSource('https://example.org/small.gcm')));
 * ```
 *
 * @param source the address of the first file, with the others in the same folder; or a list of all files in order. A file that was not
 *   split works too.
 * @returns a source for `packedModel` and `verify`. Loading may also throw `file-part-missing` if a file is missing, and `file-part-mixed`
 *   if a file belongs to another model or position.
 */
export function splitSource(source: string | URL | readonly PackedSource[]): OpenSource {
  return (signal) =>
    wholeFile((part) => {
      const file = Array.isArray(source) ? source[part] : addressOfPart(`${source}`, part);
      return file && openSource(file, signal);
    });
}

/**
 * The bytes of a packed file, split or not.
 *
 * @param open opens a file by its number, from 0; gives undefined when the file does not exist.
 * @throws GCompressError `file-part-missing` if a file is missing, `file-part-mixed` if it belongs to another model or position;
 *   `file-html`, `file-truncated`, `file-overlap`, `unsupported-version`.
 */
export async function* wholeFile(open: (part: number) => Pieces | undefined): AsyncGenerator<Uint8Array, void> {
  let parts = 1;
  let checksum: number | undefined;
  for (let part = 0; part < parts; part++) {
    const opened = open(part);
    if (!opened) throw missing(part);
    const reader = byteReader(opened);
    try {
      const start = await reader.peek(SPLIT_PRELUDE_BYTES).catch((cause) => {
        throw part > 0 && cause?.code === 'file-read' ? missing(part, cause) : cause;
      });
      if (part === 0 && !String.fromCharCode(...start.subarray(0, 3)).startsWith(SPLIT_MAGIC)) {
        for (let ahead = start; ahead.length > 0; ahead = await reader.peek(1)) yield* reader.pieces(ahead.length);
        return;
      }
      assertBeginning(start, SPLIT_MAGIC, SPLIT_VERSION);
      const { buffer, byteOffset } = await reader.read(SPLIT_PRELUDE_BYTES);
      const view = new DataView(buffer, byteOffset);
      const [number, count, ofHeader, bytes] = [4, 8, 12, 16].map((at) => view.getUint32(at, true));
      if (part === 0) [parts, checksum] = [count, ofHeader];
      if (number !== part || count !== parts || checksum !== ofHeader || bytes === 0) {
        throw refusal(
          'file-part-mixed',
          `part ${part} of ${parts} of file ${checksum}`,
          `${number} of ${count} of ${ofHeader}`,
        );
      }
      yield* reader.pieces(bytes);
      await reader.end();
    } finally {
      await reader.close();
    }
  }
}

/** The name of a file after the first one: its number follows the path, `small.gcm?v=2` → `small.gcm.1?v=2`. */
export function addressOfPart(address: string, part: number): string {
  return part === 0 ? address : address.replace(/(?=[?#]|$)/, `.${part}`);
}

function missing(part: number, cause?: unknown): Error {
  return refusal('file-part-missing', `part ${part} of a file that was split`, cause ?? 'none');
}
