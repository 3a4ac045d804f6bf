// Layers without units of their own: what they do with the channels that pass through them.
import { mixingActivation } from './activations.ts';
import { channelsFirst, type Rule } from './rule.ts';
import { type Channels, joined, repeated, tiled } from './unit-sets.ts';
import { type Call, lastOf, positionsOf, type Walk, weightOf } from './walk.ts';

/** Rules by the name of the class. */
export const PASSING_RULES: Readonly<Record<string, Rule>> = {
  ...sameRule(passes, [
    ...['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Dropout', 'SpatialDropout1D', 'GaussianNoise'],
    ...['GaussianDropout', 'AlphaDropout', 'RepeatVector', 'ZeroPadding2D', 'UpSampling2D', 'Cropping2D'],
    ...['MaxPooling1D', 'MaxPooling2D', 'MaxPooling3D', 'AveragePooling1D', 'AveragePooling2D', 'AveragePooling3D'],
    ...['GlobalMaxPooling1D', 'GlobalMaxPooling2D', 'GlobalAveragePooling1D', 'GlobalAveragePooling2D'],
  ]),
  ...sameRule(elementwise, ['Add', 'Average', 'Maximum', 'Minimum', 'Multiply']),
  BatchNormalization: (call, walk) => {
    const { layer, config, inputs, inputShapes } = call;
    if (!isLastAxis(config.axis, inputShapes[0].length)) {
      return `layer '${layer.name}' normalizes over another axis than the last`;
    }
    for (const weight of ['gamma', 'beta', 'moving_mean', 'moving_variance']) {
      walk.slice(layer, weight, 0, 'channel', inputs[0]);
    }
    return [inputs[0]];
  },
  Concatenate: (call, walk) => {
    const { config, inputs, outputShapes } = call;
    return isLastAxis(config.axis, outputShapes[0].length) ? [joined(inputs)] : elementwise(call, walk);
  },
  DepthwiseConv2D: (call, walk) => {
    const problem = channelsFirst(call) ?? mixingActivation(call);
    if (problem) return problem;
    const { layer, inputs, outputShapes } = call;
    const multiplier = weightOf(layer, 'depthwise_kernel')?.shape[3] ?? 1;
    const outputs = repeated(inputs[0], multiplier);
    walk.slice(layer, 'depthwise_kernel', 2, 'channel', inputs[0]);
    walk.slice(layer, 'bias', 0, 'channel', outputs);
    walk.multiplies(layer, 'depthwise_kernel', positionsOf(outputShapes[0]));
    return [outputs];
  },
  Flatten: (call) => channelsFirst(call) ?? flattened(call),
  Permute: (call) => {
    const { layer, config, inputs, inputShapes } = call;
    const last = inputShapes[0].length - 1;
    return Number((config.dims as readonly number[]).at(-1)) === last
      ? [inputs[0]]
      : `layer '${layer.name}' moves the channels to another axis`;
  },
  PReLU: (call, walk) => {
    const { layer, inputs } = call;
    const slopes = weightOf(layer, 'alpha');
    const axis = (slopes?.shape.length ?? 0) - 1;
    // One slope for all channels if the last axis is shared
    if (slopes && lastOf(slopes.shape) === inputs[0].length) walk.slice(layer, 'alpha', axis, 'channel', inputs[0]);
    return [inputs[0]];
  },
  Reshape: (call, walk) => {
    const { layer, inputs, outputShapes } = call;
    const flat = outputShapes[0].length === 2 ? flattened(call) : undefined;
    if (typeof flat === 'string') return flat;
    if (flat) return [walk.reshapes(layer, flat[0])];
    // Row-major order: with an equal last axis only the positions before it are arranged anew
    if (lastOf(outputShapes[0]) === inputs[0].length) return [walk.reshapes(layer, inputs[0])];
    return `layer '${layer.name}' mixes channels with positions`;
  },
};

function passes(call: Call): Channels[] | string {
  const { layer, config, inputs } = call;
  if (config.noiseShape) return `layer '${layer.name}' has a noiseShape, which may count channels`;
  return channelsFirst(call) ?? mixingActivation(call) ?? [inputs[0]];
}

/** Channels at equal positions are coupled. */
function elementwise(call: Call, walk: Walk): Channels[] | string {
  const { layer, inputs, inputShapes } = call;
  const [first, ...others] = inputs;
  const rank = inputShapes[0].length;
  if (inputShapes.some((shape) => shape.length !== rank) || others.some(({ length }) => length !== first.length)) {
    return `layer '${layer.name}' broadcasts its inputs`;
  }
  for (const other of others) walk.sets.join(first, other);
  return [first];
}

/** All positions side by side, each with all channels. */
function flattened({ layer, inputs, outputShapes }: Call): Channels[] | string {
  const [channels] = inputs;
  const size = lastOf(outputShapes[0]);
  if (channels.length === 0 || size === 0) return `layer '${layer.name}' flattens axes of unknown size`;
  return [tiled(channels, size / channels.length)];
}

function isLastAxis(axis: unknown, rank: number): boolean {
  return axis === undefined || axis === null || axis === -1 || axis === rank - 1;
}

function sameRule(rule: Rule, classes: readonly string[]): Record<string, Rule> {
  return Object.fromEntries(classes.map((name) => [name, rule]));
}
