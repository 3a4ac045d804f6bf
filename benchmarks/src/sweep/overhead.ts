// What a sweep costs beside the work of its jobs: in a folder, and through Redis where redis-server is installed.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderQueue, type JobQueue, runSweep } from '@gcompress/sweep';
import { redisQueue } from '@gcompress/sweep/redis';

const JOBS = 64;
const WORKERS = 4;
const MILLISECONDS = [100, 500];
const PORT = 6390;
const job = new URL('./waiting-job.ts', import.meta.url);

const folder = mkdtempSync(join(tmpdir(), 'gcompress-sweep-benchmark-'));
console.log(
  `${JOBS} jobs that only wait, ${WORKERS} workers; overhead is time of workers beside the jobs, over the time of the jobs\n`,
);
console.log(
  '| queue | job | from the first job on | with the start of the processes | processor time a job, of the process that claims |',
);
console.log('| --- | --: | --: | --: | --: |');
try {
  for (const milliseconds of MILLISECONDS) {
    await measure('folder', milliseconds, await folderQueue(join(folder, `sweep-${milliseconds}`)));
  }
  await withRedis(async (url) => {
    for (const milliseconds of MILLISECONDS)
      await measure('Redis', milliseconds, await redisQueue({ url, name: `${milliseconds}` }));
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(name: string, milliseconds: number, queue: JobQueue): Promise<void> {
  const configurations = Array.from({ length: JOBS }, (_, n) => ({ n, milliseconds }));
  const started = performance.now();
  const before = process.cpuUsage();
  let first: number | undefined;
  const onResult = () => {
    // The first result came one job after the first start
    first ??= performance.now() - milliseconds;
  };
  const { results } = await runSweep(queue, { job, configurations, workers: WORKERS, onResult });
  const ended = performance.now();
  const { user, system } = process.cpuUsage(before);
  const processor = `${((user + system) / 1000 / JOBS).toFixed(1)} ms`;
  await queue.close();
  const work = results.reduce((sum, result) => sum + result.milliseconds, 0);
  const overhead = (since: number) => `${(100 * ((WORKERS * (ended - since)) / work - 1)).toFixed(1)} %`;
  console.log(`| ${name} | ${milliseconds} ms | ${overhead(first ?? started)} | ${overhead(started)} | ${processor} |`);
}

/** Starts a Redis that writes each command to the disk, as the sweeps of users should have it. */
async function withRedis(work: (url: string) => Promise<void>): Promise<void> {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    console.log('\nredis-server is not installed');
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
