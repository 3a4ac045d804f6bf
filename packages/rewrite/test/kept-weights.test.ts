// Weights that are left alone, with the reasons, and what lowRankGraph reports and refuses.
import { artifactsOfGraph, flag, type Graph, geometry, type Node, text } from '@gcompress/fixtures/graphs';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lowRankGraph, splitGraph } from '../src/index.ts';
import { random } from './random-graphs.ts';
import { distance, outputsOf, weightOf, withValues } from './run-graph.ts';

beforeAll(() => tf.setBackend('cpu'));

const method = lowRank({ rank: 2 });
const product = { transpose_a: flag(false), transpose_b: flag(false) };

/** A graph with one constant `w [6, 6]` and these nodes, the last of which is the output. */
function graphOf(nodes: Readonly<Record<string, Node>>, others: Partial<Graph> = {}): tf.io.ModelArtifacts {
  const output = Object.keys(nodes).at(-1) as string;
  return artifactsOfGraph({
    inputs: { x: [2, 6] },
    constants: { w: random(1, [6, 6]), v: random(2, [6, 6]) },
    nodes,
    output,
    ...others,
  });
}

const kernel = (shape: readonly number[]) => ({ constants: { w: random(1, shape) }, inputs: { x: [1, 6, 6, 4] } });

describe('a weight stays as it is', () => {
  it.each<[reason: string, artifacts: () => tf.io.ModelArtifacts]>([
    [
      "2 nodes share it: 'a', 'y'",
      () => graphOf({ a: ['MatMul', ['x', 'w'], product], y: ['MatMul', ['a', 'w'], product] }),
    ],
    [
      "it is read elsewhere too, not only by MatMul 'a'",
      () => graphOf({ a: ['MatMul', ['x', 'w'], product], y: ['MatMul', ['a', 'sum'], product], sum: ['Neg', ['w']] }),
    ],
    [
      "both factors of MatMul 'a' are constants",
      () => graphOf({ a: ['MatMul', ['w', 'v'], product], y: ['AddV2', ['x', 'a']] }),
    ],
    [
      "it reaches MatMul 'y' through other nodes than Identity",
      () => graphOf({ stop: ['StopGradient', ['w']], y: ['MatMul', ['x', 'stop'], product] }),
    ],
    [
      "MatMul 'a' is in a loop or a branch",
      () =>
        graphOf({
          enter: ['Enter', ['x'], { frame_name: text('loop') }],
          a: ['MatMul', ['enter', 'w'], product],
          y: ['Exit', ['a']],
        }),
    ],
    [
      'DepthwiseConv2dNative is not split',
      () => graphOf({ y: ['DepthwiseConv2dNative', ['x', 'w'], geometry('SAME')] }, kernel([3, 3, 4, 2])),
    ],
    ['Gather is not split', () => graphOf({ y: ['Gather', ['w', 'x']] })],
    [
      "a constant of 3 axes in BatchMatMulV2 'y' is not split",
      () => graphOf({ y: ['BatchMatMulV2', ['x', 'w']] }, { constants: { w: random(1, [2, 6, 6]) } }),
    ],
    [
      'no op that can be split reads it, only Mul',
      () => graphOf({ y: ['Mul', ['x', 'w']] }, { constants: { w: random(1, [16, 16]) } }),
    ],
  ])('%s', async (reason, make) => {
    const artifacts = make();
    const { kept, split, artifacts: rewritten } = await lowRankGraph(artifacts, { method, minElements: 1 });
    expect(split.map(({ name }) => name)).not.toContain('w');
    expect(kept.find(({ name }) => name === 'w')?.reason).toBe(reason);
    expect(rewritten.modelTopology).toHaveProperty('node.length');
  });

  it('where a function of the graph uses it', async () => {
    const body = [
      { name: 'w', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } },
      { name: 'inner', op: 'MatMul', input: ['argument', 'w'] },
    ];
    const { kept } = await lowRankGraph(
      graphOf({ y: ['MatMul', ['x', 'w'], product] }, { functions: [{ nodeDef: body }] }),
      { method, minElements: 1 },
    );
    expect(kept[0]).toEqual({ name: 'w', reason: 'a function of the graph uses it' });
  });

  it('where the method leaves it, refuses it, or it is small; spatially with strides of channels first', async () => {
    const artifacts = graphOf({ y: ['MatMul', ['x', 'w'], product] });
    const reasons = async (options: object) =>
      (await lowRankGraph(artifacts, { method, minElements: 1, ...options })).kept[0].reason;
    expect(await reasons({ minElements: 37 })).toBe('it has fewer than 37 values');
    expect(await reasons({ method: () => undefined })).toBe('the method leaves it');
    expect(await reasons({ method: lowRank({ rank: 5 }) })).toContain('expected a rank of at most 2');
    const first = graphOf({ y: ['Conv2D', ['x', 'w'], geometry('SAME', 2, 1, 'NCHW')] }, kernel([3, 3, 4, 4]));
    const { kept } = await lowRankGraph(first, { method, form: 'spatial', minElements: 1 });
    expect(kept[0].reason).toContain('channels first');
  });
});

