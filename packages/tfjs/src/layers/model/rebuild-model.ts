// Rebuilds a model with some of its layers replaced.
import { GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import {
  model as functionalModel,
  type LayersModel,
  layers,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import type { Replacement } from '../strip/replacement.ts';
import { configOf, copyWeights, type Layer, type LayerConfig, sameClass } from '../weights/clone-layer.ts';
import { copyLayer } from '../weights/owned-weights.ts';
import { PackedLayer } from '../wrapper/packed-layer.ts';
import { assertUsableModel } from './model-checks.ts';
import { isModel } from './model-layers.ts';

/** The replacement of a layer, or `undefined` for a copy of it. `config` is the configuration of the new layer. */
export type Replace = (layer: Layer, config: LayerConfig) => Replacement | undefined;

/**
 * A new Sequential or functional model with some layers replaced and all weights kept. The old model is not changed and shares no
 * weight with the new model. A layer that is used in several places stays one layer. A failure disposes all new weights.
 *
 * @throws GCompressError `invalid-option`; `not-ready` for a model that is not built; `disposed`; `unsupported` for a model of a custom
 * class, or a layer that cannot be copied.
 */
export function rebuildModel(model: LayersModel, replace: Replace): LayersModel {
  assertUsableModel(model, 'rebuildModel');
  assertType('rebuildModel', 'replace', replace, 'function');
  const made = new Map<Layer, Replacement>();
  const make = (layer: Layer, config: LayerConfig): readonly Layer[] => {
    const replacement =
      made.get(layer) ??
      (isModel(layer) ? rebuiltInside(layer, make) : undefined) ??
      replace(layer, config) ??
      copyOf(layer, config);
    made.set(layer, replacement);
    return replacement.layers;
  };
  try {
    const rebuilt = rebuild(model, make);
    for (const { initialize } of made.values()) initialize();
    freezeLike(model, rebuilt);
    const metadata = model.getUserDefinedMetadata() as object | null | undefined;
    if (metadata) rebuilt.setUserDefinedMetadata(metadata);
    return rebuilt;
  } catch (cause) {
    const parts = [...made.values()].flatMap((replacement) => replacement.layers).filter((layer) => !isModel(layer));
    for (const weight of new Set(parts.flatMap((layer) => layer.weights))) weight.dispose();
    throw cause;
  }
}

type Make = (layer: Layer, config: LayerConfig) => readonly Layer[];

function rebuild(model: LayersModel, make: Make): LayersModel {
  assertStockModel(model);
  return isSequential(model) ? rebuildSequential(model, make) : rebuildFunctional(model, make);
}

function rebuiltInside(model: LayersModel, make: Make): Replacement {
  const rebuilt = rebuild(model, make);
  return { layers: [rebuilt], initialize: () => freezeLike(model, rebuilt) };
}

/** Copies the model's own `trainable`, which tfjs keeps besides the flags of the layers and writes into their weights. */
function freezeLike(model: LayersModel, rebuilt: LayersModel): void {
  if (!model.trainable) rebuilt.trainable = false;
}

function copyOf(layer: Layer, config: LayerConfig): Replacement {
  const copy = layer instanceof PackedLayer ? layer.remake(config) : sameClass(layer, config);
  copy.setFastWeightInitDuringBuild(true);
  const initialize = () => {
    if (layer instanceof PackedLayer) copyWeights(layer.weights, copy.weights);
    else copyLayer(layer, copy);
  };
  return { layers: [copy], initialize };
}

function isSequential(model: LayersModel): boolean {
  return model.getClassName() === 'Sequential';
}

function rebuildSequential(model: LayersModel, make: Make): LayersModel {
  const rebuilt = sequential({ name: model.name });
  for (const [i, layer] of model.layers.entries()) {
    const config = configOf(layer);
    // The first layer needs the input shape, also if the old model got it from build()
    const input = i === 0 && !isModel(layer) ? { batchInputShape: model.inputs[0].shape } : {};
    const chain = make(layer, { ...config, ...input });
    if (i === 0) addNamedInput(rebuilt, chain[0], model);
    for (const next of chain) rebuilt.add(next);
  }
  return rebuilt;
}

/** Adds an input layer if the input would otherwise get a new name, because data sets know inputs by name. */
function addNamedInput(rebuilt: ReturnType<typeof sequential>, first: Layer, { inputs: [input] }: LayersModel): void {
  // Not inputNames, which a Sequential model has only after it is built
  const { name } = input.sourceLayer;
  if (isModel(first) || first.getClassName() === 'InputLayer' || `${first.name}_input` === name) return;
  const { shape, dtype } = input;
  rebuilt.add(layers.inputLayer({ batchInputShape: shape, dtype, name }));
}

/** The layer, node and tensor that an input comes from, and the arguments of the call. */
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
    const chain = make(layer, configOf(layer));
    chains.set(layer.name, chain);
    outputs.set(layer.name, ownNodes(chain[0]));
  }
  const find = ([name, node, tensor]: InboundTensor) => outputs.get(name)?.[node]?.[tensor];
  let waiting = graph.layers.flatMap(({ name, inboundNodes }) => inboundNodes.map((node) => ({ name, node })));
  while (waiting.length > 0) {
    const blocked = new Set<string>();
    const rest = waiting.filter(({ name, node }) => {
      const inputs = node.map(find);
      // The nodes of one layer keep their order, because other layers refer to them by number
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

/** The nodes that a layer has before it is applied; later nodes are numbered after them. */
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

/** The stock classes of models. A model of a custom class would be rebuilt as a stock model. */
const MODELS = ['Sequential', 'Model', 'Functional', 'LayersModel'];

function assertStockModel(model: LayersModel): void {
  const className = Object.hasOwn(model.constructor, 'className') ? model.getClassName() : model.constructor.name;
  if (MODELS.includes(className)) return;
  throw new GCompressError('unsupported', {
    where: `model '${model.name}'`,
    expected: 'a Sequential or functional model',
    actual: `a model of class '${className}', which would be rebuilt as a stock model`,
    hint: 'Use tf.model({ inputs, outputs }).',
  });
}

function disconnected(model: string, layer: string): GCompressError {
  return new GCompressError('unsupported', {
    where: `model '${model}'`,
    expected: 'a graph whose layers are connected to the inputs',
    actual: `layer '${layer}', which is not connected`,
  });
}
