// Finds the constants of a graph model that can be observed, and the node outputs that hold their inputs.
import {
  type GraphNode,
  type GraphUse,
  graphNodes,
  graphUses,
  nodeAttributes,
  nodesInControlFlow,
} from '@gcompress/weights';
import type { io } from '@tensorflow/tfjs-core';
import type { Observed } from '../observed/observed.ts';
import { convolutionPatches, transposedPatches } from '../rows/patches.ts';
import { ids, lastAxis, lastButOneAxis } from '../rows/sampled-rows.ts';
import { type CalibratedGraph, nodeName } from './calibrated-graph.ts';
import { convolutionAttributes } from './node-attributes.ts';

/** A constant whose inputs are observed at one node. */
export interface ObservedNode extends Observed {
  /** Outputs of nodes, such as `relu` or `split:1`, which are read together. */
  readonly sources: readonly string[];
}

/** The constants that can be observed, once for each node that uses them, and the reasons for the others. */
export async function observedNodes(
  model: Pick<CalibratedGraph, 'weights'>,
  { modelTopology, weightSpecs = [] }: io.ModelArtifacts,
) {
  const topology = modelTopology as object;
  const nodes = graphNodes(topology);
  const inside = nodesInControlFlow(nodes);
  const constants = new Set(nodes.flatMap(({ name, op }) => (op === 'Const' ? [name] : [])));
  const shapes = new Map(weightSpecs.map(({ name, shape }) => [name, shape]));
  const readings = new Map<string, string>();
  const found: ObservedNode[] = [];
  const skipped = new Map<string, string>();
  for (const use of graphUses(topology)) {
    const { weight, node, kind, swapped, inFunction } = use;
    // Moments from only some of the uses would be wrong for the whole model
    if (skipped.has(weight)) continue;
    const isInside = inFunction || inside.has(node.name);
    const reading = isInside ? undefined : READERS[node.op]?.(use, shapes.get(weight) ?? []);
    const way = `${kind} ${swapped}`;
    if (isInside) skipped.set(weight, `${node.op} '${node.name}' is in a loop, a branch or a function`);
    else if (!reading?.sources.every(Boolean))
      skipped.set(weight, `inputs of ${node.op} '${node.name}' cannot be observed yet`);
    else if (constants.has(nodeName(reading.sources[0]))) skipped.set(weight, 'its inputs are constants');
    else if ((readings.get(weight) ?? way) !== way) skipped.set(weight, 'nodes use it as different matrices');
    else if (!(await looksUpRows(model, node))) skipped.set(weight, `${node.op} '${node.name}' looks up no rows`);
    else found.push({ weight, ...reading });
    readings.set(weight, way);
  }
  return { observed: found.filter(({ weight }) => !skipped.has(weight)), skipped };
}

/** False for a look-up along another axis than the first. */
async function looksUpRows({ weights }: Pick<CalibratedGraph, 'weights'>, { op, inputs }: GraphNode): Promise<boolean> {
  if (op !== 'GatherV2') return true;
  const [axis] = (await weights[nodeName(inputs[2] ?? '')]?.[0]?.data()) ?? [];
  return Number(axis) === 0;
}

type Reading = Omit<ObservedNode, 'weight'>;
type Reader = (use: GraphUse, shape: readonly number[]) => Reading | undefined;

const READERS: Readonly<Record<string, Reader | undefined>> = {
  MatMul: product('transpose_a', 'transpose_b'),
  _FusedMatMul: product('transpose_a', 'transpose_b'),
  BatchMatMul: product('adj_x', 'adj_y'),
  BatchMatMulV2: product('adj_x', 'adj_y'),
  Conv1D: convolution,
  Conv2D: convolution,
  _FusedConv2D: convolution,
  Conv2DBackpropInput: transposedConvolution,
  DepthwiseConv2d: depthwiseConvolution,
  DepthwiseConv2dNative: depthwiseConvolution,
  FusedDepthwiseConv2dNative: depthwiseConvolution,
  Gather: table,
  ResourceGather: table,
  GatherV2: table,
};

/** A product `a·b` with the constant on one side: reads rows of `a`, or columns of `b`. */
function product(turnedA: string, turnedB: string): Reader {
  return ({ node, input, swapped }, shape) => {
    const [rows, columns] = shape.slice(-2);
    // A constant with one matrix for each element of a batch has no single matrix for all rows
    if (shape.length < 2 || shape.slice(0, -2).some((side) => side !== 1)) return undefined;
    const { flag } = nodeAttributes(node);
    const isTurned = input === 1 ? flag(turnedA) : !flag(turnedB);
    return {
      ...FULL,
      size: swapped ? columns : rows,
      sources: [node.inputs[1 - input]],
      read: isTurned ? lastButOneAxis : lastAxis,
    };
  };
}

const FULL = { structure: 'full', channels: 1 } as const;

function convolution({ node }: GraphUse, shape: readonly number[]): Reading | undefined {
  if (shape.length < 3) return undefined;
  // A one-dimensional convolution has a kernel of one row
  const [rows, columns, channels] = shape.length === 3 ? [1, ...shape] : shape;
  const attributes = convolutionAttributes(node, [rows, columns]);
  if (!attributes) return undefined;
  const read = convolutionPatches(attributes.window, attributes.channelsFirst);
  return { ...FULL, size: rows * columns * channels, sources: [node.inputs[0]], read };
}

function depthwiseConvolution(use: GraphUse, shape: readonly number[]): Reading | undefined {
  const reading = convolution(use, shape);
  return reading && { ...reading, structure: 'channels', channels: shape[2] };
}

/** Its inputs are the shape of the outputs, the kernel with its inputs on the last axis, and the picture. */
function transposedConvolution(
  { node }: GraphUse,
  [rows, columns, , channels]: readonly number[],
): Reading | undefined {
  const attributes = convolutionAttributes(node, [rows, columns]);
  if (!attributes) return undefined;
  // TensorFlow.js expects channels last here, whatever the data format is
  const read = transposedPatches(attributes.window, false);
  return { ...FULL, size: rows * columns * channels, sources: [node.inputs[2], node.inputs[0]], read };
}

/** A look-up in a table: the ids are the second input. */
function table({ node }: GraphUse, shape: readonly number[]): Reading | undefined {
  if (shape.length !== 2 || nodeAttributes(node).integer('batch_dims') !== 0) return undefined;
  return { structure: 'ids', channels: 1, size: shape[0], sources: [node.inputs[1]], read: ids };
}
