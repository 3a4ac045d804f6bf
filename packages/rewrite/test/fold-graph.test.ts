// BatchNorm nodes of graph models, folded: same outputs, fewer nodes; and the structures that do not allow it.
import { artifactsOfGraph, flag, type Graph, geometry, type Node, text } from '@gcompress/fixtures/graphs';
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../src/index.ts';
import { random } from './random-graphs.ts';
import { distance, outputsOf } from './run-graph.ts';

beforeAll(() => tf.setBackend('cpu'));

const NORM = { epsilon: { f: 0.01 }, is_training: flag(false), data_format: text('NHWC') };
const STATISTICS = ['gamma', 'beta', 'mean', 'variance'];

/** The constants of a BatchNorm of `n` channels. */
function statistics(n: number) {
  return {
    ...{ gamma: random(31, [n]), beta: random(32, [n]), mean: random(33, [n]) },
    variance: tf.tidy(() => tf.add(0.1, tf.square(random(34, [n])))),
  };
}

function graphOf(nodes: Readonly<Record<string, Node>>, constants: Graph['constants'], input = [2, 6, 6, 3]) {
  const output = Object.keys(nodes).at(-1) as string;
  return artifactsOfGraph({ inputs: { x: input }, constants, nodes, output });
}

const kernels: Readonly<Record<string, { readonly shape: number[]; readonly channels: number }>> = {
  Conv2D: { shape: [3, 3, 3, 4], channels: 4 },
  DepthwiseConv2dNative: { shape: [3, 3, 3, 2], channels: 6 },
};

it('gives the same outputs for convolutions with and without bias, fused or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        op: fc.constantFrom('Conv2D', 'DepthwiseConv2dNative'),
        bias: fc.constantFrom('none', 'BiasAdd', 'AddV2', 'constant first', 'fused'),
        viaIdentity: fc.boolean(),
        isOutput: fc.boolean(),
        version: fc.constantFrom('', 'V2', 'V3'),
        stride: fc.constantFrom(1, 2),
      }),
      async ({ op, bias, viaIdentity, isOutput, version, stride }) => {
        const { shape, channels } = kernels[op];
        const own = geometry('SAME', stride);
        const filter = viaIdentity ? 'read' : 'w';
        const isFused = bias === 'fused';
        const fusedOp = op === 'Conv2D' ? '_FusedConv2D' : 'FusedDepthwiseConv2dNative';
        const fusion = { fused_ops: { list: { s: [text('BiasAdd').s] } }, num_args: { i: '1' } };
        const before = bias === 'none' || isFused ? 'conv' : 'sum';
        const nodes: Record<string, Node> = {
          ...(viaIdentity && { read: ['Identity', ['w']] as const }),
          conv: isFused ? [fusedOp, ['x', filter, 'b'], { ...own, ...fusion }] : [op, ['x', filter], own],
          ...(bias === 'BiasAdd' && { sum: ['BiasAdd', ['conv', 'b']] as const }),
          ...(bias === 'AddV2' && { sum: ['AddV2', ['conv', 'b']] as const }),
          ...(bias === 'constant first' && { sum: ['Add', ['b', 'conv']] as const }),
          norm: [`FusedBatchNorm${version}`, [before, ...STATISTICS], NORM],
          ...(!isOutput && { y: ['Relu', ['norm']] as const }),
        };
        const constants = {
          w: random(1, shape),
          ...(bias !== 'none' && { b: random(2, [channels]) }),
          ...statistics(channels),
        };
        const artifacts = graphOf(nodes, constants);
        const result = foldBatchNorm(artifacts);
        expect(result.kept).toEqual([]);
        expect(result.folded[0]).toMatchObject({ name: 'norm', into: isFused ? fusedOp : op, kernel: 'w' });
        const ops = (result.artifacts.modelTopology as { node: { op: string }[] }).node.map((node) => node.op);
        expect(ops.join()).not.toContain('BatchNorm');
        expect(result.artifacts.weightSpecs?.length).toBe(2);
        const x = random(5, [2, 6, 6, 3]);
        const [expected, got] = [await outputsOf(artifacts, x), await outputsOf(result.artifacts, x)];
        expect(distance(expected, got)).toBeLessThan(2e-5);
        tf.dispose([x, expected, got]);
      },
    ),
    { numRuns: testRuns(40) },
  );
});

