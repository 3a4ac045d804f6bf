// Keeps a file with the results of a sweep up to date while jobs end.
import { basename, dirname, resolve } from 'node:path';
import { createJob, type DoneJob, type EndedJob, type FailedJob } from '@gcompress/sweep';
import { assertFileTarget, writeFiles } from '../output/write-output.ts';
import type { FoundSweep } from './read-definition.ts';
import { resultsHtml, resultsMarkdown, type SweepResults } from './results-page.ts';
import { rowsSoFar } from './sweep-rows.ts';
import { sweepTable } from './sweep-table.ts';

/** A file that follows a sweep. */
export interface LiveResults {
  /** Takes a job that ended; the file is written soon after. */
  readonly add: (job: EndedJob) => void;
  /**
   * Writes the last state.
   *
   * @param isComplete false if the sweep was stopped.
   * @throws GCompressError `file-write` if any of the writes failed.
   */
  readonly finish: (isComplete: boolean) => Promise<void>;
}

/**
 * Starts a file: Markdown for names that end in `.md`, otherwise HTML. Each write replaces the whole file at once, and jobs that end during a write
 * come with the next one. A write that fails does not stop the sweep.
 *
 * @throws GCompressError `file-write` if the file may not be written.
 */
export async function liveResults(
  out: string,
  definition: FoundSweep,
  { cwd, force }: { readonly cwd: string; readonly force: boolean },
): Promise<LiveResults> {
  const path = resolve(cwd, out);
  await assertFileTarget({ path, force, kind: 'sweep' });
  const write = path.toLowerCase().endsWith('.md') ? resultsMarkdown : resultsHtml;
  const ended: EndedJob[] = [];
  let isComplete = false;
  let isWaiting = false;
  let failure: { readonly cause: unknown } | undefined;
  let writing = Promise.resolve();
  const update = () => {
    if (isWaiting) return;
    isWaiting = true;
    writing = writing
      .then(() => {
        isWaiting = false;
        const text = write(resultsOf(ended, definition, isComplete));
        return writeFiles(dirname(path), { [basename(path)]: new TextEncoder().encode(text) });
      })
      .catch((cause) => {
        failure ??= { cause };
      });
  };
  update();
  return {
    add(job) {
      ended.push(job);
      update();
    },
    async finish(complete) {
      isComplete = complete;
      update();
      await writing;
      if (failure) throw failure.cause;
    },
  };
}

function resultsOf(ended: readonly EndedJob[], definition: FoundSweep, isComplete: boolean): SweepResults {
  const done = ended.filter((job): job is DoneJob => job.status === 'done');
  const failed = ended.filter((job): job is FailedJob => job.status === 'failed');
  // How many jobs the later rungs of successive halving have follows from the results
  const total = definition.halving === undefined ? ` of ${jobsOf(definition)}` : '';
  const failures = failed.length > 0 ? `, ${failed.length} of them without a result` : '';
  return {
    title: `Sweep ${definition.name}`,
    status: `${ended.length}${total} jobs ended${failures}.${isComplete ? ' The sweep is complete.' : ''}`,
    isComplete,
    table: done.length > 0 ? sweepTable(rowsSoFar(done, definition)) : undefined,
    failures: failed.map(({ configuration, failure }) => `${JSON.stringify(configuration)}: ${failure.message}`),
  };
}

/** Equal configurations are one job. */
function jobsOf({ configurations }: FoundSweep): number {
  return new Set(configurations.map((each) => createJob(each).id)).size;
}
