// What a sweep costs beside the work of its jobs: the wall time of 64 trainings of about 2 s by worker processes, compared with the same trainings one
// after the other in one process. In a folder, and through Redis where redis-server is installed. Needs a machine that does nothing else, and as many
// processors as workers: `pnpm --filter @gcompress/benchmarks sweep`, about 13 minutes. `--jobs=8 --seconds=0.2` for a quick look.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderQueue, type JobQueue, runSweep } from '@gcompress/sweep';
import { redisQueue } from '@gcompress/sweep/redis';
import { markdownTable } from '../statistics.ts';
import trainingJob, { type TrainingConfiguration } from './training-job.ts';

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '64' }, seconds: { type: 'string', default: '2' } },
});
const [jobs, seconds] = [Number(values.jobs), Number(values.seconds)];
const WORKERS = [1, 2];
const PORT = 6390;
/** Steps after which the engine has compiled what a step runs, and steps that are measured for the number of a job. */
const STEPS = 50;
const job = new URL('./training-job.ts', import.meta.url);

const folder = mkdtempSync(join(tmpdir(), 'gcompress-sweep-benchmark-'));
const configurations = await configurationsOf(seconds);
const before = await oneAfterTheOther();
const rows: string[][] = [];
try {
  for (const workers of WORKERS) await measure('folder', workers, await folderQueue(join(folder, `sweep-${workers}`)));
  await withRedis(async (url) => {
    for (const workers of WORKERS) await measure('Redis', workers, await redisQueue({ url, name: `${workers}` }));
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const after = await oneAfterTheOther();
const reference = (before + after) / 2;

const head = [
  'queue',
  'workers',
  'wall time',
  'overhead: workers · wall time over the time of one process',
  'of it beside the jobs',
  'processor time a job, of the process that claims',
];
console.log(
  `${jobs} trainings of ${(reference / jobs).toFixed(2)} s. One after the other in one process: ${before.toFixed(1)} s before the sweeps, ` +
    `${after.toFixed(1)} s after them; their mean is the reference, and their difference says how quiet the machine was. Wall times include the start ` +
    'and the end of the worker processes. The rest of the overhead is in the jobs, which share memory and caches.\n',
);
console.log(
  markdownTable(
    head,
    rows.map(([queue, workers, wall, ...rest]) => {
      const overhead = (Number(workers) * Number(wall)) / reference - 1;
      return [queue, workers, `${Number(wall).toFixed(1)} s`, `${(100 * overhead).toFixed(1)} %`, ...rest];
    }),
  ),
);

/** Configurations whose jobs take about this long: each seed is another training. */
async function configurationsOf(wanted: number): Promise<TrainingConfiguration[]> {
  await trainingJob({ seed: 0, steps: STEPS });
  const start = performance.now();
  await trainingJob({ seed: 0, steps: STEPS });
  const steps = Math.max(1, Math.round((1000 * wanted * STEPS) / (performance.now() - start)));
  return Array.from({ length: jobs }, (_, i) => ({ seed: i + 1, steps }));
}

/** Seconds of all jobs in this process. */
async function oneAfterTheOther(): Promise<number> {
  const start = performance.now();
  for (const configuration of configurations) await trainingJob(configuration);
  return (performance.now() - start) / 1000;
}

/** Runs all jobs, from the first process to the end of the last one. */
async function measure(name: string, workers: number, queue: JobQueue): Promise<void> {
  const start = performance.now();
  const processorBefore = process.cpuUsage();
  const { results } = await runSweep(queue, { job, configurations, workers });
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(processorBefore);
  await queue.close();
  if (results.length !== jobs) throw new Error(`${results.length} of ${jobs} jobs have a result`);
  const work = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const processor = `${((user + system) / 1000 / jobs).toFixed(1)} ms`;
  rows.push([name, `${workers}`, `${wall}`, `${(100 * ((workers * wall) / work - 1)).toFixed(1)} %`, processor]);
  console.error(`${name}, ${workers} workers: ${wall.toFixed(1)} s`);
}

/** Starts a Redis that writes each command to the disk, as the sweeps of users should have it. */
async function withRedis(work: (url: string) => Promise<void>): Promise<void> {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    console.error('redis-server is not installed');
    return;
  }
  const server = spawn('redis-server', ['--port', `${PORT}`, '--appendonly', 'yes', '--dir', folder], {
    stdio: 'ignore',
  });
  try {
    await work(`redis://127.0.0.1:${PORT}`);
  } finally {
    const ended = once(server, 'exit');
    server.kill();
    await ended;
  }
}
