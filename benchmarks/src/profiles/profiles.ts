/**
 * Where the time of runs goes of which a goal is missed: `pnpm --filter @gcompress/benchmarks profiles` writes docs/results/profiles.md. Shares of
 * the time depend less on other programs than times do.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { MODULE_BYTES as INFERENCE } from '../../../packages/inference-kernels/src/loops/module-bytes.ts';
import { MODULE_BYTES as KERNELS } from '../../../packages/wasm-kernels/src/module/module-bytes.ts';
import { markdownTable } from '../statistics.ts';
import { encoderCases, inferenceCases, type ProfiledCase } from './cases.ts';
import { profile } from './profile.ts';

/** Milliseconds for which a run is repeated. */
const SPAN = 2000;

const MODULES = { kernels: exportsOf(KERNELS), inference: exportsOf(INFERENCE) };

/** The exports of an instance of a module, which is only asked for the numbers of its functions. */
function exportsOf(base64: string): object {
  const { Instance, Memory, Module } = Reflect.get(globalThis, 'WebAssembly');
  const memory = new Memory({ initial: 1 });
  return new Instance(new Module(Buffer.from(base64, 'base64')), { env: { memory } }).exports;
}

async function section({ name, module, limit, isFirst, prepare }: ProfiledCase): Promise<string> {
  const run = prepare();
  if (!isFirst) run();
  const repeated = () => {
    const end = performance.now() + SPAN;
    do run();
    while (!isFirst && performance.now() < end);
  };
  const shares = await profile(repeated, MODULES[module]);
  console.error(name);
  const rows = shares.map(({ what, share }) => [what, `${(100 * share).toFixed(0)} %`]);
  return `## ${name}\n\n${limit}\n\n${markdownTable(['function', 'share'], rows)}\n`;
}

await tf.setBackend('wasm');
const cases = [...encoderCases(await wasmKernels()), ...inferenceCases()];
const sections: string[] = [];
for (const one of cases) sections.push(await section(one));
const text = `# Where the time of missed goals goes

Runs of which the pages of encoders, [kernels](kernels.md) and [products in the stored form](inference.md) mark a goal as missed, and the functions in which they
spend their time themselves, without the functions that these call. Functions below 3 % are left out. Made by
\`pnpm --filter @gcompress/benchmarks profiles\` with the profiler of Node ${process.versions.node} on ${cpus()[0].model.trim()}. A first call includes the compilation of
functions; all other runs are repeated for ${SPAN / 1000} seconds after a first one. \`wasm-function\` with a number is a function that the WebAssembly module does not export.

${sections.join('\n')}`;
writeFileSync(resolve(import.meta.dirname, '../../../docs/results/profiles.md'), text);
