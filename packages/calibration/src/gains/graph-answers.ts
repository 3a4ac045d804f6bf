// What a graph model answers at chosen places: its outputs, what its last softmax or sigmoid gets, and outputs of nodes.
import { type GraphNode, graphNodes } from '@gcompress/weights';
import type { io, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { nodeName } from '../graph/calibrated-graph.ts';
import { type GainPlaces, isSaturating, unknownPlace } from './gain-places.ts';

/** The members of a graph model of `@tensorflow/tfjs-converter` that are used here. */
export interface GainGraph {
  readonly weights: Readonly<Record<string, Tensor[]>>;
  /** The outputs, with names such as `Identity:0`. */
  readonly outputs: readonly { readonly name: string; readonly shape?: readonly number[] }[];
  predict(inputs: Tensor | Tensor[]): Tensor | Tensor[] | NamedTensorMap;
  /** Computes outputs of nodes, such as `dense/MatMul:0`. */
  execute(inputs: Tensor[], outputs: string[]): Tensor | Tensor[];
  save(handler: io.IOHandler): Promise<io.SaveResult>;
}

/** Nodes that only rearrange what they get. */
const REARRANGING: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'Squeeze', 'ExpandDims', 'Transpose']);

/**
 * A function that runs the graph and gives the tensors at the places.
 *
 * @param topology the topology that the model was loaded from.
 * @throws GCompressError `invalid-option` for a name that no node has.
 */
export function graphAnswers(
  model: GainGraph,
  topology: object,
  { outputs, logits, names }: GainPlaces,
): (batch: readonly Tensor[]) => Tensor[] {
  if (outputs && !logits && names.length === 0) {
    return (batch) => tensorsOf(model.predict(batch.length === 1 ? batch[0] : [...batch]));
  }
  const nodes = new Map(graphNodes(topology).map((node) => [node.name, node]));
  for (const name of names) {
    if (!nodes.has(nodeName(name))) throw unknownPlace('node', name, [...nodes.keys()]);
  }
  const wanted = new Set([
    ...names.map(withNumber),
    ...(logits ? model.outputs.map(({ name, shape }) => logitsOf(withNumber(name), shape?.length, nodes)) : []),
    ...(outputs ? model.outputs.map(({ name }) => withNumber(name)) : []),
  ]);
  return (batch) => [model.execute([...batch], [...wanted])].flat();
}

/** The output before the softmax or sigmoid that an output ends with; the output itself if it ends otherwise. */
function logitsOf(output: string, rank: number | undefined, nodes: ReadonlyMap<string, GraphNode>): string {
  const seen = new Set<string>();
  for (let at = output; !seen.has(at); ) {
    seen.add(at);
    const node = nodes.get(nodeName(at));
    const [first] = node?.inputs ?? [];
    if (!node || first === undefined) return output;
    if (isSaturating(node.op, rank)) return withNumber(first);
    if (!REARRANGING.has(node.op)) return output;
    at = withNumber(first);
  }
  return output;
}

/** Appends the number of the output, because a bare name may be a key of the signature for a different output. */
function withNumber(name: string): string {
  return name.includes(':') ? name : `${name}:0`;
}

function tensorsOf(answer: Tensor | Tensor[] | NamedTensorMap): Tensor[] {
  if (Array.isArray(answer)) return answer;
  return 'dataId' in answer ? [answer as Tensor] : Object.values(answer as NamedTensorMap);
}
