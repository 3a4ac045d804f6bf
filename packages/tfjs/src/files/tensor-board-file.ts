// Summaries as an event file of TensorBoard.
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { HistogramSummary } from '../summaries/histogram.ts';
import type { Summary } from '../summaries/summary.ts';
import { assertSummariesOrHistograms } from '../summaries/summary-checks.ts';
import { AppendedFile, cannotWrite } from './appended-file.ts';
import { eventRecord } from './event-record.ts';
import { assertPath } from './model-folder.ts';
import type { SummaryFile } from './summary-file.ts';

/** An event file, which can also hold histograms. */
export interface TensorBoardFile extends SummaryFile {
  /** @throws GCompressError `invalid-option` for anything but a summary, before anything is written; `file-write` when the disk is full. */
  write(summaries: readonly (Summary | HistogramSummary)[]): Promise<void>;
}

/**
 * Opens a new event file for TensorBoard in a folder, which is created if needed: `tensorboard --logdir <folder>`. Each run writes its
 * own file, and TensorBoard shows all files of a folder as one training. So a resumed training takes the same folder; if steps were
 * trained twice, TensorBoard shows the later ones.
 *
 * @throws GCompressError `file-write` before any training if the file cannot be made in the folder; from `write` and `close` if the
 * disk is full.
 */
export async function tensorBoardFile(folder: string): Promise<TensorBoardFile> {
  assertPath('tensorBoardFile', folder);
  const root = resolve(folder);
  const file = await create(root).catch((cause: unknown) => Promise.reject(cannotWrite(root, cause)));
  await file.append(eventRecord({ fileVersion: 'brain.Event:2' }, seconds()));
  let started = false;
  return {
    path: file.path,
    async write(summaries) {
      assertSummariesOrHistograms('tensorBoardFile.write', summaries);
      const start = started || summaries.length === 0 ? [] : [eventRecord({ startsAt: summaries[0].step }, seconds())];
      started ||= summaries.length > 0;
      return file.append(Buffer.concat([...start, ...records(summaries)]));
    },
    close: () => file.close(),
  };
}

async function create(folder: string): Promise<AppendedFile> {
  await mkdir(folder, { recursive: true });
  // TensorBoard reads files in the order of their names, which begin with the time
  const prefix = `events.out.tfevents.${Math.floor(seconds()).toString().padStart(10, '0')}.${hostname()}.${process.pid}`;
  for (let count = 0; ; count++) {
    const path = join(folder, `${prefix}.${count}`);
    const handle = await openNew(path);
    if (handle) return new AppendedFile(path, handle);
  }
}

/** Makes the file; undefined if a file of this name exists. */
async function openNew(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'ax');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

/** Groups summaries by step, because an event has one step. */
function records(summaries: readonly (Summary | HistogramSummary)[]): Uint8Array[] {
  const time = seconds();
  const steps = new Map<number, (Summary | HistogramSummary)[]>();
  for (const summary of summaries) steps.set(summary.step, [...(steps.get(summary.step) ?? []), summary]);
  return [...steps].map(([step, those]) => eventRecord({ step, summaries: those }, time));
}

/** Seconds since 1970. */
function seconds(): number {
  return Date.now() / 1000;
}
