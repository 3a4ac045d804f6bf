// The lines of a journal, as they are stored.
import { GCompressError, type JsonObject } from '@gcompress/core';
import type { Completion, JobFailure } from '../jobs/job-queue.ts';

/**
 * A line of a journal. A `result`, a `failure` and a `release` belong to a turn of a job, which only one process had. A result counts when the
 * turn is sealed.
 */
export type JournalLine =
  | { readonly kind: 'job'; readonly id: string; readonly configuration: JsonObject }
  | ({ readonly kind: 'result'; readonly id: string; readonly turn: number } & Completion)
  | { readonly kind: 'failure'; readonly id: string; readonly turn: number; readonly failure: JobFailure }
  | { readonly kind: 'release'; readonly id: string; readonly turn: number; readonly reason: ReleaseReason };

/** Why a turn ended without a result: the job was handed back, its worker died, or a failed job is retried. */
export type ReleaseReason = 'stopped' | 'died' | 'retried';

/** Reads one line; undefined if it is damaged. */
export function parseLine(text: string): JournalLine | undefined {
  try {
    const line = JSON.parse(text);
    return isLine(line) ? (line as JournalLine) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value has the entries that all lines of its kind have. */
function isLine(line: Readonly<Record<string, unknown>> | null): boolean {
  if (typeof line !== 'object' || line === null || typeof line.id !== 'string') return false;
  if (line.kind === 'job') return isObject(line.configuration);
  if (!Number.isSafeInteger(line.turn) || Number(line.turn) < 1) return false;
  if (line.kind === 'result') return isObject(line.result) && typeof line.milliseconds === 'number';
  if (line.kind === 'failure') return isObject(line.failure);
  return line.kind === 'release' && ['stopped', 'died', 'retried'].includes(String(line.reason));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error for a line that is damaged although another one follows: no crash does that. */
export function damagedLine(path: string, number: number): GCompressError {
  return new GCompressError('file-header', {
    where: `'${path}' line ${number}`,
    expected: 'a line of a sweep journal',
    actual: 'a damaged line that is not the last one',
    hint: 'Restore the journal from a copy, or delete the folder and start the sweep anew.',
  });
}
