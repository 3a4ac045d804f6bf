import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from './shell.ts';

// Every example runs to its end, on a small part of its data.

const root = resolve(import.meta.dirname, '..');
const output = mkdtempSync(join(tmpdir(), 'gcompress-examples-'));
const small = ['--images', '2000', '--epochs', '2', '--output', output];

const EXAMPLES: readonly (readonly [name: string, ...args: string[]])[] = [
  ...['lowrank', 'kmeans', 'simhash', 'dictlearn'].map((method) => ['mnist', ...small, '--method', method] as const),
  ['custom-training-loop'],
];

for (const [name, ...args] of EXAMPLES) {
  console.log(`\n> ${name} ${args.join(' ')}`);
  console.log(run('pnpm', ['--silent', '--filter', `@gcompress/example-${name}`, 'start', ...args], root));
}
