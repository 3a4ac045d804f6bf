// Evaluates a list of tasks one after the other, and keeps the results in a store.
import { GCompressError, type JsonValue, type ProgressOptions, partialProgress, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { assertStore, type EvaluationStore } from './evaluation-store.ts';

/** Something to evaluate, such as a candidate on a matrix. */
export interface EvaluationTask<R extends JsonValue> {
  /** Tells the task from all others with another result: hash the matrix, the method and its options. Undefined is never stored. */
  readonly key: string | undefined;
  /** Share of the work, above 0. Default 1. */
  readonly work?: number;
  evaluate(progress: ProgressOptions): R | Promise<R>;
}

/** Options of {@link evaluateAll}. */
export interface EvaluateAllOptions extends ProgressOptions {
  /** Results that are stored are not computed again. Default none. */
  readonly store?: EvaluationStore | undefined;
}

const WHERE = 'evaluateAll';

/**
 * Evaluates tasks in order. Each result is stored before the next task starts, so that the next call goes on where this one was stopped.
 *
 * @returns the results, in the order of the tasks.
 * @throws GCompressError `invalid-option`; what a task or the store throws; the signal's reason when aborted.
 */
export async function evaluateAll<R extends JsonValue>(
  tasks: readonly EvaluationTask<R>[],
  options: EvaluateAllOptions = {},
): Promise<R[]> {
  if (!Array.isArray(tasks)) {
    throw new GCompressError('invalid-option', {
      where: WHERE,
      expected: 'a list of tasks',
      actual: describeValue(tasks),
    });
  }
  assertKnownOptions(WHERE, options, ['store', 'signal', 'onProgress']);
  const { store, signal, onProgress } = options;
  if (store !== undefined) assertStore(WHERE, store);
  for (const task of tasks as readonly unknown[]) assertTask(task);
  const all = tasks.reduce((sum, { work = 1 }) => sum + work, 0);
  const results: R[] = [];
  let done = 0;
  for (const { key, work = 1, evaluate } of tasks) {
    const part = partialProgress({ signal, onProgress }, done / all, (done + work) / all);
    reportProgress(part, 0);
    results.push(await stored(key === undefined ? undefined : store, key ?? '', async () => evaluate(part)));
    done += work;
  }
  reportProgress({ signal, onProgress }, 1);
  return results;
}

async function stored<R extends JsonValue>(
  store: EvaluationStore | undefined,
  key: string,
  evaluate: () => Promise<R>,
): Promise<R> {
  const known = await store?.get(key);
  if (known !== undefined) return known as R;
  const result = await evaluate();
  await store?.set(key, result);
  return result;
}

function assertTask(task: unknown): void {
  assertType(WHERE, 'task', task, 'object');
  const { key, work = 1, evaluate } = task as EvaluationTask<JsonValue>;
  if (key !== undefined) assertType(`${WHERE} task`, 'key', key, 'string');
  assertNumber(`${WHERE} task`, 'work', work, { above: 0, max: Number.MAX_VALUE });
  assertType(`${WHERE} task`, 'evaluate', evaluate, 'function');
}
