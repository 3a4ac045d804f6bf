// Reads what all processes wrote into their journals, each line once.
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { folderError } from './folder-errors.ts';
import { damagedLine, type JournalLine, parseLine } from './journal-lines.ts';

interface Position {
  /** Bytes of the file that were read as whole lines. */
  bytes: number;
  lines: number;
}

/** Follows the journals of a folder. A last line that a crash tore, or that is being written, is left for a later call. */
export class JournalReader {
  readonly #positions = new Map<string, Position>();

  constructor(private readonly folder: string) {}

  /**
   * The lines that are new since the last call.
   *
   * @throws GCompressError `file-header` for a damaged line before the last one; `file-read`.
   */
  async next(): Promise<JournalLine[]> {
    const lines: JournalLine[] = [];
    try {
      const names = await readdir(this.folder);
      for (const name of names.filter((each) => each.endsWith('.jsonl')).sort()) {
        lines.push(...(await this.nextOf(join(this.folder, name))));
      }
    } catch (cause) {
      throw (cause as { code?: string }).code === 'file-header' ? cause : folderError('file-read', this.folder, cause);
    }
    return lines;
  }

  private async nextOf(path: string): Promise<JournalLine[]> {
    const position = this.#positions.get(path) ?? { bytes: 0, lines: 0 };
    const texts = wholeLines(await bytesAfter(path, position.bytes));
    const lines: JournalLine[] = [];
    for (const [i, { text, bytes }] of texts.entries()) {
      const line = parseLine(text);
      if (line === undefined) {
        if (i === texts.length - 1) break;
        throw damagedLine(path, position.lines + 1);
      }
      lines.push(line);
      position.bytes += bytes;
      position.lines += 1;
    }
    this.#positions.set(path, position);
    return lines;
  }
}

async function bytesAfter(path: string, offset: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.max(0, size - offset));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Lines with their sizes in bytes, the line break included. What follows the last break is no line yet. */
function wholeLines(bytes: Buffer): { readonly text: string; readonly bytes: number }[] {
  const lines: { readonly text: string; readonly bytes: number }[] = [];
  for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
    lines.push({ text: bytes.toString('utf8', start, end), bytes: end + 1 - start });
  }
  return lines;
}