it('splits several weights and products of batches, with and without a signature', async () => {
  const artifacts = graphOf(
    {
      a: ['BatchMatMulV2', ['x', 'w'], { adj_x: flag(true), adj_y: flag(true) }],
      relu: ['Relu', ['a']],
      y: ['BatchMatMulV2', ['v', 'relu'], { adj_x: flag(false), adj_y: flag(true) }],
    },
    { inputs: { x: [2, 6, 6] } },
  );
  const x = random(3, [2, 6, 6]);
  for (const signature of [artifacts.signature, undefined]) {
    const given = { ...artifacts, signature } as tf.io.ModelArtifacts;
    const result = await lowRankGraph(given, { method: lowRank({ rank: 2 }), minElements: 1 });
    expect(result.split.map(({ name, multiplyAdds }) => [name, multiplyAdds])).toEqual([
      ['w', { before: 36, after: 24 }],
      ['v', { before: 36, after: 24 }],
    ]);
    // Both constants have their outputs on the first axis
    const dense = result.split.reduce((all, { name, factors }) => {
      const [b, c] = factors.map((factor) => weightOf(result.artifacts, factor));
      const product = tf.tidy(() =>
        tf.transpose(tf.matMul(tf.tensor2d(b.values, [6, 2]), tf.tensor2d(c.values, [2, 6]))).dataSync(),
      );
      return withValues(all, name, product as Float32Array);
    }, given);
    expect(distance(await outputsOf(dense, x), await outputsOf(result.artifacts, x))).toBeLessThan(1e-5);
    const names = result.artifacts.weightSpecs?.map(({ name }) => name);
    expect(names).toEqual(['w/first', 'w/second', 'v/first', 'v/second']);
  }
});

it('the best form of a kernel is the one with the smallest error, with moments at the outputs', async () => {
  // Rank 1 in space for every pair of channels: no other form is as good
  const [down, across] = [random(1, [3, 1, 8, 1]), random(2, [1, 3, 1, 8])];
  const artifacts = graphOf(
    { y: ['Conv2D', ['x', 'w'], geometry('SAME')] },
    { constants: { w: tf.mul(down, across) }, inputs: { x: [1, 6, 6, 8] } },
  );
  const { split, artifacts: rewritten } = await lowRankGraph(artifacts, { method: lowRank({ rank: 1 }), form: 'best' });
  expect(split[0]).toMatchObject({ form: 'spatial', rank: 1 });
  expect(split[0].relativeError).toBeLessThan(1e-5);
  const x = random(5, [1, 6, 6, 8]);
  expect(distance(await outputsOf(artifacts, x), await outputsOf(rewritten, x))).toBeLessThan(1e-5);
  const values = new Float64Array(72 * 72);
  for (let i = 0; i < 72; i++) values[i * 73] = 1;
  const inputMoments = new Map([['w', { size: 72, count: 9, values }]]);
  const measured = await lowRankGraph(artifacts, { method: lowRank({ rank: 1 }), form: () => 'best', inputMoments });
  expect(measured.split[0].form).toBe('spatial');
  expect(measured.split[0].outputError).toBeCloseTo(measured.split[0].relativeError, 5);
});

it('does not change what it is given, tells progress and can be aborted', async () => {
  const artifacts = graphOf({ a: ['MatMul', ['x', 'w'], product], y: ['MatMul', ['a', 'v'], product] });
  const before = JSON.stringify(artifacts);
  const bytes = new Uint8Array(artifacts.weightData as ArrayBuffer).slice();
  const told: number[] = [];
  const options = { method, minElements: 1, onProgress: (done: number) => told.push(done) };
  const first = await lowRankGraph(artifacts, options);
  expect(JSON.stringify(artifacts)).toBe(before);
  expect(new Uint8Array(artifacts.weightData as ArrayBuffer)).toEqual(bytes);
  expect(told[0]).toBe(0);
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect((await lowRankGraph(artifacts, options)).artifacts).toEqual(first.artifacts);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(lowRankGraph(artifacts, { ...options, signal })).rejects.toThrow('enough');
});

it('refuses layers models, other methods, and matrices of other models', async () => {
  const artifacts = graphOf({ y: ['MatMul', ['x', 'w'], product] });
  const layers = { modelTopology: { class_name: 'Sequential' }, weightSpecs: [], weightData: new ArrayBuffer(0) };
  await expect(lowRankGraph(layers, { method })).rejects.toMatchObject({ code: 'unsupported' });
  await expect(lowRankGraph(artifacts, { method: kMeans({ levels: 4 }), minElements: 1 })).rejects.toThrow(
    "got 'kmeans'",
  );
  await expect(lowRankGraph(artifacts, { method, form: 'other' as never })).rejects.toThrow('form');
  await expect(lowRankGraph(artifacts, { method, rank: 3 } as never)).rejects.toMatchObject({ code: 'unknown-option' });
  const matrix = lowRank({ rank: 1 }).compress({ shape: [3, 4], data: new Float32Array(12).fill(1) });
  expect(() => splitGraph(artifacts, new Map([['z', matrix]]))).toThrow("got a matrix of 'z'");
  expect(() => splitGraph(artifacts, new Map([['w', matrix]]))).toThrow('expected a matrix [6, 6], got [3, 4]');
  const coded = kMeans({ levels: 4 }).compress({ shape: [6, 6], data: Float32Array.from({ length: 36 }, (_, i) => i) });
  expect(splitGraph(artifacts, new Map([['w', coded]])).kept).toEqual([
    { name: 'w', reason: 'kmeans is not a product of two matrices' },
  ]);
});
