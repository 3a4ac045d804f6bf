/**
 * All benchmarks one after the other, or with `--quick` each kernel and method on small sizes: `pnpm bench [--quick]`. Times never make it
 * fail.
 */
import { spawnSync } from 'node:child_process';
import { runQuick } from './quick/run-quick.ts';

const given = process.argv.slice(2);
const unknown = given.filter((argument) => argument !== '--quick');
if (unknown.length > 0) {
  console.error(`bench: expected no arguments or --quick, got ${unknown.join(' ')}.`);
  process.exitCode = 1;
} else if (given.length > 0) {
  await runQuick();
} else {
  process.exitCode = spawnSync('pnpm', ['run', 'all'], { stdio: 'inherit' }).status ?? 1;
}
