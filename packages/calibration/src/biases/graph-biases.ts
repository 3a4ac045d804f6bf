// Finds the bias of each kernel in a graph model: the constant that is added to the outputs of the kernel's only node.
import { type GraphNode, type GraphUse, graphNodes, graphUses, nodeAttributes } from '@gcompress/weights';
import { nodeName } from '../graph/calibrated-graph.ts';
import { groupedBy } from '../observed/grouped-by.ts';

/** Ops that pass their first input on and keep the meaning of its last axis. */
const PASSING = new Set(['Identity', 'Squeeze', 'BatchToSpaceND']);
const SUMS = new Set(['BiasAdd', 'Add', 'AddV2']);

/** The constant that is added to the outputs of each kernel, by name. Both must be used only once, or other outputs would change too. */
export function graphBiases(topology: object, shapes: ReadonlyMap<string, readonly number[]>): Map<string, string> {
  const nodes = new Map(graphNodes(topology).map((node) => [node.name, node]));
  const consumers = groupedBy(
    [...nodes.values()].flatMap((node) => node.inputs.map((input) => ({ node, from: nodeName(input) }))),
    ({ from }) => from,
  );
  const onlyConsumer = (name: string) => {
    const all = consumers.get(name) ?? [];
    return all.length === 1 ? all[0].node : undefined;
  };
  const found = new Map<string, string>();
  for (const [weight, uses] of groupedBy(graphUses(topology), (use) => use.weight)) {
    if (uses.length !== 1 || uses[0].inFunction) continue;
    const input = addedTo(uses[0], onlyConsumer);
    const bias = input && constantOnce(nodeName(input), nodes, onlyConsumer);
    if (bias !== undefined && isVector(shapes.get(bias))) found.set(weight, bias);
  }
  return found;
}

type OnlyConsumer = (name: string) => GraphNode | undefined;

/** The input that is added to the outputs of a node: the third input of a fused node. */
function addedTo({ node, input, kind }: GraphUse, onlyConsumer: OnlyConsumer): string | undefined {
  // If the constant is the first factor, outputs are columns, and a sum would add to rows
  if (kind === 'embedding' || (kind === 'dense' && input === 0)) return undefined;
  const fused = nodeAttributes(node).texts('fused_ops');
  if (fused.length > 0) return fused[0] === 'biasadd' ? node.inputs[2] : undefined;
  let last = node;
  let next = onlyConsumer(node.name);
  while (next && PASSING.has(next.op) && nodeName(next.inputs[0]) === last.name) {
    last = next;
    next = onlyConsumer(next.name);
  }
  if (!next || !SUMS.has(next.op)) return undefined;
  return next.inputs.find((one) => nodeName(one) !== last.name);
}

/** The constant behind a node, if nothing else uses it. */
function constantOnce(
  name: string,
  nodes: ReadonlyMap<string, GraphNode>,
  onlyConsumer: OnlyConsumer,
): string | undefined {
  let node = nodes.get(name);
  // A graph may have cycles
  for (let left = nodes.size; node && left > 0; left--) {
    if (!onlyConsumer(node.name)) return undefined;
    if (node.op === 'Const') return node.name;
    node = node.op === 'Identity' ? nodes.get(nodeName(node.inputs[0])) : undefined;
  }
  return undefined;
}

/** Whether only the last axis of a shape is longer than 1, with one value for each output. */
function isVector(shape: readonly number[] | undefined): boolean {
  return shape !== undefined && shape.length > 0 && shape.slice(0, -1).every((side) => side === 1);
}
