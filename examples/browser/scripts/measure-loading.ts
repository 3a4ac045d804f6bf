// Loads a packed graph of 25 million weights in Chromium and tells how long the page's tasks are: writes docs/results/loading.md.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { createRandom } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import type { Loading, LoadingOptions } from '../test-browser/packed-page.ts';
import { launchChromium } from './chromium.ts';
import { serveBuild } from './serve-build.ts';

const ROWS = 2500;
const COLUMNS = 2000;
/** Matrices, and the part of their entries that are not zero. */
const KEPT = [1, 1, 1, 1, 0.03];
const RUNS = 5;

const WAYS: readonly (readonly [string, LoadingOptions])[] = [
  ['`packedModel(…).load()`', {}],
  ['`workerModel(…).load()`', { worker: 'decoding' }],
  ['`tf.loadGraphModel(packedModel(…))`', { isModel: true }],
  ['`tf.loadGraphModel(workerModel(…))`', { isModel: true, worker: 'decoding' }],
];

const bytes = await packedGraph();
const { url, stop } = await serveBuild(['test-browser/packed.html']);
const browser = await launchChromium();
try {
  const page = await browser.newPage();
  await page.route('**/large.gcm', (route) => route.fulfill({ body: Buffer.from(bytes) }));
  await page.goto(new URL('test-browser/packed.html', url).href);
  await page.waitForFunction(() => 'loadPacked' in globalThis);
  const rows: string[] = [];
  const load = loadavg()[0];
  for (const [way, options] of WAYS) {
    const runs: Loading[] = [];
    for (let run = 0; run < RUNS; run++) {
      const loading = await page.evaluate((asked) => globalThis.loadPacked('large.gcm', asked), options);
      if (typeof loading === 'string') throw new Error(loading);
      runs.push(loading);
    }
    const of = (pick: (run: Loading) => number) => runs.map(pick).sort((a, b) => a - b);
    const cells = [
      way,
      `${(of(({ duration }) => duration)[RUNS >> 1] / 1000).toFixed(1)} s`,
      `${of(({ longTasks }) => longTasks.length).join(', ')}`,
      `${Math.round(of(({ longTasks }) => longTasks[0] ?? 0)[RUNS - 1])} ms`,
      `${Math.round(of(({ longestWait }) => longestWait)[RUNS - 1])} ms`,
    ];
    rows.push(`| ${cells.join(' | ')} |`);
  }
  writeFileSync(new URL('../../../docs/results/loading.md', import.meta.url), document(rows, load));
} finally {
  await browser.close();
  await stop();
}

/** Constants of a graph: random matrices, of which the last one is sparse. */
async function packedGraph(): Promise<Uint8Array> {
  const random = createRandom(1);
  const names = KEPT.map((_, i) => `w${i}`);
  const matrices = KEPT.map((kept) =>
    Float32Array.from({ length: ROWS * COLUMNS }, () => (kept === 1 || random.uniform() < kept ? random.normal() : 0)),
  );
  const float = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
  const dim = [1, ROWS].map((size) => ({ size: `${size}` }));
  const products = names.map((name) => ({ name: `y${name}`, op: 'MatMul', input: ['x', name], attr: float }));
  const node = [
    { name: 'x', op: 'Placeholder', attr: { ...float, shape: { shape: { dim } } } },
    ...names.map((name) => ({ name, op: 'Const', attr: float })),
    ...products,
  ];
  const artifacts = {
    modelTopology: { node, library: {}, versions: { producer: 1 } },
    format: 'graph-model',
    weightSpecs: names.map((name) => ({ name, dtype: 'float32' as const, shape: [ROWS, COLUMNS] })),
    weightData: matrices.map(({ buffer }) => buffer),
  };
  return (await pack(artifacts, { method: uniform({ bits: 4 }) })).bytes;
}

function document(rows: readonly string[], load: number): string {
  return `# Loading a large file in a page

A packed graph of ${KEPT.length} matrices \`[${ROWS}, ${COLUMNS}]\`, 25 million weights, of which 3 % of the last matrix are not zero; \`uniform({ bits: 4 })\`,
${(bytes.length / 1e6).toFixed(1)} MB. Debian's Chromium on two cores, plain JavaScript, ${RUNS} loadings, while other programs kept ${load.toFixed(1)} processes running: a task that waits for a core counts
as a longer one. Median of the duration; for each loading how many tasks took more
than 50 ms (\`PerformanceObserver\`), the longest of all of them, and the longest wait of a timer of 1 ms. Made by
\`pnpm --filter @gcompress/example-browser measure-loading\`.

| what                                  | duration | tasks above 50 ms | longest of them | longest wait |
| ------------------------------------- | -------: | ----------------- | --------------: | -----------: |
${rows.join('\n')}

When it makes a model, TensorFlow.js copies all weights in one task, which no loader can divide.
`;
}
