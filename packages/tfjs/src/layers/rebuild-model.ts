import { GCompressError } from '@gcompress/core';
import { model as functionalModel, type LayersModel, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { isModel, type Layer, type LayerConfig, type Replacement } from './compressed-layer.ts';

/** Decides what stands in the place of a layer; `undefined` for a copy of it. `config` is that of the layer to be. */
export type Replace = (layer: Layer, config: LayerConfig) => Replacement | undefined;

/**
 * A new Sequential or functional model with some layers replaced and all weights kept. The old model is not changed and shares
 * no weight with the new one. A failure disposes what was made so far.
 *
 */
export function rebuildModel(model: LayersModel, replace: Replace): LayersModel {
  const made: Replacement[] = [];
  const make = (layer: Layer, config: LayerConfig): readonly Layer[] => {
    const replacement = replace(layer, config) ?? copyOf(layer, config, replace);
    made.push(replacement);
    return replacement.layers;
  };
  try {
    const rebuilt = isSequential(model) ? rebuildSequential(model, make) : rebuildFunctional(model, make);
    for (const replacement of made) replacement.initialize();
    return rebuilt;
  } catch (cause) {
    for (const weight of made.flatMap(({ layers }) => layers.flatMap((layer) => layer.weights))) weight.dispose();
    throw cause;
  }
}

type Make = (layer: Layer, config: LayerConfig) => readonly Layer[];

function copyOf(layer: Layer, config: LayerConfig, replace: Replace): Replacement {
  if (isModel(layer)) return { layers: [rebuildModel(layer, replace)], initialize: () => {} };
  // The layer's own class, so that custom layers need no registration
  const layerClass = (layer as { constructor: unknown }).constructor as LayerClass;
  const copy = layerClass.fromConfig(layerClass, config);
  copy.setFastWeightInitDuringBuild(true);
  return {
    layers: [copy],
    initialize: () => {
      if (layer.weights.length > 0) copy.setWeights(layer.getWeights());
    },
  };
}

interface LayerClass {
  fromConfig(layerClass: LayerClass, config: LayerConfig): Layer;
}

/** The layers of a model, not of nested ones, that it calls in more than one place. */
export function sharedLayers(model: LayersModel): Layer[] {
  if (isSequential(model)) return [];
  const { layers } = model.getConfig() as unknown as GraphConfig;
  const names = new Set(layers.filter(({ inboundNodes }) => inboundNodes.length > 1).map(({ name }) => name));
  return model.layers.filter(({ name }) => names.has(name));
}

function isSequential(model: LayersModel): boolean {
  return model.getClassName() === 'Sequential';
}

function rebuildSequential(model: LayersModel, make: Make): LayersModel {
  const rebuilt = sequential({ name: model.name });
  for (const [i, layer] of model.layers.entries()) {
    const config = layer.getConfig();
    // The first layer says what goes in, also where the old model was told by build()
    const input = i === 0 && !isModel(layer) ? { batchInputShape: model.inputs[0].shape } : {};
    for (const next of make(layer, { ...config, ...input })) rebuilt.add(next);
  }
  return rebuilt;
}

/** Layer, node and tensor that an input comes from, and the arguments of the call. */
type InboundTensor = readonly [layer: string, node: number, tensor: number, kwargs?: object];

interface GraphConfig {
  readonly layers: readonly { readonly name: string; readonly inboundNodes: readonly (readonly InboundTensor[])[] }[];
  readonly inputLayers: readonly InboundTensor[];
  readonly outputLayers: readonly InboundTensor[];
}

function rebuildFunctional(model: LayersModel, make: Make): LayersModel {
  const graph = model.getConfig() as unknown as GraphConfig;
  // layer name → node → output tensors
  const outputs = new Map<string, SymbolicTensor[][]>();
  const chains = new Map<string, readonly Layer[]>();
  for (const layer of model.layers) {
    const chain = make(layer, layer.getConfig());
    chains.set(layer.name, chain);
    outputs.set(layer.name, ownNodes(chain[0]));
  }
  const find = ([name, node, tensor]: InboundTensor) => outputs.get(name)?.[node]?.[tensor];
  let waiting = graph.layers.flatMap(({ name, inboundNodes }) => inboundNodes.map((node) => ({ name, node })));
  while (waiting.length > 0) {
    const blocked = new Set<string>();
    const rest = waiting.filter(({ name, node }) => {
      const inputs = node.map(find);
      // The nodes of one layer keep their order, because others refer to them by number
      if (blocked.has(name) || inputs.includes(undefined)) {
        blocked.add(name);
        return true;
      }
      const kwargs = node[0]?.[3] ?? {};
      outputs.get(name)?.push(applyChain(chains.get(name) ?? [], inputs as SymbolicTensor[], kwargs));
      return false;
    });
    if (rest.length === waiting.length) throw disconnected(model.name, rest[0].name);
    waiting = rest;
  }
  const tensors = (list: readonly InboundTensor[]) => list.map((entry) => find(entry) as SymbolicTensor);
  return functionalModel({
    inputs: tensors(graph.inputLayers),
    outputs: tensors(graph.outputLayers),
    name: model.name,
  });
}

/** The nodes that a layer has before it is applied to anything; others count from there. */
function ownNodes(layer: Layer): SymbolicTensor[][] {
  if (layer.getClassName() === 'InputLayer') return [layer.inboundNodes[0].outputTensors];
  return isModel(layer) ? [layer.outputs] : [];
}

function applyChain(chain: readonly Layer[], inputs: SymbolicTensor[], kwargs: object): SymbolicTensor[] {
  return chain.reduce<SymbolicTensor[]>((tensors, layer) => {
    const result = layer.apply(tensors.length === 1 ? tensors[0] : tensors, { ...kwargs }) as
      | SymbolicTensor
      | SymbolicTensor[];
    return Array.isArray(result) ? result : [result];
  }, inputs);
}

function disconnected(model: string, layer: string): GCompressError {
  return new GCompressError('unsupported', {
    where: `model '${model}'`,
    expected: 'a graph whose layers are connected to the inputs',
    actual: `layer '${layer}', which is not`,
  });
}
