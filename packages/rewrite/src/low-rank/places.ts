// The constants of a graph whose node can be split in two, and the reasons why others cannot.
import { floatValues, MIN_ELEMENTS, type ModelWeight } from '@gcompress/packed/weights';
import { type GraphNode, type GraphUse, graphUses, nodeAttributes, nodesInControlFlow } from '@gcompress/weights';
import type { Graph } from '../graph/graph.ts';
import type { ConvolutionForm, KernelShape } from './convolution-forms.ts';

/** A constant and the only node that reads it. */
export interface Place {
  readonly weight: ModelWeight;
  readonly values: Float32Array;
  readonly use: GraphUse;
  /** The Identity nodes between both, and the constant. */
  readonly path: readonly GraphNode[];
  /** The shape of the kernel of a convolution; undefined for a matrix product. */
  readonly kernel: KernelShape | undefined;
}

/** A weight that stays as it is. */
export interface KeptWeight {
  readonly name: string;
  readonly reason: string;
}

const PRODUCTS = new Set(['MatMul', '_FusedMatMul', 'BatchMatMul', 'BatchMatMulV2']);
const CONVOLUTIONS = new Set(['Conv2D', '_FusedConv2D']);

/** All constants that the graph or its functions multiply with: those that can be split, by name, and the others. */
export function splitPlaces(graph: Graph, topology: object) {
  const places = new Map<string, Place>();
  const kept = new Map<string, string>();
  const inside = nodesInControlFlow([...graph.nodes.values()]);
  const uses = new Map<string, GraphUse[]>();
  for (const use of graphUses(topology)) uses.set(use.weight, [...(uses.get(use.weight) ?? []), use]);
  for (const [name, all] of uses) {
    const place = placeOf(graph, name, all, inside);
    if (typeof place === 'string') kept.set(name, place);
    else places.set(name, place);
  }
  for (const [name, reason] of unknownUses(graph)) if (!uses.has(name)) kept.set(name, reason);
  return { places, kept };
}

/** Large constants that only unknown nodes read. */
function unknownUses(graph: Graph): [string, string][] {
  return graph.given.weights.flatMap(({ name, dtype, shape }): [string, string][] => {
    const size = shape.reduce((product, side) => product * side, 1);
    if (dtype !== 'float32' || shape.length < 2 || size < MIN_ELEMENTS) return [];
    const ops = [...new Set(graph.consumers(name).map(({ node }) => node.op))];
    return [[name, `no op that can be split reads it${ops.length > 0 ? `, only ${ops.join(', ')}` : ''}`]];
  });
}

function placeOf(graph: Graph, name: string, uses: readonly GraphUse[], inside: ReadonlySet<string>): Place | string {
  const [use] = uses;
  const { node, input } = use;
  const where = `${node.op} '${node.name}'`;
  if (uses.some(({ inFunction }) => inFunction)) return 'a function of the graph uses it';
  if (uses.length > 1) return `${uses.length} nodes share it: ${uses.map((one) => `'${one.node.name}'`).join(', ')}`;
  if (!PRODUCTS.has(node.op) && !CONVOLUTIONS.has(node.op)) return `${node.op} is not split`;
  if (inside.has(node.name)) return `${where} is in a loop or a branch`;
  const path = graph.constantBehind(node.inputs[input]);
  if (!path) return `it reaches ${where} through other nodes than Identity`;
  const shared = path.find((one) => !graph.isReadOnce(one.name));
  if (shared) return `it is read elsewhere too, not only by ${where}`;
  const weight = graph.weights.get(name);
  const values = weight && floatValues(weight);
  if (!weight || !values) return `its values are not float32`;
  const { shape } = weight;
  if (CONVOLUTIONS.has(node.op)) {
    if (shape.length !== 4) return `a kernel of ${shape.length} axes is not split`;
    return { weight, values, use, path, kernel: shape as unknown as KernelShape };
  }
  if (shape.length !== 2) return `a constant of ${shape.length} axes in ${where} is not split`;
  if (graph.constantBehind(node.inputs[1 - input])) return `both factors of ${where} are constants`;
  return { weight, values, use, path, kernel: undefined };
}

/** The reason why a convolution has no such form; undefined if it has. */
export function formRefusal(form: ConvolutionForm, { node }: GraphUse): string | undefined {
  if (form !== 'spatial') return undefined;
  const attributes = nodeAttributes(node);
  const sides = [...(attributes.integers('strides') ?? []), ...(attributes.integers('dilations') ?? [])];
  const isFirst = /^nc/.test(attributes.text('data_format') ?? '');
  if (!isFirst || sides.every((side) => side === 1)) return undefined;
  // TensorFlow.js takes the second and third number for rows and columns, TensorFlow the third and fourth
  return 'strides and dilations of channels first mean different axes in TensorFlow and TensorFlow.js';
}
