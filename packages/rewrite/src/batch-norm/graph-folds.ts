// Folds the BatchNorm nodes of a graph into the constants of the nodes before them.
import { floatValues } from '@gcompress/packed/weights';
import { type GraphNode, graphNodes, nodeAttributes, nodesInControlFlow } from '@gcompress/weights';
import { type Graph, nodeName } from '../graph/graph.ts';
import { floatType, textAttribute } from '../graph/topology-node.ts';
import { type Affine, affineOf, channelsOf, foldedBias, hasNumbers, scaledKernel } from './affine.ts';
import { type Producer, producerOf } from './graph-producer.ts';
import type { FoldedBatchNorm, Folds } from './report.ts';

const BATCH_NORM = /^FusedBatchNorm(V2|V3)?$/;
/** The ε of TensorFlow and TensorFlow.js where the attribute is missing. */
const EPSILON = 1e-3;

/** Folds what can be folded, in the order of the nodes. */
export function foldGraph(graph: Graph): Folds {
  const folded: FoldedBatchNorm[] = [];
  const kept: { readonly name: string; readonly reason: string }[] = [];
  const inside = nodesInControlFlow([...graph.nodes.values()]);
  for (const { name, op } of [...graph.nodes.values()]) {
    if (!BATCH_NORM.test(op)) continue;
    const outcome = inside.has(name) ? 'it is in a loop or a branch' : foldNode(graph, graph.node(name) as GraphNode);
    if (typeof outcome === 'string') kept.push({ name, reason: outcome });
    else folded.push(outcome);
  }
  for (const name of batchNormsInFunctions(graph)) kept.push({ name, reason: 'it is in a function of the graph' });
  return { folded, kept };
}

/** Folds a BatchNorm node, or gives the reason why it stays. */
function foldNode(graph: Graph, node: GraphNode): FoldedBatchNorm | string {
  const attributes = nodeAttributes(node);
  if (attributes.flag('is_training')) return 'it normalizes by the statistics of the batch';
  if (/^nc/.test(attributes.text('data_format') ?? '')) return 'its channels come first';
  if (graph.hasFurtherOutputs(node.name)) return 'its statistics are read, too';
  const paths = node.inputs.slice(1, 5).map((input) => graph.constantBehind(input));
  const values = paths.map((path) => {
    const weight = path && graph.weights.get(path[path.length - 1].name);
    return weight && floatValues(weight);
  });
  const [gamma, beta, mean, variance] = values;
  if (!gamma || !beta || !mean || !variance) return 'its statistics are not constants of float32';
  const producer = producerOf(graph, node.inputs[0], node.name);
  if (typeof producer === 'string') return producer;
  const channels = channelsOf(producer.view);
  if (values.some((list) => list?.length !== channels)) return `the kernel before it has ${channels} output channels`;
  if (producer.bias && producer.bias.values.length !== channels) return `the bias before it has other channels`;
  const affine = affineOf({ gamma, beta, mean, variance, epsilon: attributes.float('epsilon') ?? EPSILON });
  if (!hasNumbers(affine, producer.values, producer.bias?.values))
    return 'values of it or of the node before it are not finite';
  apply(graph, node, producer, affine);
  for (const path of paths) if (path) graph.removeUnread(path);
  return { name: node.name, into: producer.node.op, kernel: producer.kernel, scale: affine.scale };
}

/** Scales kernel and bias. What comes last in the place of the BatchNorm takes its name, so that its readers need not change. */
function apply(graph: Graph, { name, inputs }: GraphNode, producer: Producer, affine: Affine): void {
  const { kernel, view, values, bias } = producer;
  graph.weights.set(kernel, scaledKernel(values, view, affine));
  const shifted = foldedBias(bias?.values, affine);
  const control = (graph.raw(name).input ?? []).filter((one) => one.startsWith('^'));
  if (!bias) {
    const place = { before: name, after: kernel };
    const constant = graph.addConstant(`${producer.node.name}/bias`, [shifted.length], shifted, place);
    const attr = { T: floatType, data_format: textAttribute('NHWC') };
    graph.replace(name, [{ name, op: 'BiasAdd', input: [inputs[0], constant, ...control], attr }]);
    return;
  }
  graph.weights.set(bias.name, shifted);
  const last = graph.raw(nodeName(inputs[0]));
  graph.replace(name, [{ ...last, name, input: [...(last.input ?? []), ...control] }]);
  graph.remove([last.name]);
}

/** BatchNorm nodes in functions of the graph, which stay. */
function batchNormsInFunctions({ given: { model } }: Graph): string[] {
  const { library } = model.modelTopology as {
    readonly library?: { readonly function?: readonly { readonly nodeDef?: unknown }[] };
  };
  return (library?.function ?? []).flatMap(({ nodeDef }) =>
    graphNodes({ node: nodeDef }).flatMap(({ name, op }) => (BATCH_NORM.test(op) ? [name] : [])),
  );
}
