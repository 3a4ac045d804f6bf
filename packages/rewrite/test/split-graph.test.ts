// Graphs with low-rank nodes against the same graphs with reconstructed matrices, over random small graphs.
import { type CompressedMatrix, isGCompressError } from '@gcompress/core';
import { artifactsOfGraph } from '@gcompress/fixtures/graphs';
import { testRuns } from '@gcompress/fixtures/test-runs';
import { lowRank } from '@gcompress/lowrank';
import { readModel, weightMatrix } from '@gcompress/packed/weights';
import { weightOfMatrix } from '@gcompress/weights';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { type ConvolutionForm, lowRankGraph, splitGraph } from '../src/index.ts';
import { convolutions, products, random } from './random-graphs.ts';
import { distance, outputsOf, weightOf, withValues } from './run-graph.ts';

beforeAll(() => tf.setBackend('cpu'));

/** The constant as a compressed matrix; undefined where no rank makes it smaller. */
function decomposed(artifacts: tf.io.ModelArtifacts): CompressedMatrix | undefined {
  const { weights, kernels } = readModel('test', artifacts);
  const weight = weights.find(({ name }) => name === 'w');
  const read = weight && weightMatrix(weight, kernels.get('w'));
  if (!read) throw new Error('no matrix');
  try {
    return lowRank({ ratio: 1.3 }).compress(read.matrix);
  } catch (error) {
    if (isGCompressError(error)) return undefined;
    throw error;
  }
}

it.each([
  ['products', products],
  ['convolutions', convolutions],
])('%s compute what the reconstructed matrix gives, but for rounding', async (_, graphs) => {
  await fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      const artifacts = artifactsOfGraph(graph);
      const compressed = decomposed(artifacts);
      fc.pre(compressed !== undefined);
      const { kernels } = readModel('test', artifacts);
      const { shape } = weightOf(artifacts, 'w');
      const values = weightOfMatrix(compressed.decompress(), shape, kernels.get('w')?.swapped === true);
      const { artifacts: rewritten, split, kept } = splitGraph(artifacts, new Map([['w', compressed]]));
      expect(kept).toEqual([]);
      expect(split[0]).toMatchObject({ name: 'w', node: 'y', factors: ['w/first', 'w/second'] });
      expect(split[0].bytes.after).toBe(compressed.byteLength);
      expect(split[0].multiplyAdds.after).toBeLessThan(split[0].multiplyAdds.before);
      const x = random(7, graph.inputs.x);
      const [expected, got] = [await outputsOf(withValues(artifacts, 'w', values), x), await outputsOf(rewritten, x)];
      expect(got.shape).toEqual(expected.shape);
      expect(distance(expected, got)).toBeLessThan(1e-5);
      tf.dispose([x, expected, got]);
    }),
    { numRuns: testRuns(60) },
  );
});

/** The kernel of two convolutions, one after the other: every pair of taps adds to the tap at the sum of their places. */
function composed(first: ReturnType<typeof weightOf>, second: ReturnType<typeof weightOf>) {
  const [h1, w1, inputs, rank] = first.shape;
  const [h2, w2, , outputs] = second.shape;
  const width = w1 + w2 - 1;
  const values = new Float32Array((h1 + h2 - 1) * width * inputs * outputs);
  for (let at = 0; at < first.values.length; at++) {
    const [r, i] = [at % rank, Math.floor(at / rank) % inputs];
    const [x1, y1] = [Math.floor(at / rank / inputs) % w1, Math.floor(at / rank / inputs / w1)];
    for (let tap = 0; tap < h2 * w2; tap++) {
      const [y, x] = [y1 + Math.floor(tap / w2), x1 + (tap % w2)];
      for (let o = 0; o < outputs; o++) {
        const to = ((y * width + x) * inputs + i) * outputs + o;
        values[to] += first.values[at] * second.values[(tap * rank + r) * outputs + o];
      }
    }
  }
  return values;
}

it.each<ConvolutionForm>(['output-channels', 'input-channels', 'spatial'])(
  'convolutions in the form %s compute what the composed kernel gives, but for rounding',
  async (form) => {
    await fc.assert(
      fc.asyncProperty(convolutions, async (graph) => {
        const artifacts = artifactsOfGraph(graph);
        const method = lowRank({ ratio: 1.2 });
        const { artifacts: rewritten, split, kept } = await lowRankGraph(artifacts, { method, form, minElements: 1 });
        fc.pre(kept.length === 0);
        const [{ factors, relativeError, form: own, rank }] = split;
        const { values, shape } = weightOf(artifacts, 'w');
        expect(own).toBe(shape[0] * shape[1] === 1 ? 'output-channels' : form);
        const [first, second] = factors.map((name) => weightOf(rewritten, name));
        expect(first.shape[3]).toBe(rank);
        expect(second.shape[2]).toBe(rank);
        const kernel = composed(first, second);
        const difference = Math.hypot(...values.map((value, at) => value - kernel[at])) / Math.hypot(...values);
        expect(Math.abs(difference - relativeError)).toBeLessThan(1e-4);
        const x = random(7, graph.inputs.x);
        const [expected, got] = [await outputsOf(withValues(artifacts, 'w', kernel), x), await outputsOf(rewritten, x)];
        expect(got.shape).toEqual(expected.shape);
        expect(distance(expected, got)).toBeLessThan(1e-5);
        tf.dispose([x, expected, got]);
      }),
      { numRuns: testRuns(60) },
    );
  },
);
