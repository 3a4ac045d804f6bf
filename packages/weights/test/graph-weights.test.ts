// Which constants of a graph are compressed, and how their axes lie.
import { expect, it } from 'vitest';
import { graphNodes, graphUses, matrixWeights } from '../src/index.ts';

const constant = (name: string) => ({ name, op: 'Const' });
const flag = (name: string, b: boolean) => ({ attr: { [name]: { b } } });

it.each([
  ['MatMul', {}, 'dense', false],
  ['MatMul', flag('transpose_b', true), 'dense', true],
  ['_FusedMatMul', flag('transpose_b', false), 'dense', false],
  ['BatchMatMulV2', flag('adj_y', true), 'dense', true],
  ['Conv2D', {}, 'convolution', false],
  ['_FusedConv2D', {}, 'convolution', false],
  ['Conv2DBackpropInput', {}, 'transposed-convolution', true],
  ['DepthwiseConv2dNative', {}, 'depthwise', false],
  ['FusedDepthwiseConv2dNative', {}, 'depthwise', false],
])('%s %j uses a constant as its second input', (op, attributes, kind, swapped) => {
  const node = [constant('w'), { name: 'y', op, input: ['x', 'w'], ...attributes }];
  expect([...matrixWeights({ modelTopology: { node } })]).toEqual([['w', { kind, usedBy: op, swapped }]]);
});

it.each([
  ['MatMul', {}, 'dense', true],
  ['MatMul', flag('transpose_a', true), 'dense', false],
  ['Einsum', {}, 'dense', false],
  ['GatherV2', {}, 'embedding', false],
  ['ResourceGather', {}, 'embedding', false],
])('%s %j uses a constant as its first input', (op, attributes, kind, swapped) => {
  const node = [constant('w'), { name: 'y', op, input: ['w:0', 'x'], ...attributes }];
  expect([...matrixWeights({ modelTopology: { node } })]).toEqual([['w', { kind, usedBy: op, swapped }]]);
});

it('follows ops that pass a constant on, and stops at a cycle', () => {
  const node = [
    constant('w'),
    { name: 'r1', op: 'Identity', input: ['w'] },
    { name: 'r2', op: 'Identity', input: ['r1', '^x'] },
    { name: 'ring1', op: 'Identity', input: ['ring2'] },
    { name: 'ring2', op: 'Identity', input: ['ring1'] },
    { name: 'y', op: 'Conv2D', input: ['x', 'r2'] },
    { name: 'z', op: 'Conv2D', input: ['x', 'ring1'] },
  ];
  expect([...matrixWeights({ modelTopology: { node } }).keys()]).toEqual(['w']);
});

it('leaves other ops alone, and looks into functions', () => {
  const node = [
    constant('a'),
    { name: 'y', op: 'NobodyKnows', input: ['x', 'a'] },
    { op: 'MatMul', input: ['x', 'a'] },
  ];
  const body = [constant('f/w'), { name: 'f/y', op: 'MatMul', input: ['x', 'f/w:output:0'] }];
  expect([...matrixWeights({ modelTopology: { node, library: { function: [{ nodeDef: body }] } } }).keys()]).toEqual([
    'f/w',
  ]);
});

it('lists each node that shares a constant, with the input that the constant is', () => {
  const node = [
    constant('w'),
    { name: 'once', op: 'MatMul', input: ['x', 'w'] },
    { name: 'again', op: 'MatMul', input: ['w', 'y:1', '^once'] },
  ];
  const body = [constant('f/w'), { name: 'f/y', op: 'Conv2D', input: ['x', 'f/w:output:0'] }];
  const uses = graphUses({ node, library: { function: [{ nodeDef: body }] } });
  expect(
    uses.map(({ weight, node: { name }, input, swapped, inFunction }) => [weight, name, input, swapped, inFunction]),
  ).toEqual([
    ['w', 'once', 1, false, false],
    ['w', 'again', 0, true, false],
    ['f/w', 'f/y', 1, false, true],
  ]);
  expect(graphNodes({ node })[2]).toEqual(uses[1].node);
  expect(uses[1].node.inputs).toEqual(['w', 'y:1']);
});

it('finds no uses in a topology of layers, and refuses anything but a topology', () => {
  expect(graphUses({ config: {} })).toEqual([]);
  expect(() => graphUses(null as never)).toThrow('graphUses');
  expect(graphNodes({ config: {} })).toEqual([]);
  expect(() => graphNodes(7 as never)).toThrow('graphNodes');
});
