// Puts two nodes, one for each factor, in the place of a node that multiplies with a constant.
import type { Matrix } from '@gcompress/core';
import { nodeAttributes } from '@gcompress/weights';
import type { Graph } from '../graph/graph.ts';
import {
  type Attributes,
  flagAttribute,
  floatType,
  integersAttribute,
  type TopologyNode,
  textAttribute,
} from '../graph/topology-node.ts';
import { type ConvolutionForm, type Kernel, type KernelShape, kernelsOfFactors } from './convolution-forms.ts';
import type { Place } from './places.ts';

/** Names of the two new constants. */
export type FactorNames = readonly [first: string, second: string];

/** The attributes of what is fused into a node, such as bias and activation: they belong to the second node alone. */
const FUSED = new Set(['fused_ops', 'num_args', 'epsilon', 'leakyrelu_alpha', 'TArgs', 'host_args']);
const ONES = integersAttribute([1, 1, 1, 1]);

/**
 * Splits a matrix product `x·W` into `(x·b)·c`. If the constant is the first factor, `Wᵀ·x` becomes `cᵀ·(bᵀ·x)`.
 *
 * @param b `[m, r]`, and c `[r, n]`: factors of the matrix of the weight, with one column for each output.
 */
export function splitProduct(graph: Graph, place: Place, b: Matrix, c: Matrix): FactorNames {
  const { node, input } = place.use;
  const [turnA, turnB] = /^Batch/.test(node.op) ? ['adj_x', 'adj_y'] : ['transpose_a', 'transpose_b'];
  const { flag } = nodeAttributes(node);
  const own = graph.raw(node.name).attr ?? {};
  const turned = (first: boolean, second: boolean) => ({
    ...own,
    [turnA]: flagAttribute(first),
    [turnB]: flagAttribute(second),
  });
  const names = addFactors(graph, place, b, c);
  const isFirst = input === 0;
  insert(graph, place, names, {
    op: /^Batch/.test(node.op) ? node.op : 'MatMul',
    first: isFirst ? turned(true, flag(turnB)) : turned(flag(turnA), false),
    second: isFirst ? turned(true, false) : turned(false, false),
  });
  return names;
}

/**
 * Splits a convolution in the given form. Padding, strides and dilations go with the sides of the kernel; bias and activation with the second
 * node. The first node has no bias, so that a border of zeros stays one.
 */
export function splitConvolution(graph: Graph, place: Place, form: ConvolutionForm, b: Matrix, c: Matrix): FactorNames {
  const [first, second] = kernelsOfFactors(form, place.kernel as KernelShape, b.data, c.data);
  const names = addFactors(graph, place, asMatrix(first), asMatrix(second));
  const own = graph.raw(place.use.node.name).attr ?? {};
  const point = pointwise(own);
  const [rows, columns] = [alongAxis(place, own, 0), alongAxis(place, own, 1)];
  const attributes = { 'output-channels': [own, point], 'input-channels': [point, own], spatial: [rows, columns] }[
    form
  ];
  insert(graph, place, names, { op: 'Conv2D', first: attributes[0], second: attributes[1] });
  return names;
}

/** Attributes that only apply to one of the two spatial axes; the other has stride and dilation 1 and no padding. */
function alongAxis({ use: { node } }: Place, own: Attributes, axis: 0 | 1): Attributes {
  const attributes = nodeAttributes(node);
  const first = /^nc/.test(attributes.text('data_format') ?? '') ? 2 : 1;
  const only = (name: string) => {
    const sides = attributes.integers(name) ?? [1, 1, 1, 1];
    // Of channels first only ones come here, so that it does not matter which axis is meant
    return integersAttribute(sides.map((side, at) => (at === first + axis ? side : 1)));
  };
  const zeros = attributes.integers('explicit_paddings');
  const start = 2 * (first + axis);
  return {
    ...own,
    strides: only('strides'),
    dilations: only('dilations'),
    ...(zeros && {
      explicit_paddings: integersAttribute(zeros.map((zero, at) => (at === start || at === start + 1 ? zero : 0))),
    }),
  };
}

/** Attributes of a 1×1 convolution of every position. */
function pointwise({ explicit_paddings: _, ...own }: Attributes): Attributes {
  return { ...own, strides: ONES, dilations: ONES, padding: textAttribute('VALID') };
}

function asMatrix({ shape, values }: Kernel): { readonly shape: readonly number[]; readonly data: Float32Array } {
  return { shape, data: values };
}

type Values = { readonly shape: readonly number[]; readonly data: Float32Array };

function addFactors(graph: Graph, { weight: { name }, use: { node } }: Place, b: Values, c: Values): FactorNames {
  const second = graph.addConstant(`${name}/second`, c.shape, c.data, { before: node.name, after: name });
  const first = graph.addConstant(`${name}/first`, b.shape, b.data, { before: second, after: name });
  return [first, second];
}

/** Puts the two nodes in, and takes the constant away. The second node keeps the name, so that its readers need not change. */
function insert(
  graph: Graph,
  { use: { node, input }, path }: Place,
  [first, second]: FactorNames,
  {
    op,
    first: firstOwn,
    second: secondOwn,
  }: { readonly op: string; readonly first: Attributes; readonly second: Attributes },
): void {
  const raw = graph.raw(node.name);
  const name = graph.newName(`${node.name}/low_rank`);
  const other = node.inputs[1 - input];
  const ordered = (constant: string, value: string) => (input === 0 ? [constant, value] : [value, constant]);
  const unfused = Object.fromEntries(Object.entries(firstOwn).filter(([key]) => !FUSED.has(key)));
  const inner: TopologyNode = { name, op, input: ordered(first, other), attr: { T: floatType, ...unfused } };
  const control = (raw.input ?? []).filter((one) => one.startsWith('^'));
  const outer: TopologyNode = {
    ...raw,
    input: [...ordered(second, name), ...node.inputs.slice(2), ...control],
    attr: secondOwn,
  };
  graph.replace(node.name, [inner, outer]);
  graph.remove(path.map((one) => one.name));
}
