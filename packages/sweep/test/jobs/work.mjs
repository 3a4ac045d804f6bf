// A job for tests: it takes some time, and fails, dies, blocks or waits if its configuration says so.
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export default async function work(configuration, { signal, onProgress }) {
  const { n = 0, milliseconds = 0, log, mode, epochs = 1 } = configuration;
  if (log !== undefined) appendFileSync(log, `${n} ${process.pid}\n`);
  if (mode === 'throw') throw new Error(`no result for ${n}`);
  if (mode === 'die') process.exit(1);
  if (mode === 'not-a-number') return { error: Number.NaN };
  if (mode === 'print') process.stdout.write('printed by the job\n');
  if (mode === 'block') for (const end = performance.now() + milliseconds; performance.now() < end; );
  else if (mode === 'forever') await delay(600_000, undefined, { signal });
  else for (let i = 0; i < 4; i++) await step(milliseconds / 4, i, onProgress);
  return { square: n * n, error: 1 / (n + 1) / epochs, bytes: 100 * n, pid: process.pid };
}

async function step(milliseconds, i, onProgress) {
  await delay(milliseconds);
  onProgress((i + 1) / 4);
}
