// Summaries as a table of comma-separated values.
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { GCompressError, isGCompressError } from '@gcompress/core';
import type { Summary } from '../summaries/summary.ts';
import { assertSummaries } from '../summaries/summary-checks.ts';
import { AppendedFile, cannotWrite } from './appended-file.ts';
import { assertPath } from './model-folder.ts';
import type { SummaryFile } from './summary-file.ts';

const HEADER = 'wall_time,step,tag,value\n';

/**
 * Opens a table of summaries as comma-separated values (RFC 4180), one summary in each row: time in seconds since 1970, step, tag, value.
 * An existing table is continued, so a resumed training takes the same path. A last row that a crash left unfinished is removed. If a
 * training resumes at an earlier step than it stopped, some steps appear twice; the later row is valid.
 *
 * @throws GCompressError before any training: `file-write` if the file cannot be written, `file-header` if the file is not such a table,
 * and then it is unchanged. `write` throws `invalid-option` for anything but a number with tag and step, such as a histogram.
 */
export async function csvFile(path: string): Promise<SummaryFile> {
  assertPath('csvFile', path);
  const full = resolve(path);
  const handle = await openTable(full).catch((cause: unknown) => Promise.reject(cannotWrite(full, cause)));
  const file = new AppendedFile(full, handle);
  try {
    await continueTable(full, handle);
  } catch (cause) {
    await handle.close();
    throw isGCompressError(cause) ? cause : cannotWrite(full, cause);
  }
  return {
    path: full,
    async write(summaries) {
      assertSummaries('csvFile.write', summaries);
      return file.append(summaries.map(row).join(''));
    },
    close: () => file.close(),
  };
}

async function openTable(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  return open(path, 'a+');
}

/** Writes the header into an empty file, refuses a file with a different header, and removes an unfinished last row. */
async function continueTable(path: string, handle: FileHandle): Promise<void> {
  const text = (await handle.readFile()).toString();
  if (text.startsWith(HEADER)) {
    const unfinished = text.slice(endOfRows(text));
    const { size } = await handle.stat();
    return handle.truncate(size - Buffer.byteLength(unfinished));
  }
  if (HEADER.startsWith(text)) {
    await handle.truncate(0);
    return handle.appendFile(HEADER);
  }
  throw new GCompressError('file-header', {
    where: `'${path}'`,
    expected: `a table of summaries, which begins with ${HEADER.trim()}`,
    actual: `'${text.slice(0, 40).split('\n')[0]}'`,
    hint: 'Choose another path; the file is unchanged.',
  });
}

/** The end of the last whole row. Line breaks between quotes do not end a row. */
function endOfRows(text: string): number {
  let end = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (text[i] === '\n' && !quoted) end = i + 1;
  }
  return end;
}

function row({ step, tag, value }: Summary): string {
  return `${Date.now() / 1000},${step},${quoted(tag)},${value}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
