// Which constants of a graph model are matrices: by the ops that use them.
import type { MatrixWeight, WeightKind } from './matrix-weight.ts';

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, { readonly b?: unknown } | undefined>>;
}

/** An input that may be a kernel, and the attribute that turns it; `swapped` where no attribute is set. */
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
/** Ops that hand on their first input as it is. */
const PASSING = new Set(['Identity', 'StopGradient', 'PreventGradient', 'Snapshot', 'ReadVariableOp', 'Enter']);

/** The constants that ops multiply with, by name; of the graph and of all its functions. Ops that are not known use none. */
export function graphWeights(topology: Readonly<Record<string, unknown>>): Map<string, MatrixWeight> {
  const { functions } = isRecord(topology.library)
    ? { functions: listOf(topology.library.function) }
    : { functions: [] };
  const bodies = [topology.node, ...functions.map((body) => (isRecord(body) ? body.nodeDef : undefined))];
  const found = new Map<string, MatrixWeight>();
  for (const body of bodies) {
    const nodes = new Map(
      listOf(body)
        .flatMap(readNode)
        .map((node) => [node.name, node] as const),
    );
    for (const node of nodes.values()) {
      for (const place of OPS.get(node.op) ?? []) {
        const constant = constantOf(node.inputs[place.input], nodes);
        if (constant === undefined || found.has(constant)) continue;
        const turned = place.turnedBy !== undefined && node.attributes[place.turnedBy]?.b === true;
        found.set(constant, { kind: place.kind, usedBy: node.op, swapped: turned !== (place.swapped ?? false) });
      }
    }
  }
  return found;
}

/** The constant that an input stands for, through ops that hand it on. */
function constantOf(input: string | undefined, nodes: ReadonlyMap<string, GraphNode>): string | undefined {
  let name = input;
  // A graph may be a ring, so that there is an end to following it
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
