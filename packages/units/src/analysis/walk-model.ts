// Follows the channels of a model from its inputs to its outputs.
import type { LayersModel, Shape, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PASSING_RULES } from './passing-rules.ts';
import { PRODUCER_RULES } from './producer-rules.ts';
import type { Channels } from './unit-sets.ts';
import { type Call, type Layer, lastOf, Walk } from './walk.ts';

/** Follows the channels of a built model. Nested models are walked inside; what enters and leaves them is fixed. */
export function walkModel(model: LayersModel): Walk {
  const walk = new Walk();
  const nested = new Set<Layer>();
  visit(model, '', walk, nested);
  return walk;
}

function visit(model: LayersModel, prefix: string, walk: Walk, nested: Set<Layer>): void {
  for (const layer of model.layers) if (!walk.names.has(layer)) walk.names.set(layer, `${prefix}${layer.name}`);
  const known = new Map<number, Channels>();
  const place = prefix === '' ? 'the model' : `the nested model '${prefix.slice(0, -1)}'`;
  for (const { id, shape } of model.inputs) {
    known.set(id, walk.sets.fixed(lastOf(shape), `its units are coupled with an input of ${place}`));
  }
  for (const tensor of inOrder(model, known)) {
    if (known.has(tensor.id)) continue;
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex];
    const inputs = node.inputTensors.map(({ id }) => known.get(id) as Channels);
    const outputs = outputsOf(layer, node.inputTensors, node.outputTensors, inputs, walk, (inner) => {
      if (nested.has(inner)) return;
      nested.add(inner);
      visit(inner, `${prefix}${inner.name}/`, walk, nested);
    });
    for (const [at, output] of node.outputTensors.entries()) known.set(output.id, outputs[at]);
  }
  // Before other reasons, such as the softmax of a classifier
  const reason = `its units reach an output of ${place}`;
  for (const { id } of model.outputs) walk.sets.fix(known.get(id) as Channels, reason, { first: true });
}

function outputsOf(
  layer: Layer,
  inputTensors: readonly SymbolicTensor[],
  outputTensors: readonly SymbolicTensor[],
  inputs: readonly Channels[],
  walk: Walk,
  enter: (inner: LayersModel) => void,
): Channels[] {
  const shapes = (tensors: readonly SymbolicTensor[]): Shape[] => tensors.map(({ shape }) => shape);
  const config = layer.getConfig() as Readonly<Record<string, unknown>>;
  const call: Call = { layer, config, inputs, inputShapes: shapes(inputTensors), outputShapes: shapes(outputTensors) };
  if (isModel(layer)) {
    enter(layer);
    return walk.notFollowed(call, `its units enter the nested model '${layer.name}'`);
  }
  const rule = ruleOf(layer);
  if (!rule) return walk.notFollowed(call, `layer '${layer.name}' of class '${layer.getClassName()}' is not followed`);
  const outputs = rule(call, walk);
  return typeof outputs === 'string' ? walk.notFollowed(call, outputs) : outputs;
}

/** The rule of a stock class. A subclass of the user may compute anything, also if it did not give itself a name. */
function ruleOf(layer: Layer) {
  const layerClass = (layer as { constructor: object }).constructor;
  if (!Object.hasOwn(layerClass, 'className')) return undefined;
  const name = layer.getClassName();
  return Object.hasOwn(PRODUCER_RULES, name)
    ? PRODUCER_RULES[name]
    : Object.hasOwn(PASSING_RULES, name)
      ? PASSING_RULES[name]
      : undefined;
}

/** Whether a layer is itself a model. */
function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && 'inputs' in layer && 'outputs' in layer;
}

/** The symbolic tensors that the outputs need, each after those that it is computed from. Without recursion, because models are deep. */
function inOrder(model: LayersModel, known: ReadonlyMap<number, Channels>): SymbolicTensor[] {
  const ordered: SymbolicTensor[] = [];
  const [done, opened] = [new Set<number>(), new Set<number>()];
  const stack = [...model.outputs].reverse();
  for (let tensor = stack.at(-1); tensor !== undefined; tensor = stack.at(-1)) {
    const { id, sourceLayer, nodeIndex } = tensor;
    if (done.has(id) || known.has(id) || opened.has(id)) {
      stack.pop();
      if (!done.has(id) && !known.has(id)) ordered.push(tensor);
      done.add(id);
      continue;
    }
    opened.add(id);
    const { inputTensors } = sourceLayer.inboundNodes[nodeIndex];
    // The first input comes first from the stack
    stack.push(...inputTensors.filter((input) => !opened.has(input.id)).reverse());
  }
  return ordered;
}
