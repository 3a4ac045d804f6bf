// Finds the kernel and the bias that compute the inputs of a BatchNorm node.
import { floatValues } from '@gcompress/packed/weights';
import { type GraphNode, nodeAttributes } from '@gcompress/weights';
import type { Graph } from '../graph/graph.ts';
import type { KernelView } from './affine.ts';

/** The node whose kernel can take up a BatchNorm. */
export interface Producer {
  readonly node: GraphNode;
  /** Name of its kernel. */
  readonly kernel: string;
  readonly values: Float32Array;
  readonly view: KernelView;
  /** The vector that is added to its outputs, if there is one. */
  readonly bias: { readonly name: string; readonly values: Float32Array } | undefined;
}

const SUMS = new Set(['BiasAdd', 'Add', 'AddV2']);
const KINDS = new Set(['dense', 'convolution', 'depthwise', 'transposed-convolution']);

/** What computes an input, or the reason why it cannot take up the BatchNorm: everything on the way must have one reader. */
export function producerOf(graph: Graph, input: string, reader: string): Producer | string {
  let bias: Producer['bias'];
  let node = graph.node(input);
  let at = input;
  while (node) {
    if (/:[1-9]/.test(at)) return `'${at}' is no output of a kernel`;
    if (!graph.isReadOnce(node.name)) return `${node.op} '${node.name}' is read elsewhere too, not only by '${reader}'`;
    if (SUMS.has(node.op)) {
      const [a = '', b = ''] = node.inputs;
      const [added, other] = vectorOf(graph, b) ? [vectorOf(graph, b), a] : [vectorOf(graph, a), b];
      if (bias || !added) return `${node.op} '${node.name}' adds more than one vector of its own`;
      bias = added;
      at = other;
    } else if (node.op === 'Identity') at = node.inputs[0] ?? '';
    else return kernelOf(graph, node, bias);
    node = graph.node(at);
  }
  return 'nothing computes its inputs';
}

function kernelOf(graph: Graph, node: GraphNode, added: Producer['bias']): Producer | string {
  const where = `${node.op} '${node.name}'`;
  const uses = graph.uses.filter((use) => use.node.name === node.name);
  const [use] = uses;
  if (uses.length !== 1 || !KINDS.has(use.kind) || (use.kind === 'dense' && use.input !== 1)) {
    return `${where} comes before it, which has no kernel`;
  }
  const fused = nodeAttributes(node).texts('fused_ops');
  if (fused.some((one) => one !== 'biasadd')) return `${where} has an activation, ${fused.join(', ')}`;
  if (fused.length > 0 && added) return `${where} has two biases`;
  const bias = fused.length > 0 ? vectorOf(graph, node.inputs[2] ?? '') : added;
  if (fused.length > 0 && !bias) return `the bias of ${where} is no vector of its own`;
  const path = graph.constantBehind(node.inputs[use.input]);
  if (!path?.every(({ name }) => graph.isReadOnce(name))) return `the kernel of ${where} is read elsewhere too`;
  const weight = graph.weights.get(use.weight);
  const values = weight && floatValues(weight);
  if (!weight || !values) return `the kernel of ${where} is not float32`;
  const view = { shape: weight.shape, swapped: use.swapped, depthwise: use.kind === 'depthwise' };
  return { node, kernel: use.weight, values, view, bias };
}

/** A constant of which only the last axis is longer than 1, if nothing else reads it. */
function vectorOf(graph: Graph, input: string): Producer['bias'] {
  const path = graph.constantBehind(input);
  if (!path?.every(({ name }) => graph.isReadOnce(name))) return undefined;
  const { name } = path[path.length - 1];
  const weight = graph.weights.get(name);
  const values = weight && floatValues(weight);
  if (!weight || !values || values.length !== weight.shape.at(-1)) return undefined;
  return { name, values };
}
