// The progress of a training in its checkpoint: epoch, best epoch, states of callbacks.
import { GCompressError, type JsonObject, type JsonValue } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/** The point at which a training resumes. */
export interface CheckpointProgress {
  /** Finished epochs, which is the `initialEpoch` for `fit`; 0 for a checkpoint without progress. */
  readonly epoch: number;
  /** The best epoch so far, from 0, and its metric; undefined before the first epoch that can be best. */
  readonly best: { readonly epoch: number; readonly value: number } | undefined;
}

/** The progress that `checkpointCallback` writes into a checkpoint. */
export interface StoredProgress extends CheckpointProgress {
  /** The metric that chose the best epoch, and whether larger is better; undefined if the file does not say. */
  readonly monitor: { readonly metric: string; readonly larger: boolean } | undefined;
  /** The states of other callbacks by their names. */
  readonly callbacks: ReadonlyMap<string, JsonObject>;
}

/** The progress as JSON. */
export function writtenProgress({ epoch, best, monitor, callbacks }: StoredProgress): JsonObject {
  return {
    epoch,
    best: best ?? null,
    ...(monitor && { monitor: { ...monitor } }),
    ...(callbacks.size > 0 && { callbacks: [...callbacks] }),
  };
}

/**
 * Reads the progress from JSON, which may be anything.
 *
 * @throws GCompressError `file-header`.
 */
export function readProgress({ epoch = 0, best = null, monitor, callbacks = [] }: JsonObject): StoredProgress {
  if (!isCount(epoch)) throw damaged('epoch', 'an integer of at least 0', epoch);
  return {
    epoch,
    best: best === null ? undefined : readBest(best),
    monitor: monitor === undefined ? undefined : readMonitor(monitor),
    callbacks: readStates(callbacks),
  };
}

function readBest(stored: JsonValue): { epoch: number; value: number } {
  const { epoch, value } = fieldsOf(stored);
  if (isCount(epoch) && typeof value === 'number' && Number.isFinite(value)) return { epoch, value };
  throw damaged('best', 'an epoch and a number', stored);
}

function readMonitor(stored: JsonValue): { metric: string; larger: boolean } {
  const { metric, larger } = fieldsOf(stored);
  if (typeof metric === 'string' && typeof larger === 'boolean') return { metric, larger };
  throw damaged('monitor', 'the name of a metric', stored);
}

function readStates(stored: JsonValue): Map<string, JsonObject> {
  if (!Array.isArray(stored)) throw damaged('callbacks', 'a list', stored);
  return new Map(
    stored.map((entry: JsonValue) => {
      const [name, state] = Array.isArray(entry) ? entry : [];
      const { best, waited } = fieldsOf(state);
      const valid = best === null || (typeof best === 'number' && Number.isFinite(best));
      if (typeof name === 'string' && valid && isCount(waited)) return [name, { best, waited }] as const;
      throw damaged('callbacks', 'a name, a best value and the epochs waited', entry);
    }),
  );
}

function fieldsOf(stored: JsonValue | undefined): JsonObject {
  return typeof stored === 'object' && stored !== null && !Array.isArray(stored) ? (stored as JsonObject) : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function damaged(field: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('file-header', {
    where: `checkpoint progress '${field}'`,
    expected,
    actual: describeValue(actual),
    hint: 'The checkpoint was not written by checkpointCallback, or it is damaged. The model is unchanged.',
  });
}
