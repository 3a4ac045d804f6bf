// Random small graphs with one product or one convolution, whose constant is `w`, whose input is `x` and whose output is `y`.
import { createRandom } from '@gcompress/core';
import { flag, type Graph, integers, type Node, text } from '@gcompress/fixtures/graphs';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';

const side = (min: number, max: number) => fc.integer({ min, max });

/** Normal values. */
export function random(seed: number, shape: readonly number[]): tf.Tensor {
  const { normal } = createRandom(seed);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((size, one) => size * one, 1) }, () => normal()),
    [...shape],
  );
}

/** What may follow a product or a convolution inside its node. */
const fusions = fc.constantFrom<readonly string[]>(
  [],
  ['BiasAdd'],
  ['BiasAdd', 'Relu'],
  ['BiasAdd', 'Elu'],
  ['BiasAdd', 'LeakyRelu'],
  ['BiasAdd', 'Prelu'],
);

/** The node, fused or not, and the constants that its fusion reads. */
function fused(op: string, inputs: readonly string[], attributes: object, fusion: readonly string[], outputs: number) {
  const names = fusion.flatMap((one) => (one === 'BiasAdd' ? ['bias'] : one === 'Prelu' ? ['alpha'] : []));
  const constants = Object.fromEntries(names.map((name, at) => [name, random(50 + at, [outputs])]));
  const list = { list: { s: fusion.map((one) => text(one).s) } };
  const node: Node =
    fusion.length === 0
      ? [op, inputs, { ...attributes }]
      : [
          `_Fused${op}`,
          [...inputs, ...names],
          { ...attributes, fused_ops: list, num_args: { i: String(names.length) }, leakyrelu_alpha: { f: 0.3 } },
        ];
  return { node, constants };
}

/** A matrix product on either side, transposed or not, fused or not, with the constant behind an Identity or not. */
export const products = fc
  .record({
    batch: side(1, 3),
    m: side(4, 9),
    n: side(4, 9),
    turned: fc.boolean(),
    turnedInput: fc.boolean(),
    isFirst: fc.boolean(),
    viaIdentity: fc.boolean(),
    fusion: fusions,
    seed: side(0, 1000),
  })
  .map(({ batch, m, n, turned, turnedInput, isFirst, viaIdentity, fusion, seed }): Graph => {
    // As first factor the constant has its outputs in rows: op(W) [n, m] · op(x) [m, batch]
    const own = isFirst ? [n, m] : [m, n];
    const shape = turned ? [own[1], own[0]] : own;
    const given = isFirst ? [m, batch] : [batch, m];
    const input = turnedInput ? [given[1], given[0]] : given;
    const weight = viaIdentity ? 'read' : 'w';
    const sides = isFirst ? [weight, 'x'] : ['x', weight];
    const [turnA, turnB] = isFirst ? [turned, turnedInput] : [turnedInput, turned];
    const attributes = { transpose_a: flag(turnA), transpose_b: flag(turnB) };
    const { node, constants } = fused('MatMul', sides, attributes, fusion, isFirst ? batch : n);
    return {
      inputs: { x: input },
      constants: { w: random(seed, shape), ...constants },
      nodes: { ...(viaIdentity && { read: ['Identity', ['w']] as const }), y: node },
      output: 'y',
    };
  });

/** A convolution of any padding, stride, dilation and data format that TensorFlow.js runs, fused or not. */
export const convolutions = fc
  .record({
    height: side(1, 4),
    width: side(1, 4),
    ci: side(2, 4),
    co: side(2, 5),
    rows: side(6, 8),
    columns: side(6, 8),
    padding: fc.constantFrom('SAME', 'VALID', 'EXPLICIT'),
    steps: fc.constantFrom([1, 1, 1, 1], [2, 2, 1, 1], [2, 1, 1, 1], [1, 3, 1, 1], [1, 1, 2, 2], [1, 1, 1, 2]),
    zeros: fc.tuple(side(0, 2), side(0, 2), side(0, 2), side(0, 2)),
    fusion: fusions,
    first: fc.constantFrom(false, false, true),
    seed: side(0, 1000),
  })
  // cpu kernels of TensorFlow.js add biases of channels first only without activation weights
  .filter(({ first, fusion }) => !first || fusion.length === 0)
  .filter(({ height, width, steps, rows, columns }) => height * steps[2] <= rows && width * steps[3] <= columns)
  .map(({ height, width, ci, co, rows, columns, padding, steps, zeros, fusion, first, seed }): Graph => {
    const [down, across, apartDown, apartAcross] = first ? [1, 1, 1, 1] : steps;
    const [top, bottom, left, right] = zeros.map(String);
    const pads = first
      ? ['0', '0', '0', '0', top, bottom, left, right]
      : ['0', '0', top, bottom, left, right, '0', '0'];
    const attributes = {
      padding: text(padding),
      strides: integers(1, down, across, 1),
      dilations: integers(1, apartDown, apartAcross, 1),
      data_format: text(first ? 'NCHW' : 'NHWC'),
      ...(padding === 'EXPLICIT' && { explicit_paddings: { list: { i: pads } } }),
    };
    const { node, constants } = fused('Conv2D', ['x', 'w'], attributes, fusion, co);
    return {
      inputs: { x: first ? [2, ci, rows, columns] : [2, rows, columns, ci] },
      constants: { w: random(seed, [height, width, ci, co]), ...constants },
      nodes: { y: node },
      output: 'y',
    };
  });
