// Writes docs/wasm-kernels.md: the registered kernels that each layer, loss and optimizer calls.
import * as tf from '@tensorflow/tfjs';
import { normal, stockKernels } from '../both-backends.ts';
import { type LayerCase, layerCases, layersWithoutCase, withoutGradient } from './layer-cases.ts';
import { losses, optimizers, outputs } from './training-cases.ts';
import { prepare } from './training-pass.ts';

/** Kernels of one thing that trains. */
interface Reached {
  readonly name: string;
  /** Of its output; empty for an optimizer. */
  readonly output: readonly string[];
  /** Of its gradients, beyond those of the output; of the step, for an optimizer. */
  readonly gradient: readonly string[];
}

/** The kernels that cpu has and wasm has not, which nothing here reaches. */
const UNREACHED: Readonly<Record<string, string>> = {
  'Complex, ComplexAbs, Real, Imag, FFT, IFFT': 'complex numbers, which no layer computes with',
  Einsum: '`tf.einsum` in a layer of your own; write it as `tf.matMul` and `tf.transpose`',
  'RaggedGather, RaggedRange, RaggedTensorToTensor': 'ragged tensors, which no layer takes',
  StaticRegexReplace: 'strings',
  Draw: 'draws on a canvas',
};

/** What runs on cpu, in order, with repetitions; without the operations that only bind a gradient of their own. */
async function kernelsOf(run: () => unknown): Promise<string[]> {
  const { kernels } = await tf.profile(() => tf.tidy(() => void run()));
  return kernels.map(({ name }) => name).filter((name) => !name.endsWith('__op'));
}

/** Those of `all` that are not matched by one of `some`, each name once, in the order of the alphabet. */
function beyond(all: readonly string[], some: readonly string[]): string[] {
  const left = [...some];
  const more = all.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...new Set(more)].sort();
}

/** @param passes how often `gradients` computes the output. */
async function reachedBy(
  name: string,
  output: () => tf.Tensor,
  gradients: () => unknown,
  passes = 1,
): Promise<Reached> {
  const ofOutput = await kernelsOf(output);
  const ofBoth = await kernelsOf(gradients);
  const forward = Array.from({ length: passes }, () => ofOutput).flat();
  return { name, output: beyond(ofOutput, []), gradient: beyond(ofBoth, forward) };
}

/** A layer by the first of its cases: which kernels it calls does not depend on strides and paddings. */
async function reachedByLayer({ kind, ...layerCase }: LayerCase): Promise<Reached> {
  const { output, gradients, passes } = prepare(layerCase);
  return reachedBy(kind, output, gradients, passes);
}

async function reachedByOptimizer([name, make]: readonly [string, () => tf.Optimizer]): Promise<Reached> {
  const [weight, optimizer] = [tf.variable(normal([2, 2], 1)), make()];
  const gradient = normal([2, 2], 2);
  const step = () => optimizer.applyGradients({ [weight.name]: gradient });
  // The first step makes its variables
  step();
  return { name, output: [], gradient: beyond(await kernelsOf(step), []) };
}

/** Everything that trains, with the kernels that it calls. */
export async function everythingReached(): Promise<{ layers: Reached[]; losses: Reached[]; optimizers: Reached[] }> {
  await tf.setBackend('cpu');
  const found: { layers: Reached[]; losses: Reached[]; optimizers: Reached[] } = {
    layers: [],
    losses: [],
    optimizers: [],
  };
  for (const layerCase of layerCases) {
    if (!found.layers.some(({ name }) => name === layerCase.kind)) found.layers.push(await reachedByLayer(layerCase));
  }
  for (const [name, loss] of Object.entries(losses)) {
    const x = outputs();
    const total = (input: tf.Tensor): tf.Scalar => tf.sum(loss(input));
    found.losses.push(
      await reachedBy(
        name,
        () => total(x),
        () => tf.grad(total)(x),
      ),
    );
  }
  for (const entry of Object.entries(optimizers)) found.optimizers.push(await reachedByOptimizer(entry));
  return found;
}

/** How the wasm backend comes by this kernel. */
export function originOf(kernel: string): 'native' | 'replaced' | 'added' | 'missing' {
  const now = tf.getKernel(kernel, 'wasm');
  if (now === undefined) return 'missing';
  const stock = stockKernels.get(kernel);
  if (stock === undefined) return 'added';
  return stock.kernelFunc === now.kernelFunc ? 'native' : 'replaced';
}