it('folds one after the other, and statistics that several BatchNorms share', async () => {
  const artifacts = graphOf(
    {
      a: ['Conv2D', ['x', 'w'], geometry('SAME')],
      one: ['FusedBatchNormV3', ['a', ...STATISTICS], NORM],
      two: ['FusedBatchNormV3', ['one', ...STATISTICS], NORM],
      b: ['Conv2D', ['two', 'v'], geometry('SAME')],
      y: ['FusedBatchNormV3', ['b', ...STATISTICS], NORM],
    },
    { w: random(1, [3, 3, 3, 4]), v: random(2, [1, 1, 4, 4]), ...statistics(4) },
  );
  const { artifacts: small, folded } = foldBatchNorm(artifacts);
  expect(folded.map(({ name }) => name)).toEqual(['one', 'two', 'y']);
  expect(small.weightSpecs?.map(({ name }) => name)).toEqual(['w', 'a/bias', 'v', 'b/bias']);
  const x = random(5, [2, 6, 6, 3]);
  expect(distance(await outputsOf(artifacts, x), await outputsOf(small, x))).toBeLessThan(2e-5);
});

describe('a BatchNorm stays where', () => {
  const conv: Node = ['Conv2D', ['x', 'w'], geometry('SAME')];
  const norm = (input: string, more: object = {}): Node => [
    'FusedBatchNormV3',
    [input, ...STATISTICS],
    { ...NORM, ...more },
  ];
  it.each<[reason: string, nodes: Readonly<Record<string, Node>>]>([
    ["Conv2D 'a' is read elsewhere too, not only by 'norm'", { a: conv, norm: norm('a'), y: ['AddV2', ['a', 'norm']] }],
    ["Relu 'r' comes before it, which has no kernel", { a: conv, r: ['Relu', ['a']], norm: norm('r') }],
    [
      "Placeholder 'x' comes before it, which has no kernel",
      { norm: norm('x'), y: ['Conv2D', ['norm', 'w'], geometry('SAME')] },
    ],
    ['it normalizes by the statistics of the batch', { a: conv, norm: norm('a', { is_training: flag(true) }) }],
    ['its channels come first', { a: conv, norm: norm('a', { data_format: text('NCHW') }) }],
    ['its statistics are read, too', { a: conv, norm: norm('a'), y: ['AddV2', ['norm', 'norm:1']] }],
    [
      'its statistics are not constants of float32',
      { a: conv, m: ['Neg', ['mean']], norm: ['FusedBatchNormV3', ['a', 'gamma', 'beta', 'm', 'variance'], NORM] },
    ],
    [
      "the kernel of Conv2D 'a' is read elsewhere too",
      { a: conv, norm: norm('a'), c: conv, y: ['AddV2', ['norm', 'c']] },
    ],
    ["AddV2 's' adds more than one vector of its own", { a: conv, s: ['AddV2', ['a', 'x']], norm: norm('s') }],
    [
      "_FusedConv2D 'a' has an activation, biasadd, relu",
      {
        a: [
          '_FusedConv2D',
          ['x', 'w', 'b'],
          {
            ...geometry('SAME'),
            fused_ops: { list: { s: [text('BiasAdd').s, text('Relu').s] } },
            num_args: { i: '1' },
          },
        ],
        norm: norm('a'),
      },
    ],
    [
      'it is in a loop or a branch',
      { s: ['Switch', ['x', 'x']], a: ['Conv2D', ['s', 'w'], geometry('SAME')], norm: norm('a') },
    ],
  ])('%s', (reason, nodes) => {
    const artifacts = graphOf(nodes, { w: random(1, [3, 3, 3, 3]), b: random(2, [3]), ...statistics(3) });
    const { kept, folded, artifacts: same } = foldBatchNorm(artifacts);
    expect(folded).toEqual([]);
    expect(kept).toEqual([{ name: 'norm', reason }]);
    expect(same.modelTopology).toEqual(artifacts.modelTopology);
    expect(same.weightData).toEqual(artifacts.weightData);
  });
});
