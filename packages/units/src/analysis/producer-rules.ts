// Layers that make units of their own: Dense, convolutions, recurrent layers and embeddings.
import { mixingActivation } from './activations.ts';
import { channelsFirst, type Rule } from './rule.ts';
import { type Channels, repeated, tiled } from './unit-sets.ts';
import { type Call, type Layer, lastOf, positionsOf, type Walk, weightOf } from './walk.ts';

/** Matrices of the gates side by side in the kernels of recurrent layers. */
const GATES = { SimpleRNN: 1, GRU: 3, LSTM: 4 } as const;

/** Rules by the name of the class. */
export const PRODUCER_RULES: Readonly<Record<string, Rule>> = {
  Dense: (call, walk) => {
    const units = product(call, walk, positionsOf(call.outputShapes[0]));
    walk.slice(call.layer, 'kernel', 0, 'consumer', call.inputs[0]);
    walk.slice(call.layer, 'kernel', 1, 'producer', units);
    return [units];
  },
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: transposed,
  Conv3DTranspose: transposed,
  SeparableConv2D: (call, walk) => {
    if (channelsFirst(call)) return channelsFirst(call) as string;
    const { layer, inputs, outputShapes } = call;
    const multiplier = weightOf(layer, 'depthwise_kernel')?.shape[3] ?? 1;
    const positions = positionsOf(outputShapes[0]);
    const units = made(call, walk);
    walk.slice(layer, 'depthwise_kernel', 2, 'channel', inputs[0]);
    walk.slice(layer, 'pointwise_kernel', 2, 'consumer', repeated(inputs[0], multiplier));
    walk.slice(layer, 'pointwise_kernel', 3, 'producer', units);
    for (const kernel of ['depthwise_kernel', 'pointwise_kernel']) walk.multiplies(layer, kernel, positions);
    return [units];
  },
  Embedding: (call, walk) => {
    const units = made(call, walk);
    // Its inputs are ids, not channels
    walk.sets.fix(call.inputs[0], `layer '${call.layer.name}' looks them up`);
    walk.slice(call.layer, 'embeddings', 1, 'producer', units);
    return [units];
  },
  SimpleRNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
};

/** Configuration keys that hold the number of units, by the name of the class. */
export function unitsKey(className: string): 'units' | 'filters' | 'outputDim' {
  if (className === 'Embedding') return 'outputDim';
  return className === 'Dense' || className in GATES ? 'units' : 'filters';
}

/** The units of a layer, fixed where its activation mixes them, and its bias. */
function made(call: Call, walk: Walk): Channels {
  const { layer, outputShapes } = call;
  const units = walk.made(layer, lastOf(outputShapes[0]));
  const mixing = mixingActivation(call);
  if (mixing) walk.sets.fix(units, mixing);
  walk.slice(layer, 'bias', 0, 'producer', tiled(units, gatesOf(layer)));
  return units;
}

function product(call: Call, walk: Walk, positions: number): Channels {
  walk.multiplies(call.layer, 'kernel', positions);
  return made(call, walk);
}

function convolution(call: Call, walk: Walk): Channels[] | string {
  if (channelsFirst(call)) return channelsFirst(call) as string;
  const { layer, inputs, outputShapes, config } = call;
  if (config.groups !== undefined && config.groups !== 1) return `layer '${layer.name}' convolves in groups`;
  const rank = outputShapes[0].length;
  const units = product(call, walk, positionsOf(outputShapes[0]));
  // [...window, in, out], where the window has the axes of the outputs without batch and channels
  walk.slice(layer, 'kernel', rank - 2, 'consumer', inputs[0]);
  walk.slice(layer, 'kernel', rank - 1, 'producer', units);
  return [units];
}

function transposed(call: Call, walk: Walk): Channels[] | string {
  if (channelsFirst(call)) return channelsFirst(call) as string;
  const { layer, inputs, inputShapes, outputShapes } = call;
  const rank = outputShapes[0].length;
  const units = product(call, walk, positionsOf(inputShapes[0]));
  // [...window, out, in]
  walk.slice(layer, 'kernel', rank - 1, 'consumer', inputs[0]);
  walk.slice(layer, 'kernel', rank - 2, 'producer', units);
  return [units];
}

function recurrent(call: Call, walk: Walk): Channels[] {
  const { layer, inputs, inputShapes, outputShapes } = call;
  const [, steps] = inputShapes[0];
  const gates = gatesOf(layer);
  const units = product(call, walk, steps ?? 1);
  walk.multiplies(layer, 'recurrent_kernel', steps ?? 1);
  walk.slice(layer, 'kernel', 0, 'consumer', inputs[0]);
  walk.slice(layer, 'kernel', 1, 'producer', tiled(units, gates));
  walk.slice(layer, 'recurrent_kernel', 0, 'consumer', units);
  walk.slice(layer, 'recurrent_kernel', 1, 'producer', tiled(units, gates));
  // Initial states, of which each entry belongs to a unit
  for (const state of inputs.slice(1)) walk.sets.join(units, state);
  return outputShapes.map(() => units);
}

function gatesOf(layer: Layer): number {
  return GATES[layer.getClassName() as keyof typeof GATES] ?? 1;
}