/** Kernels of cpu that wasm lacks, also with ours. */
export function missingOnWasm(): string[] {
  const names = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  return names.filter((name) => originOf(name) === 'missing').sort();
}

/** {@link UNREACHED}, one by one. */
export function listedAsUnreached(): string[] {
  return Object.keys(UNREACHED)
    .flatMap((names) => names.split(', '))
    .sort();
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((cells) => cells[i].length)));
  const padded = (cells: readonly string[]) => row(cells.map((cell, i) => cell.padEnd(widths[i])));
  return [padded(head), row(widths.map((width) => '-'.repeat(width))), ...rows.map(padded)].join('\n');
}

function marked(kernel: string): string {
  return originOf(kernel) === 'native' ? kernel : `**${kernel}**`;
}

/** The kernels that all have in their gradients, those of the sum that stands for a loss among them. */
function shared(reached: readonly Reached[]): string[] {
  return reached[0].gradient.filter((kernel) => reached.every(({ gradient }) => gradient.includes(kernel)));
}

function tableOf(what: string, reached: readonly Reached[]): string {
  const all = shared(reached);
  return table(
    [what, 'kernels of its gradients', 'our kernels in its output'],
    reached.map(({ name, output, gradient }) => [
      `\`${name}\``,
      beyond(gradient, all).map(marked).join(', ') || '—',
      output.filter((kernel) => originOf(kernel) !== 'native').join(', ') || '—',
    ]),
  );
}

/** The page. */
export function kernelPage(found: Awaited<ReturnType<typeof everythingReached>>): string {
  const all = [...found.layers, ...found.losses, ...found.optimizers];
  const ours = [...new Set(all.flatMap(({ output, gradient }) => [...output, ...gradient]))]
    .filter((kernel) => originOf(kernel) !== 'native')
    .sort();
  const users = (kernel: string) =>
    found.layers
      .filter(({ output, gradient }) => [...output, ...gradient].includes(kernel))
      .map(({ name }) => `\`${name}\``);
  return `# Kernels of the wasm backend

This page lists the kernels that training calls on the wasm backend of TensorFlow.js ${tf.version_core}, and the origin of each: the backend itself, or
\`registerTrainingKernels\` of \`@gcompress/tfjs/backends\`. [\`@gcompress/wasm-kernels\`](../packages/wasm-kernels/README.md) is something else: it is a
WebAssembly module for compression methods and does not change the backend.

A test writes this page from the registered kernels and fails if the page differs. Do not edit it; run
\`pnpm vitest run --project @gcompress/tfjs-backends kernel-page -u\`.

\`registerTrainingKernels\`, which \`selectBackend\` calls, adds or replaces the kernels in **bold**; the backend has all others itself. Tests compare
each layer, loss and optimizer below with the \`cpu\` backend, with several strides, windows and paddings. For each replaced kernel,
[stock-kernels.test.ts](../packages/tfjs/test/backends/stock-kernels.test.ts) shows the smallest input for which the backend's own kernel is
wrong.

## Added and replaced

${table(
  ['kernel', 'origin', 'layers that call it'],
  ours.map((kernel) => [kernel, originOf(kernel), users(kernel).join(', ') || '—']),
)}

\`FusedDepthwiseConv2D\` is replaced too. Converted models call it, layers do not.

## Layers

The gradients of all layers call ${shared(found.layers).join(', ')}, which the table leaves out.

${tableOf('layer', found.layers)}

## Losses and penalties

The gradients of all losses and penalties call ${shared(found.losses).join(', ')}, which the table leaves out.

${tableOf('loss', found.losses)}

## Optimizers

${table(
  ['optimizer', 'kernels of a step'],
  found.optimizers.map(({ name, gradient }) => [`\`${name}\``, gradient.map(marked).join(', ')]),
)}

## Left out

These kernels exist on \`cpu\` but not on wasm. They are not added, because nothing above calls them:

${table(
  ['kernels', 'purpose'],
  Object.entries(UNREACHED).map(([names, purpose]) => [names, purpose]),
)}

These layers do not train in TensorFlow.js ${tf.version_core} on any backend:

${table(
  ['layer', 'error'],
  withoutGradient.map(([{ kind, variant }, message]) => [
    [`\`${kind}\``, variant].join(' ').trim(),
    `\`…${message}…\``,
  ]),
)}

The tests do not compare these layers with \`cpu\`:

${table(
  ['class', 'why'],
  Object.entries(layersWithoutCase).map(([name, reason]) => [name, reason]),
)}
`;
}
