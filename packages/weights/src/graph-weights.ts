// Finds the constants of a graph model that are matrices, by the ops that use them.
import { assertType } from '@gcompress/core/checks';
import type { MatrixWeight, WeightKind } from './matrix-weight.ts';

/** A node of a graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of its inputs, such as `conv` or `split:1`; control inputs are left out. */
  readonly inputs: readonly string[];
  /** Its attributes as the topology has them: JSON of TensorFlow's `AttrValue`. */
  readonly attributes: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
}

/** One place of a graph where an op multiplies with a constant. */
export interface GraphUse {
  /** Name of the constant. */
  readonly weight: string;
  readonly kind: WeightKind;
  readonly node: GraphNode;
  /** Which input of the node the constant is, from 0. */
  readonly input: number;
  /** Whether the output channels are on the constant's last axis but one, see {@link MatrixWeight}. */
  readonly swapped: boolean;
  /** Whether the node is in a function of the graph instead of the graph itself. */
  readonly inFunction: boolean;
}

/** An input that may be a kernel, and the attribute that transposes it; `swapped` is used if the attribute is missing. */
interface KernelInput {
  readonly input: number;
  readonly kind: WeightKind;
  readonly turnedBy?: string;
  readonly swapped?: boolean;
}

const MATRIX_PRODUCT: readonly KernelInput[] = [
  { input: 1, kind: 'dense', turnedBy: 'transpose_b' },
  { input: 0, kind: 'dense', turnedBy: 'transpose_a', swapped: true },
];
const BATCHED_PRODUCT: readonly KernelInput[] = [
  { input: 1, kind: 'dense', turnedBy: 'adj_y' },
  { input: 0, kind: 'dense', turnedBy: 'adj_x', swapped: true },
];
const CONVOLUTION: readonly KernelInput[] = [{ input: 1, kind: 'convolution' }];
const DEPTHWISE: readonly KernelInput[] = [{ input: 1, kind: 'depthwise' }];
const TABLE: readonly KernelInput[] = [{ input: 0, kind: 'embedding' }];
const EITHER: readonly KernelInput[] = [
  { input: 1, kind: 'dense' },
  { input: 0, kind: 'dense' },
];

/** Shapes as in TensorFlow's op definitions; a transposed convolution keeps its output channels before the input channels. */
const OPS: ReadonlyMap<string, readonly KernelInput[]> = new Map([
  ['MatMul', MATRIX_PRODUCT],
  ['_FusedMatMul', MATRIX_PRODUCT],
  ['BatchMatMul', BATCHED_PRODUCT],
  ['BatchMatMulV2', BATCHED_PRODUCT],
  ['Einsum', EITHER],
  ['Conv1D', CONVOLUTION],
  ['Conv2D', CONVOLUTION],
  ['_FusedConv2D', CONVOLUTION],
  ['Conv3D', CONVOLUTION],
  ['Conv2DBackpropInput', [{ input: 1, kind: 'transposed-convolution', swapped: true } as const]],
  ['DepthwiseConv2d', DEPTHWISE],
  ['DepthwiseConv2dNative', DEPTHWISE],
  ['FusedDepthwiseConv2dNative', DEPTHWISE],
  ['Gather', TABLE],
  ['GatherV2', TABLE],
  ['ResourceGather', TABLE],
]);
/** Ops that return their first input unchanged. */
const PASSING = new Set(['Identity', 'StopGradient', 'PreventGradient', 'Snapshot', 'ReadVariableOp', 'Enter']);

/** The constants that ops multiply with, by name, in the graph and all its functions. Unknown ops are ignored. */
export function graphWeights(topology: Readonly<Record<string, unknown>>): Map<string, MatrixWeight> {
  const found = new Map<string, MatrixWeight>();
  for (const { weight, kind, node, swapped } of usesIn(topology)) {
    if (!found.has(weight)) found.set(weight, { kind, usedBy: node.op, swapped });
  }
  return found;
}

/**
 * Every place of a graph model where an op multiplies with a constant, in the order of the nodes: a constant that several nodes share
 * comes once for each of them.
 *
 * @param topology the `modelTopology` of a graph model's artifacts.
 * @throws GCompressError `invalid-option` for anything but a topology in JSON; one without nodes has no uses.
 */
export function graphUses(topology: object): GraphUse[] {
  assertType('graphUses', 'topology', topology, 'object', 'Pass the modelTopology of a graph model.');
  return usesIn(topology as Readonly<Record<string, unknown>>);
}

/**
 * The nodes of a graph model, without the nodes of its functions; invalid entries are left out.
 *
 * @param topology the `modelTopology` of a graph model's artifacts.
 * @throws GCompressError `invalid-option` for anything but a topology in JSON; one of layers has no nodes.
 */
export function graphNodes(topology: object): GraphNode[] {
  assertType('graphNodes', 'topology', topology, 'object', 'Pass the modelTopology of a graph model.');
  return listOf((topology as { readonly node?: unknown }).node).flatMap(readNode);
}

function usesIn(topology: Readonly<Record<string, unknown>>): GraphUse[] {
  const functions = isRecord(topology.library) ? listOf(topology.library.function) : [];
  const bodies = [topology.node, ...functions.map((body) => (isRecord(body) ? body.nodeDef : undefined))];
  return bodies.flatMap((body, at) => {
    const nodes = new Map(
      listOf(body)
        .flatMap(readNode)
        .map((node) => [node.name, node] as const),
    );
    return [...nodes.values()].flatMap((node) =>
      (OPS.get(node.op) ?? []).flatMap(({ input, kind, turnedBy, swapped }): GraphUse[] => {
        const weight = constantOf(node.inputs[input], nodes);
        if (weight === undefined) return [];
        const turned = turnedBy !== undefined && node.attributes[turnedBy]?.b === true;
        return [{ weight, kind, node, input, swapped: turned !== (swapped ?? false), inFunction: at > 0 }];
      }),
    );
  });
}

/** The constant behind an input, through ops that return their input unchanged. */
function constantOf(input: string | undefined, nodes: ReadonlyMap<string, GraphNode>): string | undefined {
  let name = input;
  // A graph may have cycles, so the search must stop
  for (let left = nodes.size; left > 0 && name !== undefined; left--) {
    const node = nodes.get(name.split(':')[0]);
    if (node?.op === 'Const') return node.name;
    name = node && PASSING.has(node.op) ? node.inputs[0] : undefined;
  }
  return undefined;
}

function readNode(node: unknown): GraphNode[] {
  if (!isRecord(node) || typeof node.name !== 'string' || typeof node.op !== 'string') return [];
  const inputs = listOf(node.input).filter((name): name is string => typeof name === 'string' && name[0] !== '^');
  const attributes = isRecord(node.attr) ? (node.attr as GraphNode['attributes']) : {};
  return [{ name: node.name, op: node.op, inputs, attributes }];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
